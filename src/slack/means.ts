/** What commands, clicks and forms are answered with. */
import type { SystemDocument } from '../capacity/system.ts'
import type { Catalogue } from '../define/catalogue.ts'
import type { Library } from '../define/library.ts'
import type { InputProblem } from '../define/step.ts'
import type { Checklist } from '../runs/checklist/checklist.ts'
import type { ChecklistRequests } from '../runs/checklist/requests.ts'
import type { Journal } from '../runs/journal.ts'
import type { Look } from '../runs/look.ts'
import type { Requests } from '../runs/requests.ts'
import type { SlackApi } from './api.ts'
import type { People } from './people.ts'
import type { Seal } from './seal.ts'
import type { Form } from './views/form.ts'

export type DeskMeans = {
  readonly document: SystemDocument
  readonly catalogue: Catalogue
  readonly library: Library
  readonly requests: Requests
  readonly look: Look
  readonly journal: Journal
  readonly checklists: {
    readonly read: (checklist: string) => Promise<Checklist | null>
    readonly open: () => Promise<readonly Checklist[]>
    readonly requests: ChecklistRequests
  }
  readonly people: People
  readonly api: SlackApi
  readonly team: string
  /** Marks every message of a local cloud. */
  readonly note: string | null
  readonly onFailure: (error: unknown) => void
  readonly newId: () => string
  /** What a modal carries comes back as it was given. */
  readonly seal: Seal
}

/**
 * Null: the answer goes to the channel; a sentence: to the person alone. A wrong field is said at that
 * field where there is a form, and what is missing is asked for in one.
 */
export type CommandAnswer = string | null | InputProblem | Form
