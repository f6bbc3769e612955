import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import fc from 'fast-check'

import type { Probe } from '../../../src/domain/config.js'
import { httpProbe, tcpProbe } from '../../support/check-instance.js'
import { probing } from '../../support/probing.js'
import { serveTcp } from '../../support/servers.js'
import type { StreamServer } from '../../support/stream-servers.js'

/** What a service may send: pieces of real answers in any order, among arbitrary bytes. */
const pieces = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .constantFrom(
        'HTTP/1.1 ',
        '200 OK',
        ' 99999 ',
        '\r\n',
        '\r\n\r\n',
        'Content-Length: 5',
        'Content-Length: -1',
        'é',
      )
      .map((text) => Buffer.from(text)),
    fc
      .constantFrom('Transfer-Encoding: chunked', 'ffffffff\r\n', '0\r\n\r\n', 'Location: http://[', 'ready', '\0')
      .map((text) => Buffer.from(text)),
  ),
  { maxLength: 8 },
)
const endings = fc.constantFrom<(socket: Socket) => void>(
  (socket) => socket.end(),
  (socket) => socket.destroy(),
  (socket) => socket.resetAndDestroy(),
)

/** Sends what it is given to the next connection that asks, piece by piece, and ends it. */
async function garbageServer(t: TestContext): Promise<Pick<StreamServer, 'port'> & { next: (answer: Answer) => void }> {
  let answer: Answer = { parts: [], ending: (socket) => socket.end() }
  const server = await serveTcp(t, (socket) => {
    socket.once('data', () => {
      for (const part of answer.parts) socket.write(part)
      setImmediate(() => answer.ending(socket))
    })
  })
  return { port: server.port, next: (given) => (answer = given) }
}

interface Answer {
  readonly parts: readonly Uint8Array[]
  readonly ending: (socket: Socket) => void
}

const dns = {
  type: 'dns',
  host: '127.0.0.1',
  query: 'health.example',
  rrtype: 'A',
  transport: 'tcp',
  expect: null,
  expectRcode: 'NOERROR',
} as const

describe('any bytes as an answer', () => {
  const kinds: readonly [string, (port: number) => Probe][] = [
    ['tcp', (port) => tcpProbe({ port, send: 'hello', expect: 'this is never said' })],
    ['http', (port) => httpProbe({ url: `http://127.0.0.1:${port}/`, expectBody: 'this is never said' })],
    ['http kept', (port) => httpProbe({ url: `http://127.0.0.1:${port}/`, expectBody: '/never/', connection: 'keep' })],
    [
      'http by redirect',
      (port) => httpProbe({ url: `http://127.0.0.1:${port}/`, followRedirects: true, expectBody: 'x!' }),
    ],
    ['http2', (port) => httpProbe({ url: `http://127.0.0.1:${port}/`, http2: true })],
    ['tls', (port) => ({ type: 'tls', host: '127.0.0.1', port, serverName: null, ca: null, minDaysLeft: 0 })],
    ['grpc', (port) => ({ type: 'grpc', host: '127.0.0.1', port, tls: null, call: { kind: 'health', service: '' } })],
    ['dns', (port) => ({ ...dns, port })],
    ['https', (port) => httpProbe({ url: `https://127.0.0.1:${port}/`, insecure: true })],
  ]
  /** After some broken frames Node's HTTP/2 tells nothing any more, not even that the connection has ended. */
  const mayHang = new Set(['http2', 'grpc'])
  for (const [kind, probeOf] of kinds) {
    it(`fails a ${kind} check with one line that says why`, async (t) => {
      const server = await garbageServer(t)
      await fc.assert(
        fc.asyncProperty(pieces, endings, async (parts, ending) => {
          server.next({ parts, ending })
          const result = await probing(probeOf(server.port), mayHang.has(kind) ? 1_000 : undefined)
          assert.match(result, /^fail: \S.*$/)
          assert.doesNotMatch(result, /\p{Cc}|the check itself broke/u)
          if (!mayHang.has(kind)) assert.doesNotMatch(result, /within/)
        }),
        { numRuns: 60 },
      )
    })
  }
})
