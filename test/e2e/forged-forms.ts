/** Forms that were submitted by somebody else, from elsewhere, or with something else in them than was put there. */
import type { Attacked } from './attacked.ts'
import { ids, incident } from './bot.ts'
import { json, team } from './signed.ts'

type ForgedForm = {
  readonly what: string
  readonly body: (attacked: Attacked) => string
  /** Null: it is quiet. */
  readonly says: RegExp | null
}

const values = { database: { value: { value: 'tuki-db-prod' } } }
const answers = { ...values, tier: { value: { value: 'db-custom-4-15360' } } }

/** A submitted form; `over`: of the view. */
function form(metadata: string, over: object = {}, by: object = {}): string {
  return json({
    ...{ type: 'view_submission', user: { id: ids.ana, team_id: team }, team: { id: team } },
    view: {
      ...{ id: 'V1', type: 'modal', callback_id: 'form', private_metadata: metadata },
      ...{ app_installed_team_id: team, state: { values: answers }, ...over },
    },
    ...by,
  })
}

/** What the form carries, with other words under the old seal. */
function reworded(sealed: string, change: (carried: string) => string): string {
  const cut = sealed.indexOf('.')
  return `${sealed.slice(0, cut)}.${change(sealed.slice(cut + 1))}`
}

const notYours = /not opened for you/

export const forgedForms: readonly ForgedForm[] = [
  { what: 'without a seal', body: () => form('{"command":"/runbook"}'), says: notYours },
  { what: 'with an empty one', body: () => form(''), says: notYours },
  {
    what: 'of another command under the old seal',
    body: ({ sealed }) => form(reworded(sealed, (text) => text.replace('"do"', '"stop-all"'))),
    says: notYours,
  },
  {
    what: 'of another channel under the old seal',
    body: ({ sealed }) => form(reworded(sealed, (text) => text.replace(incident, 'C0PLATFORM'))),
    says: notYours,
  },
  {
    what: 'of another person under the old seal',
    body: ({ sealed }) =>
      form(
        reworded(sealed, (text) => text.replace(ids.ana, ids.luis)),
        {},
        { user: { id: ids.luis } },
      ),
    says: notYours,
  },
  {
    what: 'that was opened for ana, by luis',
    body: ({ sealed }) => form(sealed, {}, { user: { id: ids.luis, team_id: team } }),
    says: notYours,
  },
  {
    what: 'that was opened for ana, by ana of another workspace',
    body: ({ sealed }) => form(sealed, {}, { user: { id: ids.ana, team_id: 'T0OTHER' } }),
    says: /another workspace/,
  },
  {
    what: 'of an app that another workspace installed',
    body: ({ sealed }) => form(sealed, { app_installed_team_id: 'T0OTHER' }),
    says: /another workspace/,
  },
  {
    what: 'with answers longer than a command may be',
    body: ({ sealed }) => {
      const long = Object.fromEntries(
        Array.from({ length: 40 }, (_, index) => [
          `b${index}`,
          { value: { value: 'x'.repeat(99) } },
        ]),
      )
      return form(sealed, { state: { values: long } })
    },
    says: /3,000 at most/,
  },
  {
    what: 'with a field that nobody asked for',
    body: ({ sealed }) =>
      form(sealed, { state: { values: { ...answers, evil: { value: { value: '1' } } } } }),
    says: /evil/,
  },
  {
    what: 'with a tier that is none',
    body: ({ sealed }) =>
      form(sealed, { state: { values: { ...values, tier: { value: { value: '<!here>' } } } } }),
    says: /"tier"/,
  },
  { what: 'of another kind', body: ({ sealed }) => form(sealed, { callback_id: 'x' }), says: null },
  { what: 'that carries too much', body: () => form('x'.repeat(3_001)), says: null },
  { what: 'without answers', body: ({ sealed }) => form(sealed, { state: {} }), says: null },
]
