import type { Finding } from './probe.js'
import { failed, refused, untested } from './probe.js'
import { shown } from './shown.js'

/** What a failed connection is called. Node's errors carry an errno name, an OpenSSL code or an HTTP parser's code. */
export function socketFailure(error: NodeJS.ErrnoException): Finding {
  const code = error.code ?? ''
  const exhausted = ourFault.get(code)
  if (exhausted !== undefined) return untested(`${exhausted}: nothing was tested`)
  if (code === 'ECONNREFUSED') return refused('connection refused')
  return failed(refusals.get(code) ?? tlsFailure(error, code) ?? otherFailure(error, code))
}

/** OpenSSL's messages have several lines; an answer must be one. */
function otherFailure(error: Error, code: string): string {
  const message = error.message.replace(/\s+/g, ' ').trim()
  return code === '' || message.includes(code) ? message || 'failed without a reason' : `${message} (${code})`
}

/** The host of this daemon lacks something, which says nothing of the service. */
const ourFault: ReadonlyMap<string, string> = new Map([
  ['EMFILE', 'the daemon has no file descriptor left (raise LimitNOFILE)'],
  ['ENFILE', 'this host has no file descriptor left'],
  ['ENOBUFS', 'this host has no socket buffers left'],
  ['ENOMEM', 'this host has no memory left'],
  ['EADDRNOTAVAIL', 'this host has no local address or port to connect from'],
])

const refusals: ReadonlyMap<string, string> = new Map([
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection reset'],
  ['ECONNABORTED', 'connection aborted'],
  ['EHOSTUNREACH', 'no route to host'],
  ['EHOSTDOWN', 'host is down'],
  ['ENETUNREACH', 'network is unreachable'],
  ['ETIMEDOUT', 'no answer to the connection attempt'],
  ['EACCES', 'connecting is not permitted (a firewall rule of this host?)'],
  ['EPERM', 'connecting is not permitted (a firewall rule of this host?)'],
  ['ENOTFOUND', 'name not found'],
  ['EAI_AGAIN', 'the name server does not answer'],
])

const certificates: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'certificate expired'],
  ['CERT_NOT_YET_VALID', 'certificate not valid yet'],
  ['CERT_REVOKED', 'certificate revoked'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate is self-signed and not trusted (name it in `ca`)'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate is from an authority that is not trusted (name it in `ca`)'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'certificate is from an authority that is not trusted (name it in `ca`)'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate is from an authority that is not trusted (name it in `ca`)'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate is from an authority that is not trusted (name it in `ca`)'],
  ['CERT_SIGNATURE_FAILURE', 'certificate is from an authority that is not trusted (name it in `ca`)'],
  ['INVALID_PURPOSE', 'certificate is not for servers'],
])

/** Undefined when it is none of TLS. `cert`, `reason` and `host` are Node's own additions. */
function tlsFailure(error: NodeJS.ErrnoException & TlsDetails, code: string): string | undefined {
  const certificate = certificates.get(code)
  if (certificate !== undefined) return certificate
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = error.cert?.subjectaltname
    return `certificate is not for ${error.host ?? 'this host'} (it is for ${names === undefined ? 'no name' : shown(names, 80)})`
  }
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return undefined
  return `TLS handshake failed: ${error.reason ?? openSslReason(error.message) ?? code}`
}

/** Of an EPROTO, OpenSSL's own words stand only in the message: `…:SSL routines:ssl3_get_record:wrong version number:…`. */
function openSslReason(message: string): string | undefined {
  return /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1]
}

interface TlsDetails {
  readonly reason?: string
  readonly host?: string
  readonly cert?: { readonly subjectaltname?: string }
}
