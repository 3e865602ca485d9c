/** Fills `page.html`: the drawing, the three buttons, the troubles, the channels and the people. */
import { readFile } from 'node:fs/promises'
import { createElement as element, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { botUserId, channels, members, userGroups } from '../slack/people.ts'
import { completions, openingCommand, productButtons } from './commands.ts'
import { drawTroubles } from './draw-troubles.ts'

export async function documentHtml(): Promise<string> {
  const page = await readFile(new URL('page.html', import.meta.url), 'utf8')
  const parts = new Map([
    ['gauge', await readFile(new URL('gauge.svg', import.meta.url), 'utf8')],
    ['opening', openingCommand],
    ['tries', renderToStaticMarkup(productButtons.map(drawTry))],
    ['troubles', renderToStaticMarkup(drawTroubles())],
    ['tabs', renderToStaticMarkup(channels.map(drawTab))],
    ['personas', renderToStaticMarkup(people.map(drawPersona))],
    ['completions', attribute(JSON.stringify(completions))],
  ])
  return page.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => parts.get(name) ?? whole)
}

const people = members.filter(({ id }) => id !== botUserId)
/** Whose yes the first screen waits for. */
const leadId = userGroups[0]?.memberIds[0]

function drawTry({ id, title, promise, command }: (typeof productButtons)[number]): ReactNode {
  const words = [
    element('b', { key: 'title' }, title),
    element('span', { key: 'promise' }, promise),
  ]
  return element(
    'li',
    { key: id },
    element('button', { type: 'button', 'data-try': id, 'data-command': command }, words),
  )
}

function drawTab({ id, name, topic }: (typeof channels)[number], index: number): ReactNode {
  const place = { 'data-channel': id, 'data-topic': topic }
  return element(
    'button',
    { key: id, type: 'button', role: 'tab', 'aria-selected': index === 0, ...place },
    element('i', null, '#'),
    name,
  )
}

function drawPersona({ id, name, title }: (typeof people)[number], index: number): ReactNode {
  const input = { type: 'radio', name: 'persona', value: id, defaultChecked: index === 0 }
  const avatar = { className: `avatar ${name}`, 'aria-hidden': true }
  return element(
    'label',
    { key: id, id: id === leadId ? 'lead' : undefined },
    element('input', input),
    element('span', avatar, name.slice(0, 1).toUpperCase()),
    element(
      'span',
      null,
      element('b', null, name),
      element('small', { 'data-title': title }, title),
    ),
  )
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
}
