/** The panel "Make it fail": a choice, three switches, and the special inputs. */
import { createElement as element, type ReactNode } from 'react'
import { specialNumbers, specialPlaces } from '../cloud/special-inputs.ts'
import { lastingTroubles, nextTroubles, saidOf } from './troubles.ts'

const nothing = { how: 'nothing', title: 'Nothing', words: 'it goes well' } as const

export function drawTroubles(): ReactNode {
  const summary = ['Make it fail', element('span', { id: 'armed', key: 'armed' })]
  return element(
    'details',
    { className: 'troubles', id: 'troubles' },
    element('summary', null, summary),
    element('p', { id: 'met', role: 'status' }),
    element('p', { id: 'sent' }),
    drawChoice('The next change meets', [nothing, ...nextTroubles].map(drawNext)),
    drawChoice('From now on', lastingTroubles.map(drawLasting)),
    drawSpecial(),
  )
}

function drawChoice(legend: string, choices: readonly ReactNode[]): ReactNode {
  return element('fieldset', null, element('legend', null, legend), choices)
}

type Choice = { readonly title: string; readonly words: string }

function drawNext({ how, ...choice }: { readonly how: string } & Choice): ReactNode {
  const input = { type: 'radio', name: 'trouble', value: how, defaultChecked: how === 'nothing' }
  return element('label', { key: how }, element('input', input), drawWords(choice))
}

function drawLasting({ what, ...choice }: { readonly what: string } & Choice): ReactNode {
  const input = { type: 'checkbox', name: 'lasting', value: what }
  return element('label', { key: what }, element('input', input), drawWords(choice))
}

function drawWords({ title, words }: Choice): ReactNode {
  return element('span', null, element('b', null, title), ': ', words)
}

function drawSpecial(): ReactNode {
  const terms = specialNumbers.flatMap(({ number, how }) => [
    element('dt', { key: number }, number),
    element('dd', { key: how }, saidOf(how).replace(`${number}: `, '')),
  ])
  const places = specialPlaces.map((place) =>
    element('li', { key: place }, element('code', null, `/runbook do ${place}`)),
  )
  return element(
    'section',
    { 'aria-label': 'Special inputs' },
    element('h3', null, 'Or ask for it'),
    element('p', null, 'With one of these numbers for N a change meets it each time.'),
    element('dl', null, terms),
    element('ul', null, places),
  )
}
