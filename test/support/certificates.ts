import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

/** PEM files. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface CertificateOptions {
  /** Names and addresses, as in `DNS:www.example,IP:127.0.0.1`. */
  readonly names: string
  /** Days from now on. */
  readonly from?: number
  readonly until?: number
}

/** An authority of its own, made by openssl. */
export interface Authority {
  /** PEM file. */
  readonly ca: string
  issue(options: CertificateOptions): Certificate
  /** One that it has no part in. */
  selfSigned(options: Pick<CertificateOptions, 'names'>): Certificate
}

const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

/** Makes an authority; what it writes goes when the tests of this file have ended. */
export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-authority-'))
  folders.push(folder)
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  writeFileSync(join(folder, 'ca.conf'), caConfiguration)
  writeFileSync(join(folder, 'index'), '')
  const selfSigned = ['req', '-x509', ...newKey, '-days', '30']
  openssl(...selfSigned, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test authority')
  let issued = 0
  return {
    ca: join(folder, 'ca.pem'),
    issue: ({ names, from = -1, until = 20 }) => {
      const name = `server-${(issued += 1)}`
      const at = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
      writeFileSync(join(folder, 'extensions'), `subjectAltName=${names}\n`)
      openssl('req', ...newKey, '-keyout', at.key, '-out', 'request', '-subj', `/CN=${name}`)
      const dates = ['-startdate', opensslDate(from), '-enddate', opensslDate(until)]
      const files = ['-config', 'ca.conf', '-in', 'request', '-out', at.cert, '-extfile', 'extensions']
      openssl('ca', '-batch', '-notext', ...files, ...dates)
      return at
    },
    selfSigned: ({ names }) => {
      const at = { cert: join(folder, 'self-signed.pem'), key: join(folder, 'self-signed.key') }
      const subject = ['-subj', '/CN=self-signed', '-addext', `subjectAltName=${names}`]
      openssl(...selfSigned, '-keyout', at.key, '-out', at.cert, ...subject)
      return at
    },
  }
}

const caConfiguration = `
[ca]
default_ca = here
[here]
database = index
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
`

function opensslDate(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000)
  return date.toISOString().replace(/[-:T]|\.\d+/g, '')
}
