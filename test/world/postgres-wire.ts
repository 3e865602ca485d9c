/** A server that speaks enough of PostgreSQL's wire (protocol 3.0) to be told what to answer, and what it was asked. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

type Row = Readonly<Record<string, string | number | boolean | null>>

export type Answer =
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  /** Nothing comes back, for ever. */
  | { readonly kind: 'silence' }
  /** The connection ends instead. */
  | { readonly kind: 'cut' }

export type Asked = {
  readonly connection: number
  readonly protocol: 'start' | 'simple' | 'extended'
  readonly sql: string
}

export type WireServer = {
  readonly port: number
  readonly asked: readonly Asked[]
  /** How many connections are open now. */
  readonly open: () => number
  readonly cutAll: () => void
  readonly stop: () => Promise<void>
}

/** `answer` is asked for the start (sql '') and for each statement. */
export async function startWire(answer: (asked: Asked) => Answer): Promise<WireServer> {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer((socket) => {
    count += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    talk(socket, count, (one) => {
      asked.push(one)
      return answer(one)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: address.port,
    asked,
    open: () => sockets.size,
    cutAll,
    stop: async () => {
      cutAll()
      server.close()
      await once(server, 'close')
    },
  }
}

function talk(socket: Socket, connection: number, answer: (asked: Asked) => Answer): void {
  let held = Buffer.alloc(0)
  let isStarted = false
  let parsed = ''

  function reply(protocol: Asked['protocol'], sql: string): void {
    const given = answer({ connection, protocol, sql })
    switch (given.kind) {
      case 'silence':
        return
      case 'cut':
        socket.destroy()
        return
      case 'error': {
        const fatal = protocol === 'start'
        const fields = `S${fatal ? 'FATAL' : 'ERROR'}\0C${given.code}\0M${given.message}\0\0`
        socket.write(message('E', Buffer.from(fields)))
        if (fatal) socket.end()
        else socket.write(ready)
        return
      }
      case 'rows': {
        const done = message('C', Buffer.from('SELECT\0'))
        if (protocol === 'start') socket.write(Buffer.concat([signedIn, ready]))
        else socket.write(Buffer.concat([...tableOf(given.rows), done, ready]))
      }
    }
  }

  socket.on('data', (bytes) => {
    held = Buffer.concat([held, bytes])
    for (;;) {
      const head = isStarted ? 1 : 0
      if (held.length < head + 4) return
      const end = head + held.readInt32BE(head)
      if (held.length < end) return
      const [kind, body] = [held.toString('latin1', 0, head), held.subarray(head + 4, end)]
      held = held.subarray(end)
      if (!isStarted) {
        isStarted = true
        reply('start', '')
      } else if (kind === 'Q') reply('simple', body.toString('utf8', 0, body.length - 1))
      else if (kind === 'P') parsed = body.toString('utf8').split('\0')[1] ?? ''
      else if (kind === 'S') reply('extended', parsed)
    }
  })
}

function message(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(kind, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const signedIn = message('R', int32(0))
const ready = message('Z', Buffer.from('I'))

function tableOf(rows: readonly Row[]): readonly Buffer[] {
  const [first] = rows
  if (first === undefined) return []
  const columns = Object.entries(first).map(([name, value]) =>
    // Table, column, type, size, modifier, text format.
    Buffer.concat([
      Buffer.from(`${name}\0`),
      Buffer.alloc(6),
      int32(typeOf(value)),
      Buffer.alloc(8),
    ]),
  )
  const cells = (row: Row) =>
    Object.values(row).map((value) => {
      if (value === null) return int32(-1)
      const text = Buffer.from(typeof value === 'boolean' ? (value ? 't' : 'f') : String(value))
      return Buffer.concat([int32(text.length), text])
    })
  return [
    message('T', Buffer.concat([int16(columns.length), ...columns])),
    ...rows.map((row) => {
      const values = cells(row)
      return message('D', Buffer.concat([int16(values.length), ...values]))
    }),
  ]
}

/** bool, float8, text: pg_type.dat. */
function typeOf(value: Row[string]): number {
  if (typeof value === 'boolean') return 16
  return typeof value === 'number' ? 701 : 25
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
