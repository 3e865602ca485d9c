/** What was said, as a person reads it: kept under test/stories, with times, ids and versions replaced. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Block, TableBlock } from '../../src/rehearsal/slack/blocks.ts'
import type { Message } from '../../src/rehearsal/slack/conversations.ts'
import { members, userGroups } from '../../src/rehearsal/slack/people.ts'

export type Transcript = {
  /** What somebody did. */
  did: (line: string) => void
  /** What everybody, or one person alone, reads then. */
  reads: (message: Message) => void
  /** Compares with the kept text; `UPDATE_STORIES=1` writes it anew. */
  check: () => void
}

export function transcriptOf(story: string, title: string): Transcript {
  const parts: string[] = [`# ${title}`]
  return {
    did: (line) => parts.push(steady(`## ${line}`)),
    reads: (message) => parts.push(rendered(message)),
    check: () => {
      const folder = new URL(`../stories/${story}/`, import.meta.url)
      const file = fileURLToPath(new URL('said.md', folder))
      const text = `${parts.join('\n\n')}\n`
      if (process.env.UPDATE_STORIES === '1') {
        mkdirSync(fileURLToPath(folder), { recursive: true })
        writeFileSync(file, text)
      }
      expect(existsSync(file), `${file}: UPDATE_STORIES=1 writes it`).toBe(true)
      expect(text).toBe(readFileSync(file, 'utf8'))
    },
  }
}

function rendered(message: Message): string {
  const whom = message.onlyFor === null ? 'everybody' : `${nameOf(message.onlyFor)} alone`
  const place = message.threadTs === null ? '' : ', in the thread'
  const blocks = message.blocks.map(blockText).filter((text) => text !== '')
  const read = blocks.length === 0 ? [message.text] : [...blocks, `(aloud: ${message.text})`]
  return [`To ${whom}${place}:`, ...read].map(steady).join('\n\n')
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'section':
      return block.text?.text ?? ''
    case 'header':
      return block.text.text
    case 'context':
      return block.elements
        .map((element) => (element.type === 'image' ? '' : `> ${element.text}`))
        .join('\n')
    case 'table':
      return tableText(block)
    case 'actions':
      return block.elements.map(({ text }) => `[${text.text}]`).join(' ')
    default:
      return JSON.stringify(block)
  }
}

function tableText({ rows }: TableBlock): string {
  const lines = rows.map(
    (row) =>
      `| ${row.map((cell) => ('text' in cell ? cell.text : JSON.stringify(cell))).join(' | ')} |`,
  )
  const rule = `|${(rows[0] ?? []).map(() => '---').join('|')}|`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}

function nameOf(id: string): string {
  return `@${members.find((member) => member.id === id)?.name ?? id}`
}

/** What differs from run to run becomes a word. */
function steady(text: string): string {
  return text
    .replace(/<@([UW]\w+)>/g, (_all, id: string) => nameOf(id))
    .replace(/<!subteam\^(\w+)>/g, (_all, id: string) => {
      return `@${userGroups.find((group) => group.id === id)?.handle ?? id}`
    })
    .replace(/<#(\w+)>/g, '#$1')
    .replace(/<https?:[^|>]+\|([^>]+)>/g, '<link|$1>')
    .replace(/https?:\/\/[^\s>]+/g, '<address>')
    .replace(/<!date\^[^>]+>/g, '<time>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '<time>')
    .replace(/\b\d\d:\d\d(:\d\d)?( UTC)?\b/g, '<time>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b/g, '<operation>')
    .replace(/\b[0-9a-f]{64}\b/g, '<digest>')
    .replace(/(sealed `)[0-9a-f]{12}`/g, '$1<digest>`')
    .replace(/(Forecast `)[0-9a-f]{8}`/g, '$1<digest>`')
    .replace(/\b(p?)0[0-9a-z]{20,30}\b/g, '$1<run>')
    .replace(/\b(\d+ min )?\d+ s( so far| ago)/g, '<duration>$2')
    .replace(/It took [^.]+\./g, 'It took <duration>.')
}
