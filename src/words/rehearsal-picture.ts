/** A rehearsed run as a drawing: for each law that matters, how much of its limit every phase uses. SVG. */
import type { HeadroomByPhase, LawRow, PhaseColumn } from '../define/headroom-by-phase.ts'
import { lawName } from './en-reasons.ts'
import { nameOf, number } from './numbers.ts'

const [left, top, columnWidth, rowHeight, foot] = [230, 64, 86, 58, 166] as const
/** The last column's name leans out of it. */
const right = 150
/** A bar beyond this is cut off; its number says how far it goes. */
const shareAtMost = 1.5

const colours = { broken: '#b3261e', tight: '#b06f00', unknown: '#5f6368', ok: '#1a7f37' } as const

const legend =
  'Each bar: demand as a share of the limit, after a step at full scale, in a roll-out or a load ' +
  'test at the users of then. The line: the whole limit.'

export function rehearsalPicture(title: string, { columns, rows }: HeadroomByPhase): string {
  const width = left + columns.length * columnWidth + right
  const height = top + Math.max(1, rows.length) * rowHeight + foot
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text({ x: 16, y: 26, size: 16 }, title),
    text({ x: 16, y: 46 }, legend),
    ...rows.flatMap((row, index) => drawnRow(row, top + index * rowHeight, width)),
    ...(rows.length === 0 ? [text({ x: 16, y: top + 30 }, 'No law comes near its limit.')] : []),
    ...columns.flatMap((column, index) => drawnColumn(column, index, height)),
    '</svg>',
    '',
  ].join('\n')
}

function drawnRow({ law, subject, cells }: LawRow, y: number, width: number): readonly string[] {
  const base = y + rowHeight - 8
  const full = (rowHeight - 22) / shareAtMost
  const bars = cells.flatMap((cell, index) => {
    if (cell === null) return []
    const share = cell.limit > 0 ? cell.demand / cell.limit : cell.demand > 0 ? shareAtMost : 0
    const height = round(Math.min(share, shareAtMost) * full)
    const x = left + index * columnWidth + 8
    const said = cell.limit > 0 ? `${number(Math.round(share * 100))} %` : 'no limit left'
    return [
      `<rect x="${x}" y="${round(base - height)}" width="${columnWidth - 16}" height="${height}" fill="${colours[cell.severity]}"/>`,
      text({ x, y: round(base - height - 3), size: 10 }, `${said} ${cell.severity}`),
    ]
  })
  return [
    text({ x: 16, y: y + 26 }, lawName(law)),
    text({ x: 16, y: y + 42, size: 10 }, nameOf(subject)),
    ...bars,
    `<line x1="${left}" x2="${width - right}" y1="${round(base - full)}" y2="${round(base - full)}" stroke="#202124" stroke-dasharray="3 3"/>`,
    `<line x1="${left}" x2="${width - right}" y1="${base}" y2="${base}" stroke="#202124"/>`,
  ]
}

function drawnColumn(column: PhaseColumn, index: number, height: number): readonly string[] {
  const { position, step, phase, outageSeconds, supportedUsers, isBlocked } = column
  const x = left + index * columnWidth + 8
  const y = height - foot + 12
  const name = step === null ? phase : `${position} ${phase}: ${step}`
  const fate = isBlocked
    ? 'blocked'
    : outageSeconds !== null
      ? `nobody, ${number(outageSeconds)} s`
      : supportedUsers === null
        ? 'no limit'
        : `${number(supportedUsers)} users`
  return [
    `<text x="${x}" y="${y}" font-size="10" font-weight="bold">${escaped(fate)}</text>`,
    `<text transform="translate(${x + 4} ${y + 16}) rotate(38)" font-size="10">${escaped(name)}</text>`,
  ]
}

function text(
  { x, y, size = 12 }: { readonly x: number; readonly y: number; readonly size?: number },
  said: string,
): string {
  return `<text x="${x}" y="${y}" font-size="${size}">${escaped(said)}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(said: string): string {
  return said.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
