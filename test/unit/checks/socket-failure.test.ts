import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { socketFailure } from '../../../src/checks/socket-failure.js'

const failure = (code: string | undefined, message = 'words of a library'): string => {
  const finding = socketFailure(Object.assign(new Error(message), code === undefined ? {} : { code }))
  assert.notEqual(finding.outcome, 'aborted')
  return finding.outcome === 'aborted' ? '' : `${finding.outcome}: ${finding.detail}`
}

describe('socket failure', () => {
  it('concludes nothing when this host lacks what a connection needs', () => {
    for (const code of ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']) {
      assert.match(failure(code), /^unknown: .*: nothing was tested$/)
    }
  })

  it('names what it does not know by its message and code', () => {
    assert.equal(failure('ESTRANGE'), 'fail: words of a library (ESTRANGE)')
    assert.equal(failure(undefined), 'fail: words of a library')
    assert.equal(failure(undefined, ''), 'fail: failed without a reason')
  })

  it('finds OpenSSL’s reason inside the message of an EPROTO', () => {
    const message =
      'write EPROTO 40:error:0A0000C6:SSL routines:tls_get_more_records:packet length too long:file.c:1:\n'
    assert.equal(failure('EPROTO', message), 'fail: TLS handshake failed: packet length too long')
  })

  it('is one line that says something, whatever the error', () => {
    const codes = fc.oneof(
      fc.string(),
      fc.constantFrom('EPROTO', 'ERR_SSL_X', 'ERR_TLS_CERT_ALTNAME_INVALID', undefined),
    )
    fc.assert(
      fc.property(codes, fc.string({ unit: 'binary' }), (code, message) => {
        assert.match(failure(code, message), /^(fail|unknown): .+$/)
      }),
    )
  })
})
