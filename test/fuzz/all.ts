/** Every parser that reads what somebody else wrote: a new one is a line in its list. */
import { googleParsers } from './google.ts'
import { inputParsers } from './inputs.ts'
import { ledgerParsers } from './ledgers.ts'
import type { Parser } from './parser.ts'
import { serverParsers } from './servers.ts'
import { settingParsers } from './settings.ts'
import { slackParsers } from './slack.ts'
import { textParsers } from './texts.ts'

export const parsers: readonly Parser[] = [
  ...slackParsers,
  ...inputParsers,
  ...textParsers,
  ...settingParsers,
  ...googleParsers,
  ...serverParsers,
  ...ledgerParsers,
]
