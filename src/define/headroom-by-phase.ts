/** How near each law comes to its limit in every phase of a rehearsed run: what a picture of it draws. Pure. */
import type { Judgement } from '../capacity/compare.ts'
import type { Assessment, Finding, Severity } from '../capacity/finding.ts'
import type { RehearsedRun } from './rehearsed-run.ts'

export type PhaseColumn = {
  /** Of the step in the plan; null before the first one. */
  readonly position: number | null
  readonly step: string | null
  readonly phase: string
  /** At so many users it is judged: those of now in a phase, those to be carried otherwise. */
  readonly users: number | null
  /** Null where no limit is found, and in a restart, which carries nobody. */
  readonly supportedUsers: number | null
  /** Nothing is carried, at most so long. */
  readonly outageSeconds: number | null
  /** It is not performed. */
  readonly isBlocked: boolean
}

export type LawRow = {
  readonly law: string
  readonly subject: string
  readonly unit: string
  /** One for each column; null where the law says nothing, or nothing is carried. */
  readonly cells: readonly ({
    readonly demand: number
    readonly limit: number
    readonly severity: Severity
  } | null)[]
}

export type HeadroomByPhase = {
  readonly columns: readonly PhaseColumn[]
  /** The laws with numbers that are broken or tight somewhere on the way. */
  readonly rows: readonly LawRow[]
}

type Drawn = { readonly column: PhaseColumn; readonly assessment: Assessment | null }

export function headroomByPhase({ start, items, stop }: RehearsedRun): HeadroomByPhase {
  const changing = items
    .filter((item) => item.kind === 'step')
    .filter(({ before, after, judgement }) => before !== after || judgement.phases.length > 2)
  const stopped = stop?.code === 'blocked' ? [{ ...stop, isBlocked: true }] : []
  const drawn: readonly Drawn[] = [
    drawnOf(start.assessment, { position: null, step: null, phase: 'now', isBlocked: false }),
    ...changing.flatMap((step) => phasesOf({ ...step, isBlocked: false })),
    ...stopped.flatMap(phasesOf),
  ]
  return {
    columns: drawn.map(({ column }) => column),
    rows: rowsOf(drawn.map(({ assessment }) => assessment)),
  }
}

type Shown = {
  readonly position: number
  readonly step: { readonly name: string }
  readonly judgement: Judgement
  readonly isBlocked: boolean
}

function phasesOf({ position, step, judgement, isBlocked }: Shown): readonly Drawn[] {
  // The first is the state that the column before shows.
  return judgement.phases.slice(1).map(({ name, assessment, disruption }) => {
    const seconds = disruption === null ? null : disruption.secondsMax
    const { column } = drawnOf(assessment, { position, step: step.name, phase: name, isBlocked })
    return { column: { ...column, outageSeconds: seconds }, assessment }
  })
}

function drawnOf(
  assessment: Assessment | null,
  column: Pick<PhaseColumn, 'position' | 'step' | 'phase' | 'isBlocked'>,
): Drawn {
  const users = assessment?.users ?? null
  const supportedUsers = assessment?.supportedUsers ?? null
  return { column: { ...column, users, supportedUsers, outageSeconds: null }, assessment }
}

function rowsOf(assessments: readonly (Assessment | null)[]): readonly LawRow[] {
  const rows = new Map<string, LawRow>()
  for (const assessment of assessments) {
    for (const finding of assessment?.findings ?? []) {
      const key = `${finding.law} ${finding.subject}`
      const isNear = finding.severity === 'broken' || finding.severity === 'tight'
      if (!isNear || rows.has(key) || cellOf(finding) === null) continue
      const cells = assessments.map((one) => cellIn(one, finding))
      rows.set(key, { ...keyOf(finding), unit: finding.unit ?? '', cells })
    }
  }
  return [...rows.values()]
}

function keyOf({ law, subject }: Finding) {
  return { law, subject }
}

function cellIn(assessment: Assessment | null, { law, subject }: Finding): LawRow['cells'][number] {
  const finding = assessment?.findings.find((one) => one.law === law && one.subject === subject)
  return finding === undefined ? null : cellOf(finding)
}

function cellOf({ demand, limit, severity }: Finding): LawRow['cells'][number] {
  return demand == null || limit == null ? null : { demand, limit, severity }
}
