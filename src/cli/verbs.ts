/** What the verbs share: how they are opened, how they answer, and with which exit code. */
import type { Command } from 'commander'
import type { Draft } from '../capacity/draft.ts'
import type { Rewrite } from '../capacity/rewrite.ts'
import type { SystemDocument } from '../capacity/system.ts'
import type { Catalogue } from '../define/catalogue.ts'
import type { Loaded } from '../define/library.ts'
import type { Json } from '../define/step.ts'
import { printable, printableLines } from '../printable.ts'
import type { ArchivedRuns } from '../runs/archived.ts'
import type { Anchor, Audit } from '../runs/audit.ts'
import type { Look } from '../runs/look.ts'
import type { Timeline } from '../runs/timeline.ts'
import type { Check } from '../words/en-doctor.ts'

/** 0 done or clear, 1 failed, 2 wrong usage or input, 3 review, 4 block. contract.md, 3. */
export const exitCodes = { clear: 0, review: 3, block: 4 } as const

export type Opened =
  | {
      readonly kind: 'opened'
      /** Where the document stands. */
      readonly file: string
      readonly document: SystemDocument
      readonly look: Look
    }
  | { readonly kind: 'wrong'; readonly sentence: string }

/** Where the runbooks are, and how a new one there reaches the product's own src. */
export type Shelf =
  | {
      readonly kind: 'shelf'
      readonly folder: string
      readonly source: string
      readonly load: () => Promise<Loaded>
    }
  | { readonly kind: 'wrong'; readonly sentence: string }

export type Verbs = {
  readonly catalogue: Catalogue
  readonly shelf: () => Shelf
  /** The System document with what can be seen of the world; `offline`: the document alone. */
  readonly open: (options: { system?: string | undefined; offline: boolean }) => Opened
  /** Puts values into a System document's file; the sentence says why it is left as it was, null: done. */
  readonly rewrite: (file: string, changes: readonly Rewrite[]) => string | null
  /** Looks at a live project, and drafts its document. */
  readonly survey: (options: Surveying) => Promise<Surveyed>
  /** Makes a document's file, where there is none; the sentence says why not, null: done. */
  readonly create: (system: string | undefined, text: string) => string | null
  /** Looks at everything that the product needs; `system`: another document's file. */
  readonly examineSetup: (system: string | undefined) => Promise<readonly Check[]>
  /** Posts a request that a person takes over. */
  readonly ask: (asking: Asking) => Promise<AskedRun>
  readonly ledger: LedgerVerbs
  /** Runs the app until it is told to stop; `system`: on another document's file. */
  readonly start: (system: string | undefined) => Promise<number>
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
}

export type Surveying = { readonly project?: string; readonly region?: string }

export type Surveyed =
  | { readonly kind: 'surveyed'; readonly draft: Draft }
  | { readonly kind: 'wrong'; readonly sentence: string }
  /** Somebody did not answer, or may not. */
  | { readonly kind: 'failed'; readonly sentence: string }

export type Asking = {
  readonly name: string
  readonly title: string
  readonly parameters: Readonly<Record<string, Json>>
  readonly channel?: string
  readonly system?: string
}

export type AskedRun =
  | { readonly kind: 'asked'; readonly run: string; readonly channel: string; readonly ts: string }
  | { readonly kind: 'wrong'; readonly sentence: string }

/** Read beside a running app. */
export type LedgerVerbs = {
  readonly audit: (anchor: Anchor | null) => Promise<Audit | Unread>
  readonly runs: () => Promise<ArchivedRuns | Unread>
  /** Null: there is no such run. */
  readonly timeline: (run: string) => Promise<Timeline | Unread | null>
}

/** There is no ledger to read; the sentence says why. */
export type Unread = { readonly kind: 'unread'; readonly sentence: string }

export type Options = {
  readonly json?: boolean
  readonly system?: string
  readonly offline?: boolean
}

export type LookingFace = { readonly verbs: Verbs; readonly exitWith: (code: number) => void }

/** With what every verb takes. contract.md, 3. */
export function verb(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--json', 'as JSON')
    .option('--system <file>', 'another System document than PLIMSOLL_SYSTEM or system.yml')
}

/** One that reads facts. */
export function looking(program: Command, name: string, description: string): Command {
  return verb(program, name, description).option(
    '--offline',
    'the document alone, nobody looks at the world',
  )
}

export function opened(
  face: LookingFace,
  options: Options,
  work: (opened: Opened & { kind: 'opened' }) => Promise<void>,
): Promise<void> | void {
  const result = face.verbs.open({ system: options.system, offline: options.offline === true })
  return result.kind === 'wrong' ? wrong(face, result.sentence) : work(result)
}

/** For a verb that reads no document: one that is named must be there all the same, and right. */
export function beside(
  face: LookingFace,
  options: Pick<Options, 'system'>,
  work: () => Promise<void> | void,
): Promise<void> | void {
  return options.system === undefined
    ? work()
    : opened(face, { system: options.system, offline: true }, async () => work())
}

/** A file that somebody gave us may name its keys as long as it likes. */
export const sentenceAtMost = 2_000

export function wrong({ verbs, exitWith }: LookingFace, sentence: string): void {
  verbs.complain(printable(sentence, sentenceAtMost))
  exitWith(2)
}

type Answer = { readonly json: () => unknown; readonly text: () => string }

export function say(verbs: Verbs, options: Options, { json, text }: Answer): void {
  verbs.print(options.json === true ? JSON.stringify(json(), null, 2) : printableLines(text()))
}
