/** `/capacity check`: what a step would do, and whether it may; nothing changes. Pure. */

import type { BoundStep } from '../../define/step.ts'
import { unableTo } from '../../define/unable.ts'
import type { Examination } from '../../gate/gate.ts'
import { shownForecast } from '../../runs/shown.ts'
import { unableSentence } from '../../words/en.ts'
import { effectSentence } from '../../words/en-effects.ts'
import { reasonSentence, refusalSentence } from '../../words/en-reasons.ts'
import { number } from '../../words/numbers.ts'
import { context, escaped, slackFace as face, type Message, plain, section } from './blocks.ts'
import { forecastBlocks } from './forecast.ts'

export function checkMessage(
  step: BoundStep,
  examination: Examination,
  note: string | null,
): Message {
  const forecast = shownForecast(step, examination)
  const { refusal } = examination
  const effect = effectSentence(forecast.effect, face)
  const first = `*${verdictWords[examination.verdict]}: ${effect}.* ${why(examination)}`
  const unable = unableTo(step, examination.view.system)
  const { now, after } = forecast.supportedUsers
  const users =
    now === null || after === null || after <= now
      ? null
      : `Supported users rise from ${number(now)} to ${number(after)}.`
  const small = [
    users,
    unable === null ? null : unableSentence(unable, face),
    examination.verdict === 'block' && refusal === null
      ? `Next: ${face.literal(`/capacity plan ${forecast.users}`)} shows settings that carry ${number(forecast.users)} users.`
      : null,
    'Nothing was changed and nothing was recorded.',
    note,
  ]
  return {
    text: plain(first),
    blocks: [
      section(first),
      ...forecastBlocks(forecast, false),
      ...small.filter((line) => line !== null).map(context),
    ],
  }
}

const verdictWords = { clear: 'Clear', review: 'Review', block: 'Blocked' } as const

function why({ reasons, refusal }: Examination): string {
  if (refusal !== null) return escaped(refusalSentence(refusal))
  const [first] = reasons
  return first === undefined
    ? 'No law breaks that does not break now.'
    : escaped(reasonSentence(first))
}
