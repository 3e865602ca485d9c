/** The workspace's people and commands are those of the product's own files. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import {
  channelById,
  memberById,
  slashCommands,
  userGroups,
} from '../../../src/rehearsal/slack/people.ts'

const manifest = z.object({
  features: z.object({
    slash_commands: z.array(z.object({ command: z.string(), should_escape: z.boolean() })),
  }),
})
const system = z.object({
  policy: z.object({
    channels: z.array(z.string()),
    roles: z.object({ approve: z.object({ users: z.array(z.string()), group: z.string() }) }),
  }),
})

test('it registers the commands of manifest.yml, escaped as there', () => {
  const { features } = manifest.parse(parse(readFileSync('manifest.yml', 'utf8')))
  const registered = features.slash_commands.map((each) => ({
    command: each.command,
    shouldEscape: each.should_escape,
  }))
  expect(slashCommands).toEqual(registered)
})

test('the ids in system.yml are of this workspace', () => {
  const { policy } = system.parse(parse(readFileSync('system.yml', 'utf8')))
  for (const id of policy.channels) expect(channelById(id)).toBeDefined()
  for (const id of policy.roles.approve.users) expect(memberById(id)).toBeDefined()
  expect(userGroups.map(({ id }) => id)).toContain(policy.roles.approve.group)
})
