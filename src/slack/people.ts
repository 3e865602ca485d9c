/** Who somebody is, as Slack knows it at most 60 s ago. No answer is a no. DESIGN.md, 3. */
import type { Actor, Standing } from '../gate/policy.ts'
import { Fault } from '../world/fault.ts'
import type { Clock } from '../world/world.ts'
import type { SlackApi, SlackUser } from './api.ts'

const freshMs = 60_000
const rememberedAtMost = 5_000

export type People = {
  /** Never throws: who cannot be asked about is `unknown`, a group that does not answer holds nobody. */
  readonly actor: (user: string, groups: readonly string[]) => Promise<Actor>
  /** Throws a Fault when Slack does not answer. */
  readonly membersOf: (group: string) => Promise<readonly string[]>
}

export function peopleOf(
  api: Pick<SlackApi, 'user' | 'groupMembers'>,
  team: string,
  clock: Clock,
  onFailure: (error: unknown) => void,
): People {
  const users = remembering(clock, (user: string) => api.user(user))
  const groups = remembering(clock, (group: string) => api.groupMembers(group))

  const standing = async (user: string): Promise<Standing> => {
    try {
      return standingOf(await users(user), team)
    } catch (error) {
      onFailure(error)
      return 'unknown'
    }
  }
  const isIn = async (group: string, user: string): Promise<boolean> => {
    try {
      return (await groups(group)).includes(user)
    } catch (error) {
      onFailure(error)
      return false
    }
  }
  return {
    actor: async (user, asked) => {
      const [known, ...memberships] = await Promise.all([
        standing(user),
        ...asked.map(async (group) => ({ group, is: await isIn(group, user) })),
      ])
      const held = memberships.flatMap(({ group, is }) => (is ? [group] : []))
      return { user, standing: known, groups: held }
    },
    membersOf: async (group) => {
      try {
        return await api.groupMembers(group)
      } catch (error) {
        throw new Fault('unreachable', 'no', `Slack does not say who is in ${group}`, {
          cause: error,
        })
      }
    },
  }
}

function standingOf(user: SlackUser, team: string): Standing {
  if (user.isDeactivated) return 'deactivated'
  if (user.isBot) return 'bot'
  if (user.isStranger || user.team !== team) return 'stranger'
  return user.isGuest ? 'guest' : 'member'
}

/** Keeps an answer for a minute; a failure is asked again the next time. */
function remembering<T>(
  clock: Clock,
  ask: (key: string) => Promise<T>,
): (key: string) => Promise<T> {
  const answers = new Map<string, { readonly at: number; readonly answer: T }>()
  return async (key) => {
    const known = answers.get(key)
    if (known !== undefined && clock.now() - known.at < freshMs) return known.answer
    const answer = await ask(key)
    if (answers.size >= rememberedAtMost) answers.clear()
    answers.set(key, { at: clock.now(), answer })
    return answer
  }
}
