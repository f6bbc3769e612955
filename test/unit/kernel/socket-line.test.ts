import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { parseSocketLine } from '../../../src/kernel/socket-line.js'

/** `tcp 127.0.0.1:80 node/7` */
function read(line: string): string | undefined {
  const socket = parseSocketLine(line)
  if (socket === undefined) return undefined
  const { protocol, address, family, port, holders } = socket
  const held = holders.map(({ name, pid }) => ` ${name}/${pid}`).join('')
  return `${protocol} ${address ?? family}:${port}${held}`
}

describe('a line of ss', () => {
  it('tells of a socket at an address, at all of a family, and at all', () => {
    assert.equal(read('tcp UNCONN 0      0      127.0.0.1:8080 0.0.0.0:*'), 'tcp 127.0.0.1:8080')
    assert.equal(read('udp UNCONN 0      -1         [::1]:53         *:*'), 'udp ::1:53')
    assert.equal(read('tcp UNCONN 0 0 0.0.0.0:443 0.0.0.0:*'), 'tcp ipv4:443')
    assert.equal(read('tcp LISTEN 0 511 [::]:443 [::]:*'), 'tcp ipv6:443')
    assert.equal(read('tcp UNCONN 0      0              *:8080       *:*'), 'tcp any:8080')
  })

  it('tells of an address that is bound to an interface, or mapped into IPv6', () => {
    assert.equal(read('udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*'), 'udp 127.0.0.53:53')
    assert.equal(read('tcp LISTEN 0 0 [fe80::1]%eth0:80 [::]:*'), 'tcp fe80::1:80')
    assert.equal(read('tcp LISTEN 0 0 [::ffff:192.0.2.1]:80 *:*'), 'tcp 192.0.2.1:80')
  })

  it('names each process that holds the socket once', () => {
    const users =
      'users:(("nginx",pid=12,fd=6),("nginx",pid=13,fd=6),("odd \\") name",pid=14,fd=1),("nginx",pid=13,fd=7))'
    assert.equal(
      read(`tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* ${users}`),
      'tcp ipv4:80 nginx/12 nginx/13 odd \\") name/14',
    )
  })

  it('is nothing when the socket has a peer, is of another protocol, or the line is cut off', () => {
    for (const line of [
      'tcp ESTAB 0 0 127.0.0.1:8080 127.0.0.1:40000',
      'raw UNCONN 0 0 127.0.0.1:8080 0.0.0.0:*',
      'tcp UNCONN 0 0 127.0.0.1:8080',
      'tcp UNCONN 0 0 127.0.0.1:* 0.0.0.0:*',
      'tcp UNCONN 0 0 127.0.0.1:99999 0.0.0.0:*',
      'tcp UNCONN 0 0 nonsense:80 0.0.0.0:*',
      '',
    ])
      assert.equal(read(line), undefined, line)
  })

  it('gives back any address and port', () => {
    const ipv4 = fc.ipV4().filter((text) => text !== '0.0.0.0')
    const port = fc.integer({ min: 1, max: 65_535 })
    fc.assert(
      fc.property(fc.constantFrom('tcp', 'udp'), ipv4, port, fc.nat(), (protocol, address, port, queue) => {
        assert.equal(
          read(`${protocol} UNCONN ${queue} 0 ${address}:${port} 0.0.0.0:*`),
          `${protocol} ${address}:${port}`,
        )
      }),
    )
  })

  it('is read or nothing, whatever stands there', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `tcp LISTEN 0 0 ${text}:80 *:*`),
        ),
        (line) => {
          const socket = parseSocketLine(line)
          assert.ok(socket === undefined || (socket.port > 0 && socket.port < 65_536))
        },
      ),
    )
  })
})
