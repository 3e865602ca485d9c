/** `calibrate`: the workload's parameters from what was measured, and back into the document. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Command } from 'commander'
import { type Calibration, calibrate } from '../capacity/calibration.ts'
import { modelError } from '../capacity/model-error.ts'
import type { Rewrite } from '../capacity/rewrite.ts'
import { readSamples } from '../capacity/samples.ts'
import type { System } from '../capacity/system.ts'
import {
  calibrationLines,
  calibrationProblem,
  significant,
  type Told,
} from '../words/en-calibration.ts'
import { type LookingFace, looking, type Options, opened, say, wrong } from './verbs.ts'

type Calibrated = Extract<Calibration, { kind: 'calibrated' }>

export function addCalibrate(program: Command, face: LookingFace): void {
  const { verbs } = face
  looking(program, 'calibrate', 'fit the workload to what was measured')
    .argument('<file>', 'samples, YAML or JSON')
    .option('--write', 'put what is determined into the document')
    .action((samplesFile: string, options: Options & { readonly write?: boolean }) => {
      if (!existsSync(samplesFile) || !statSync(samplesFile).isFile())
        return wrong(face, `No file ${samplesFile} with samples.`)
      const read = readSamples(readFileSync(samplesFile, 'utf8'), samplesFile)
      if (read.kind === 'wrong') return wrong(face, read.sentence)
      return opened(face, options, async ({ file, document, look }) => {
        const { system, today } = await look.seen()
        const service = read.service ?? onlyWebService(system)
        if (service === null)
          return wrong(
            face,
            `${samplesFile} names no service; name one of ${webServices(system).join(', ')}.`,
          )
        const measured = { service, samples: read.samples, today }
        const calibration = calibrate({ system, ...measured })
        if (calibration.kind !== 'calibrated') return wrong(face, calibrationProblem(calibration))
        const { workload } = calibration
        const refusal = options.write === true ? verbs.rewrite(file, changesFor(calibration)) : null
        if (refusal !== null) return wrong(face, refusal)
        const error = modelError({ system: { ...system, workload }, ...measured })
        const written = options.write === true ? file : null
        const told = { calibration, before: document.workload, error, service, written }
        say(verbs, options, {
          json: () => calibrationJson(told),
          text: () => calibrationLines(told).join('\n'),
        })
      })
    })
}

function webServices({ services }: System): readonly string[] {
  return Object.keys(services).filter((name) => services[name]?.kind === 'web')
}

function onlyWebService(system: System): string | null {
  const [name, ...others] = webServices(system)
  return name === undefined || others.length > 0 ? null : name
}

function changesFor({ intervals, workload }: Calibrated): readonly Rewrite[] {
  const fitted = Object.entries(intervals).map(([name, { value }]) => ({
    path: ['workload', name],
    value: significant(value),
  }))
  return [...fitted, { path: ['workload', 'source'], value: workload.source }]
}

function calibrationJson({ calibration, service, error, written }: Told) {
  const { intervals, undetermined, samples, workload } = calibration
  const { source } = workload
  const errors = error.kind === 'compared' ? error.comparisons : []
  return { service, samples, source, parameters: intervals, undetermined, errors, written }
}
