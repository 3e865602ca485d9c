/**
 * The URL of a database or of a pooler's console, read strictly. No problem repeats any part of the
 * URL: a password may stand where nobody expects it.
 */

export type PostgresAddress = {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly tls: PostgresTls
}

/** What `sslmode` asks for, as PostgreSQL's own manual has it (libpq, 34.19). */
export type PostgresTls =
  | { readonly kind: 'plain' }
  | { readonly kind: 'encrypted' }
  | {
      readonly kind: 'verified'
      readonly hostName: boolean
      /** Null: the certificates that Node trusts. */
      readonly rootCertificateFile: string | null
    }

export type ReadUrl =
  | { readonly kind: 'address'; readonly address: PostgresAddress }
  | { readonly kind: 'wrong'; readonly problem: string }

/** Never resolved, by RFC 6761. */
const noHost = 'none.invalid'
const parameters = ['host', 'sslmode', 'sslrootcert']

/** The variable that holds the URL of one database: DATABASE_URL_TUKI_DB_PROD. contract.md, 2. */
export function databaseVariable(database: string): string {
  return `DATABASE_URL_${database.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
}

/**
 * Every host that this URL, or another program that reads it, may lead to; never an empty list: ''
 * stands for a host that the URL leaves to chance (PGHOST), so that no question about all of them
 * is answered by silence.
 */
export function hostsOf(url: string): readonly string[] {
  const read = parsed(url)
  if (read === null) return ['']
  const { hostname, searchParams } = read
  const named = ['host', 'hostaddr'].flatMap((name) => searchParams.getAll(name))
  const hosts = [decoded(hostname) ?? '', ...named]
    .flatMap((list) => list.split(','))
    .map((host) => host.trim())
    // Names have no case, and folders have.
    .map((host) => (host.startsWith('/') ? host : host.toLowerCase()))
    .map((host) => host.replace(/^\[(.*)\]$/, '$1'))
    .filter((host) => host !== '' && host !== noHost)
  return hosts.length === 0 ? [''] : hosts
}

/**
 * This machine, by its address. Not a Unix socket: behind one may be the Cloud SQL Auth Proxy, and
 * with it a real database.
 */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

export function readPostgresUrl(text: string): ReadUrl {
  const url = parsed(text)
  if (url === null) return wrong('is no URL; a password needs its signs percent-encoded')
  if (!['postgres:', 'postgresql:'].includes(url.protocol))
    return wrong('does not begin with postgres:// or postgresql://')
  for (const [name] of url.searchParams)
    if (!parameters.includes(name))
      return wrong(`has a parameter besides ${parameters.join(', ')}: leave it out`)
  const [host, ...others] = hostsOf(text)
  if (host === undefined || host === '') return wrong('names no host')
  if (others.length > 0) return wrong('names more than one host')
  const tls = tlsOf(url, host)
  if (tls === null)
    return wrong('needs sslmode=disable, require, verify-ca (with sslrootcert) or verify-full')
  const [user, password] = [decoded(url.username), decoded(url.password)]
  const database = decoded(url.pathname.slice(1))
  if (user === null || password === null || database === null)
    return wrong('is not percent-encoded well')
  if (user === '' || database === '') return wrong('names no user or no database')
  const port = url.port === '' ? 5432 : Number(url.port)
  return { kind: 'address', address: { host, port, user, password, database, tls } }
}

/**
 * Null: it is not said well. Left out it is plain on this machine and refused elsewhere: neither a
 * silent fall-back to plain text nor a demand that a private network cannot meet is ours to choose.
 */
function tlsOf({ searchParams }: URL, host: string): PostgresTls | null {
  const rootCertificateFile = searchParams.get('sslrootcert')
  const near = isLoopbackHost(host) || host.startsWith('/')
  switch (searchParams.get('sslmode') ?? (near ? 'disable' : null)) {
    case 'disable':
      return { kind: 'plain' }
    case 'require':
      return rootCertificateFile === null
        ? { kind: 'encrypted' }
        : { kind: 'verified', hostName: false, rootCertificateFile }
    case 'verify-ca':
      return rootCertificateFile === null
        ? null
        : { kind: 'verified', hostName: false, rootCertificateFile }
    case 'verify-full':
      return { kind: 'verified', hostName: true, rootCertificateFile }
    default:
      return null
  }
}

/** `postgres://user:password@/database?host=/folder` is usual for Unix sockets, and no URL to Node. */
function parsed(text: string): URL | null {
  return URL.parse(text) ?? URL.parse(text.replace('@/', `@${noHost}/`))
}

function wrong(problem: string): ReadUrl {
  return { kind: 'wrong', problem }
}

/** Null where a percent sign begins nothing. */
export function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
}
