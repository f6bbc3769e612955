import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { describe, it } from 'node:test'

import { createLookup } from '../../../src/checks/lookup.js'
import type { UdpProbe } from '../../../src/domain/config.js'
import { systemClock } from '../../../src/platform/clock.js'
import { refusingUdpPort, serveDatagrams } from '../../support/datagram-servers.js'
import { lookupOf, probing } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'

function udpProbe(port: number, over: Partial<UdpProbe> = {}): UdpProbe {
  return { type: 'udp', host: '127.0.0.1', port, send: 'ping', expect: null, ...over }
}

const late = 'fail: no answer within 200 ms'

describe('a udp check', () => {
  it('passes when the datagram is answered, sends what it is told, and nothing more', async (t) => {
    const received: string[] = []
    const { port } = await serveDatagrams(t, (datagram, reply) => {
      received.push(datagram.toString())
      reply('pong')
    })
    assert.equal(await probing(udpProbe(port)), 'pass: answered')
    assert.equal(await probing(udpProbe(port, { send: '' })), 'pass: answered')
    assert.equal(await probing(udpProbe(port, { send: 'zwölf\0' })), 'pass: answered')
    assert.deepEqual(received, ['ping', '', 'zwölf\0'])
  })

  it('passes with an empty answer where nothing is expected of it', async (t) => {
    const { port } = await serveDatagrams(t, (_, reply) => reply(''))
    assert.equal(await probing(udpProbe(port)), 'pass: answered')
    assert.equal(await probing(udpProbe(port, { expect: 'pong' })), 'fail: answer lacks "pong"')
  })

  it('compares the answer with what is expected', async (t) => {
    const { port } = await serveDatagrams(t, (_, reply) => reply('status: pong\n'))
    assert.equal(await probing(udpProbe(port, { expect: 'pong' })), 'pass: answered as expected')
    assert.equal(await probing(udpProbe(port, { expect: '/^status: p.ng$/m' })), 'pass: answered as expected')
    assert.equal(
      await probing(udpProbe(port, { expect: 'ready' })),
      String.raw`fail: answer lacks "ready": "status: pong\n"`,
    )
  })

  it('takes an answer of 64 KiB, and shows the beginning of it only', async (t) => {
    const { port } = await serveDatagrams(t, (_, reply) => reply(Buffer.alloc(65_507, 'x')))
    assert.equal(await probing(udpProbe(port)), 'pass: answered')
    assert.equal(await probing(udpProbe(port, { expect: 'y' })), `fail: answer lacks "y": "${'x'.repeat(40)}…"`)
  })

  it('is not misled by an answer that is no text', async (t) => {
    const { port } = await serveDatagrams(t, (_, reply) => reply(Buffer.from([0xff, 0xc0, 0x00, 0x1b])))
    assert.match(await probing(udpProbe(port, { expect: 'pong' })), /^fail: answer lacks "pong": "[^\p{Cc}]*"$/u)
  })

  it('looks at the first answer of a service that never stops', async (t) => {
    const { port } = await serveDatagrams(t, (_, reply) => {
      for (let n = 0; n < 100; n += 1) reply(Buffer.alloc(60_000, 'x'))
    })
    assert.match(await probing(udpProbe(port, { expect: 'pong' })), /^fail: answer lacks "pong"/)
  })

  it('fails at once where nobody listens', async (t) => {
    assert.equal(await probing(udpProbe(await refusingUdpPort(t))), 'fail: connection refused')
  })

  it('fails in time when nothing comes, or comes too late', async (t) => {
    const silent = await serveDatagrams(t, () => {})
    assert.equal(await probing(udpProbe(silent.port), 200), late)
    const slow = await serveDatagrams(t, (_, reply) => void setTimeout(() => reply('pong'), 400))
    assert.equal(await probing(udpProbe(slow.port), 200), late)
  })

  it('does not take the answer to an earlier probe for its own', async (t) => {
    let asked = 0
    let first = (): void => {}
    const { port } = await serveDatagrams(t, (_, reply) => {
      asked += 1
      if (asked === 1) first = () => reply('old')
      else {
        first()
        reply('new')
      }
    })
    assert.equal(await probing(udpProbe(port), 200), late)
    assert.equal(await probing(udpProbe(port, { expect: '/^new$/' })), 'pass: answered as expected')
  })

  it('takes no answer from another address or port than the one that it asked', async (t) => {
    const impostor = createSocket('udp4')
    t.after(() => impostor.close())
    const address = await new Promise<string>((resolve) => impostor.bind(0, '127.0.0.2', () => resolve('127.0.0.2')))
    assert.equal(address, '127.0.0.2')
    const neighbor = await serveDatagrams(t, () => {})
    const { port } = await serveDatagrams(t, (_, _reply, from) => {
      impostor.send('pong', from.port, from.address)
      neighbor.socket.send('pong', from.port, from.address)
    })
    assert.equal(await probing(udpProbe(port), 200), late)
  })

  it('asks names and IPv6 addresses as well', async (t) => {
    const six = await serveDatagrams(t, (_, reply) => reply('pong'), '::1')
    assert.equal(await probing(udpProbe(six.port, { host: '::1' })), 'pass: answered')
    const lookup = lookupOf({ 'six.example': '::1' })
    assert.equal(await probing(udpProbe(six.port, { host: 'six.example' }), undefined, { lookup }), 'pass: answered')
    assert.equal(
      await probing(udpProbe(six.port, { host: 'none.example' }), undefined, { lookup }),
      'fail: name not found',
    )
    const deaf = createLookup(systemClock, () => new Promise(() => {}))
    const unnamed = 'fail: no address for the name within 50 ms'
    assert.equal(await probing(udpProbe(six.port, { host: 'six.example' }), 50, { lookup: deaf }), unnamed)
  })

  it('fails while the process of the service is stopped, and at once when it is gone', async (t) => {
    const service = await startServerChild(t, 'udp-server-main.js')
    const probe = udpProbe(service.port, { expect: 'ping' })
    assert.match(await probing(probe), /^pass/)
    service.freeze()
    assert.equal(await probing(probe, 200), late)
    service.thaw()
    assert.match(await probing(probe), /^pass/)
    await service.kill()
    assert.equal(await probing(probe), 'fail: connection refused')
  })
})
