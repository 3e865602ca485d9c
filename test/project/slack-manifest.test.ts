/** manifest.yml: what Slack accepts of it, and nothing asked for that the bot does not use. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { slashCommands } from '../../src/rehearsal/slack/people.ts'
import { projectRoot, readTree } from '../architecture/source.ts'

/** Lengths and characters: Slack's own schema of manifests. facts/slack.md, 1 and 3. */
const eventsUrl = z.literal('https://HOST/slack/events')
const schema = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.literal(1) }),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().max(140),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/),
  }),
  features: z.strictObject({
    bot_user: z.strictObject({
      display_name: z.string().regex(/^[a-z0-9_.-]{1,80}$/),
      always_online: z.boolean(),
    }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^\/[a-z]{1,31}$/),
          url: eventsUrl,
          description: z.string().min(1).max(2_000),
          usage_hint: z.string().min(1).max(1_000),
          should_escape: z.literal(true),
        }),
      )
      .max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
  settings: z.strictObject({
    interactivity: z.strictObject({ is_enabled: z.literal(true), request_url: eventsUrl }),
    org_deploy_enabled: z.literal(false),
    socket_mode_enabled: z.literal(false),
    token_rotation_enabled: z.literal(false),
  }),
})

/** Which scopes a method needs. facts/slack.md, 2. */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.getPermalink': [],
  'views.open': [],
  'users.info': ['users:read'],
  'usergroups.users.list': ['usergroups:read'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.members': ['channels:read', 'groups:read'],
}
const families = 'auth|chat|users|usergroups|conversations|views|reactions|files|pins|bots|team'
const method = new RegExp(`['".]((?:${families})\\.[a-z]+(?:\\.[a-zA-Z]+)?)['"(]`, 'gi')

const manifest = schema.parse(parse(readFileSync(join(projectRoot, 'manifest.yml'), 'utf8')))
const called = new Set(
  readTree(['src/slack']).flatMap(({ text }) =>
    [...text.matchAll(method)].map(([, name]) => String(name)),
  ),
)

test('the bot calls Slack, and every method that it calls is one whose scopes are known', () => {
  expect(called.size).toBeGreaterThan(4)
  expect([...called].filter((name) => scopesOf[name] === undefined)).toEqual([])
})

test('each scope is used by a method that the bot calls, and none is missing', () => {
  const needed = [...called].flatMap((name) => scopesOf[name] ?? [])
  expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual(
    [...new Set([...needed, 'commands'])].toSorted(),
  )
})

test('the commands are those of the contract, as the rehearsal has them', () => {
  const commands = manifest.features.slash_commands.map((one) => ({
    command: one.command,
    shouldEscape: one.should_escape,
  }))
  expect(commands).toEqual(slashCommands)
})
