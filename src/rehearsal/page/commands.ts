/** What the page can type: completions, and the three buttons that are the product. contract.md, 3 and 4. */

export type Completion = { readonly text: string; readonly hint: string }

export const completions: readonly Completion[] = [
  { text: '/capacity status', hint: 'how many users the site carries, and what gives out first' },
  {
    text: '/capacity check patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720',
    hint: 'the forecast of a bigger database; changes nothing',
  },
  {
    text: '/capacity check bump-celery-concurrency service=celery-worker concurrency=6',
    hint: 'the forecast of more Celery processes; changes nothing',
  },
  {
    text: '/capacity check check-connections database=tuki-db-prod',
    hint: 'connections, asked for and allowed',
  },
  { text: '/capacity plan 10000', hint: 'what would carry 10,000 users' },
  { text: '/capacity help', hint: 'every /capacity command' },
  {
    text: '/runbook do patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720',
    hint: 'ask for a bigger database; somebody else approves',
  },
  {
    text: '/runbook do check-connections database=tuki-db-prod',
    hint: 'look at the connections; reads only',
  },
  { text: '/runbook help', hint: 'every /runbook command' },
]

export type ProductButton = {
  readonly id: string
  readonly title: string
  readonly promise: string
  readonly command: string
}

export const productButtons: readonly ProductButton[] = [
  {
    id: 'celery',
    title: 'Try what everybody proposes: Celery\u00a04\u00a0\u2192\u00a06',
    promise: 'More workers, more connections to a database that has none left.',
    command: '/capacity check bump-celery-concurrency service=celery-worker concurrency=6',
  },
  {
    id: 'tier',
    title: 'Upgrade the tier',
    promise: 'A bigger database. It restarts, so a second person must say yes.',
    command: '/runbook do patch-cloud-sql-tier database=tuki-db-prod tier=db-custom-8-30720',
  },
  {
    id: 'plan',
    title: 'Show the safe plan',
    promise: 'What carries all 10,000, judged step by step.',
    command: '/capacity plan 10000',
  },
]

/** What the page types by itself when the bot is up, so that the channel is alive. */
export const openingCommand = '/capacity status'
