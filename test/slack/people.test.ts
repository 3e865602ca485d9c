/** Who somebody is, as Slack said it at most a minute ago; no answer is a no. DESIGN.md, 3. */
import { describe, expect, test } from 'vitest'
import type { SlackUser } from '../../src/slack/api.ts'
import { peopleOf } from '../../src/slack/people.ts'

const member: SlackUser = {
  ...{ team: 'T0', isGuest: false, isStranger: false, isBot: false, isDeactivated: false },
}

/** Slack, which says so of everybody, until it is silent. */
function slackSaying(user: SlackUser, groups: Readonly<Record<string, readonly string[]>> = {}) {
  const clock = { at: 0, now: () => clock.at }
  const failures: unknown[] = []
  const said = { user, groups, isSilent: false, asked: 0 }
  const silent = () => Promise.reject(new Error('Slack is silent'))
  const api = {
    user: async () => {
      said.asked += 1
      return said.isSilent ? silent() : said.user
    },
    groupMembers: async (group: string) => (said.isSilent ? silent() : (said.groups[group] ?? [])),
  }
  const people = peopleOf(api, 'T0', clock, (error) => void failures.push(error))
  return { people, said, clock, failures }
}

describe('somebody', () => {
  test('is a member only where nothing speaks against it', async () => {
    const told: readonly (readonly [Partial<SlackUser>, string])[] = [
      [{}, 'member'],
      [{ isGuest: true }, 'guest'],
      [{ isStranger: true }, 'stranger'],
      [{ team: 'T0OTHER' }, 'stranger'],
      [{ isBot: true }, 'bot'],
      [{ isDeactivated: true }, 'deactivated'],
      [{ isGuest: true, isBot: true }, 'bot'],
    ]
    for (const [fields, standing] of told) {
      const { people } = slackSaying({ ...member, ...fields })
      expect(await people.actor('U0ANA', [])).toEqual({ user: 'U0ANA', standing, groups: [] })
    }
  })

  test('of whom Slack says nothing is nobody, and a group that is silent holds nobody', async () => {
    const { people, said, failures } = slackSaying(member, { S0: ['U0ANA'] })
    said.isSilent = true
    expect(await people.actor('U0ANA', ['S0'])).toMatchObject({ standing: 'unknown', groups: [] })
    expect(failures).toHaveLength(2)
    said.isSilent = false
    expect(await people.actor('U0ANA', ['S0'])).toMatchObject({
      standing: 'member',
      groups: ['S0'],
    })
  })

  test('is asked about again after a minute: who was let go since is a member no more', async () => {
    const { people, said, clock } = slackSaying(member)
    expect(await people.actor('U0ANA', [])).toMatchObject({ standing: 'member' })
    said.user = { ...member, isDeactivated: true }
    clock.at = 59_999
    expect(await people.actor('U0ANA', [])).toMatchObject({ standing: 'member' })
    clock.at = 60_000
    expect(await people.actor('U0ANA', [])).toMatchObject({ standing: 'deactivated' })
    expect(said.asked).toBe(2)
  })
})
