/**
 * The way to an instance without a URL: Google's Cloud SQL connector with the machine's default
 * credentials, as its IAM database user. Loaded at the first use.
 */
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { Fault } from './fault.ts'

/** An account that is a person's has none: it signs in through a URL. */
const serviceAccount = z.object({ client_email: z.string().min(1) })

export async function connectorStream(
  connectionName: string,
  ipType: 'PUBLIC' | 'PRIVATE' | 'PSC',
): Promise<{ readonly stream: Duplex; readonly user: string; readonly close: () => void }> {
  const { AuthTypes, Connector, IpAddressTypes } = await import('@google-cloud/cloud-sql-connector')
  const user = await databaseUser()
  const connector = new Connector()
  try {
    const options = await connector.getOptions({
      instanceConnectionName: connectionName,
      ipType: IpAddressTypes[ipType],
      authType: AuthTypes.IAM,
    })
    // One connector for each connection: its timers would keep a process alive that is done.
    return { stream: options.stream(), user, close: () => connector.close() }
  } catch (error) {
    connector.close()
    throw error
  }
}

/** PostgreSQL's name of a service account ends before `.gserviceaccount.com`. */
async function databaseUser(): Promise<string> {
  const { GoogleAuth } = await import('google-auth-library')
  const auth = new GoogleAuth()
  try {
    const { client_email: email } = serviceAccount.parse(await auth.getCredentials())
    return email.replace(/\.gserviceaccount\.com$/, '')
  } catch (error) {
    throw new Fault(
      'forbidden',
      'no',
      'the default credentials name no service account to sign in to PostgreSQL with: set a DATABASE_URL_',
      { cause: error },
    )
  }
}
