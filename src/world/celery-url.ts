/**
 * CELERY_BROKER_URL, read strictly and as kombu reads it. No problem repeats any part of it: a
 * password may stand where nobody expects it.
 */
import { decoded } from './postgres-url.ts'

export type BrokerAddress = {
  readonly host: string
  readonly port: number
  /** Null: Redis's default user. */
  readonly user: string | null
  readonly password: string | null
  /** Kombu's virtual host: it is part of the channel that workers listen to. */
  readonly database: number
  readonly tls: 'plain' | 'encrypted' | 'verified'
}

export type ReadBroker =
  | { readonly kind: 'address'; readonly address: BrokerAddress }
  | { readonly kind: 'wrong'; readonly problem: string }

export function readBrokerUrl(text: string): ReadBroker {
  const url = URL.parse(text)
  if (url === null) return wrong('is no URL; a password needs its signs percent-encoded')
  if (!['redis:', 'rediss:'].includes(url.protocol))
    return wrong('does not begin with redis:// or rediss://')
  if (url.hostname === '') return wrong('names no host')
  const [user, password] = [decoded(url.username), decoded(url.password)]
  if (user === null || password === null) return wrong('is not percent-encoded well')
  const database = /^\/?(\d{0,4})\/?$/.exec(url.pathname)
  if (database === null) return wrong('must end with the number of a database, such as /0')
  const tls = tlsOf(url)
  if (tls === null)
    return wrong('may have ssl_cert_reqs=required or none, with rediss://, and nothing else')
  return {
    kind: 'address',
    address: {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? 6379 : Number(url.port),
      user: user === '' ? null : user,
      password: password === '' ? null : password,
      database: Number(database[1] ?? ''),
      tls,
    },
  }
}

/** Null: it is not said well. Left out it is verified: kombu would not say which it means. */
function tlsOf({ protocol, searchParams }: URL): BrokerAddress['tls'] | null {
  const others = [...searchParams.keys()].filter((name) => name !== 'ssl_cert_reqs')
  const wished = searchParams.get('ssl_cert_reqs')
  if (others.length > 0 || (protocol === 'redis:' && wished !== null)) return null
  if (protocol === 'redis:') return 'plain'
  switch (wished ?? 'required') {
    case 'required':
    case 'CERT_REQUIRED':
      return 'verified'
    case 'none':
    case 'CERT_NONE':
      return 'encrypted'
    default:
      return null
  }
}

function wrong(problem: string): ReadBroker {
  return { kind: 'wrong', problem }
}
