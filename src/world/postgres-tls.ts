/** How a connection to PostgreSQL is encrypted, as the driver wants it told. */
import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import type { PostgresTls } from './postgres-url.ts'

export async function sslOf(tls: PostgresTls): Promise<false | ConnectionOptions> {
  switch (tls.kind) {
    case 'plain':
      return false
    case 'encrypted':
      return { rejectUnauthorized: false }
    case 'verified': {
      const { rootCertificateFile, hostName } = tls
      return {
        rejectUnauthorized: true,
        ...(rootCertificateFile === null ? {} : { ca: await readFile(rootCertificateFile) }),
        // The name in a Cloud SQL certificate is the instance's, not the address's.
        ...(hostName ? {} : { checkServerIdentity: () => undefined }),
      }
    }
  }
}
