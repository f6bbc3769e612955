import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'

import type { Answer } from 'dns-packet'
import { decode, TRUNCATED_RESPONSE } from 'dns-packet'

import type { DnsProbe } from '../../../src/domain/config.js'
import { refusingUdpPort, serveDatagrams } from '../../support/datagram-servers.js'
import type { OnQuery } from '../../support/dns-servers.js'
import { a, answer, serveDns, withLength } from '../../support/dns-servers.js'
import { probing } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { refusingPort } from '../../support/servers.js'
import { serve, serveBadly, serveDripping } from '../../support/stream-servers.js'
import { waitFor } from '../../support/wait.js'

function dnsProbe(port: number, over: Partial<DnsProbe> = {}): DnsProbe {
  const fixed = { type: 'dns', host: '127.0.0.1', query: 'health.example', rrtype: 'A', transport: 'udp' } as const
  return { ...fixed, port, expect: null, expectRcode: 'NOERROR', ...over }
}

const transports = ['udp', 'tcp'] as const

/** Asks a server that answers like this. */
async function asking(
  t: TestContext,
  onQuery: OnQuery,
  over: Partial<DnsProbe> = {},
  timeout?: number,
): Promise<string> {
  const { port } = await serveDns(t, onQuery)
  return probing(dnsProbe(port, over), timeout)
}

const always =
  (...records: Answer[]): OnQuery =>
  (query) =>
    answer(query, records)

describe('a dns check', () => {
  for (const transport of transports) {
    it(`passes over ${transport} with a record of the asked type, and says what it holds`, async (t) => {
      const records = [a('192.0.2.1'), a('192.0.2.2'), a('192.0.2.3')]
      assert.equal(await asking(t, always(...records), { transport }), 'pass: NOERROR: 192.0.2.1 and 2 more')
    })

    it(`asks over ${transport} what it is told, once, for recursion, with a new number each time`, async (t) => {
      const asked: string[] = []
      const ids = new Set<number | undefined>()
      const { port } = await serveDns(t, (query, by) => {
        const [question] = query.questions ?? []
        asked.push(`${by} ${question?.type} ${question?.name} ${query.flag_rd ? 'recursive' : ''}`)
        ids.add(query.id)
        return answer(query, [{ type: 'TXT', name: question?.name ?? '', data: 'x' }])
      })
      const probe = dnsProbe(port, { transport, rrtype: 'TXT', query: '_health.Example' })
      for (const _ of [1, 2, 3]) assert.equal(await probing(probe), 'pass: NOERROR: x')
      assert.deepEqual(
        asked,
        Array.from({ length: 3 }, () => `${transport} TXT _health.Example recursive`),
      )
      assert.ok(ids.size > 1, 'the number of a query can be guessed')
    })

    it(`fails over ${transport} with another code than the expected one`, async (t) => {
      const refusing: OnQuery = (query) => answer(query, [], { rcode: 5 })
      assert.equal(await asking(t, refusing, { transport }), 'fail: REFUSED, expected NOERROR')
      assert.equal(await asking(t, refusing, { transport, expectRcode: 'REFUSED' }), 'pass: REFUSED')
      assert.equal(
        await asking(t, always(a('192.0.2.1')), { transport, expectRcode: 'NXDOMAIN' }),
        'fail: NOERROR, expected NXDOMAIN',
      )
      assert.equal(
        await asking(t, (query) => answer(query, [], { rcode: 11 }), { transport }),
        'fail: RCODE 11, expected NOERROR',
      )
    })

    it(`takes over ${transport} an error without the question from a server that could not read it`, async (t) => {
      const failing: OnQuery = (query) => answer(query, [], { rcode: 1, questions: [] })
      assert.equal(await asking(t, failing, { transport }), 'fail: FORMERR, expected NOERROR')
    })

    it(`fails over ${transport} when what comes bears its number and is no answer`, async (t) => {
      const junk: OnQuery = ({ id = 0 }) => Buffer.from([id >> 8, id & 0xff, 0x81, 0x80, 0, 1, 0, 1, 9, 9, 0xc0])
      assert.equal(await asking(t, junk, { transport }), 'fail: the answer is not DNS')
      const echo: OnQuery = (query) => answer(query, [], { type: 'query' })
      assert.equal(await asking(t, echo, { transport }), 'fail: the answer is not DNS')
      const cut: OnQuery = (query) => answer(query, [a('192.0.2.1')]).subarray(0, -2)
      assert.equal(await asking(t, cut, { transport }), 'fail: the answer is not DNS')
    })

    it(`fails over ${transport} while the process of the server is stopped, and at once when it is gone`, async (t) => {
      const server = await startServerChild(t, 'dns-server-main.js')
      const probe = dnsProbe(server.port, { transport })
      assert.equal(await probing(probe), 'pass: NOERROR: 192.0.2.1')
      server.freeze()
      assert.match(await probing(probe, 200), /^fail: (connected, but )?no answer within 200 ms$/)
      server.thaw()
      assert.equal(await probing(probe), 'pass: NOERROR: 192.0.2.1')
      await server.kill()
      assert.equal(await probing(probe), 'fail: connection refused')
    })
  }

  it('fails without a record of the asked type, an alias that leads nowhere included', async (t) => {
    assert.equal(await asking(t, always()), 'fail: NOERROR, but no A record')
    const alias: Answer = { type: 'CNAME', name: 'health.example', data: 'gone.example' }
    assert.equal(await asking(t, always(alias)), 'fail: NOERROR, but no A record')
    assert.equal(await asking(t, always(alias, a('192.0.2.1'))), 'pass: NOERROR: 192.0.2.1')
  })

  it('compares the whole of a record with a text, and finds a pattern anywhere in it', async (t) => {
    const ten = always(a('192.0.2.10'), a('192.0.2.11'))
    assert.equal(await asking(t, ten, { expect: '192.0.2.11' }), 'pass: answered as expected')
    assert.equal(await asking(t, ten, { expect: '192.0.2.1' }), 'fail: no record is "192.0.2.1": 192.0.2.10 and 1 more')
    assert.equal(await asking(t, ten, { expect: String.raw`/\.11$/` }), 'pass: answered as expected')
    assert.equal(await asking(t, ten, { expect: '/^198/' }), 'fail: no record matches /^198/: 192.0.2.10 and 1 more')
    assert.equal(await asking(t, always(), { expect: '192.0.2.1' }), 'fail: NOERROR, but no records')
  })

  it('knows the spellings of addresses and names, and keeps texts as they are', async (t) => {
    const six: Answer = { type: 'AAAA', name: 'health.example', data: '2001:db8::1' }
    assert.match(await asking(t, always(six), { rrtype: 'AAAA', expect: '2001:DB8:0::0:1' }), /^pass/)
    const mail: Answer = { type: 'MX', name: 'health.example', data: { preference: 10, exchange: 'Mail.example' } }
    assert.match(await asking(t, always(mail), { rrtype: 'MX', expect: '10 mail.example.' }), /^pass/)
    const text: Answer = { type: 'TXT', name: 'health.example', data: ['v=1 ', 'OK'] }
    assert.match(await asking(t, always(text), { rrtype: 'TXT', expect: 'v=1 OK' }), /^pass/)
    assert.match(
      await asking(t, always(text), { rrtype: 'TXT', expect: 'v=1 ok' }),
      /^fail: no record is "v=1 ok": v=1 OK$/,
    )
  })

  it('keeps what a record says to one line of printable characters', async (t) => {
    const text: Answer = { type: 'TXT', name: 'health.example', data: `\u001B[2J\n${'x'.repeat(200)}` }
    assert.match(await asking(t, always(text), { rrtype: 'TXT' }), /^pass: NOERROR: \\u001b\[2J\\nx{55}…$/)
  })

  it('asks again over TCP when an answer is truncated', async (t) => {
    const big: OnQuery = (query, by) =>
      by === 'udp' ? answer(query, [], { flags: TRUNCATED_RESPONSE }) : answer(query, [a('192.0.2.1')])
    assert.equal(await asking(t, big), 'pass: NOERROR: 192.0.2.1')
    const halfway: OnQuery = (query, by) =>
      by === 'udp' ? answer(query, [], { flags: TRUNCATED_RESPONSE }) : answer(query, [], { rcode: 2 })
    assert.equal(await asking(t, halfway), 'fail: answer truncated, and over TCP SERVFAIL, expected NOERROR')
    const stuck: OnQuery = (query, by) => (by === 'udp' ? answer(query, [], { flags: TRUNCATED_RESPONSE }) : null)
    const late = 'fail: answer truncated, and over TCP connected, but no answer within 200 ms'
    assert.equal(await asking(t, stuck, {}, 200), late)
  })

  it('fails when an answer is truncated and nobody listens for TCP', async (t) => {
    const { port } = await serveDatagrams(t, (query, reply) =>
      reply(answer(decode(query), [], { flags: TRUNCATED_RESPONSE })),
    )
    assert.equal(await probing(dnsProbe(port)), 'fail: answer truncated, and over TCP connection refused')
  })

  it('waits on over UDP while somebody answers something else, and takes the answer when it comes', async (t) => {
    const others = (query: Buffer): Buffer[] => {
      const packet = decode(query)
      const question = { type: 'A', name: 'other.example' } as const
      return [
        answer({ ...packet, id: (packet.id ?? 0) ^ 1 }, [a('192.0.2.66')]),
        answer(packet, [a('192.0.2.66')], { questions: [question] }),
        answer(packet, [a('192.0.2.66')], { questions: [{ ...question, name: 'health.example', type: 'AAAA' }] }),
        answer(packet, [a('192.0.2.66')], { questions: [] }),
        Buffer.alloc(1),
        Buffer.alloc(0),
      ]
    }
    const misled = await serveDatagrams(t, (query, reply) => {
      for (const other of others(query)) reply(other)
      reply(answer(decode(query), [a('192.0.2.1')]))
    })
    assert.equal(await probing(dnsProbe(misled.port)), 'pass: NOERROR: 192.0.2.1')
    const wrong = await serveDatagrams(t, (query, reply) => others(query).forEach(reply))
    assert.equal(await probing(dnsProbe(wrong.port), 200), 'fail: no answer but to other questions within 200 ms')
  })

  it('gives up on a server that never stops answering other questions', async (t) => {
    const { port } = await serveDatagrams(t, (_, reply) => {
      const flood = setInterval(() => reply(Buffer.alloc(60_000)), 1)
      t.after(() => clearInterval(flood))
    })
    assert.equal(await probing(dnsProbe(port)), 'fail: 256 KiB of answers, and none to the question')
  })

  it('fails over UDP in time when nobody answers, or too late', async (t) => {
    assert.equal(await asking(t, () => null, {}, 200), 'fail: no answer within 200 ms')
    assert.equal(await probing(dnsProbe(await refusingUdpPort(t))), 'fail: connection refused')
  })

  it('fails over TCP when the connection is refused, closed, or reset', async (t) => {
    const over = { transport: 'tcp' } as const
    assert.equal(await probing(dnsProbe(await refusingPort(t), over)), 'fail: connection refused')
    const closing = await serveBadly(t, 'closing')
    assert.match(await probing(dnsProbe(closing.port, over)), /^fail: (closed without an answer|connection reset)$/)
    const resetting = await serveBadly(t, 'resetting')
    assert.equal(await probing(dnsProbe(resetting.port, over)), 'fail: connection reset')
    const cutting = await serve(
      t,
      createServer((socket) => socket.once('data', () => socket.end(withLength(Buffer.alloc(20), 30)))),
    )
    assert.equal(await probing(dnsProbe(cutting.port, over)), 'fail: the answer was cut off')
  })

  it('takes an answer over TCP that comes in pieces, and fails in time when it never ends', async (t) => {
    const pieces = createServer((socket) => {
      socket.once('data', (data) => {
        const bytes = withLength(answer(decode(data.subarray(2)), [a('192.0.2.1')]))
        const next = (at: number): void => {
          if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1))
        }
        next(0)
      })
    })
    const { port } = await serve(t, pieces)
    assert.equal(await probing(dnsProbe(port, { transport: 'tcp' })), 'pass: NOERROR: 192.0.2.1')
    const dripping = await serveDripping(t, Buffer.from([0x10, 0]))
    const late = 'fail: only a part of the answer within 200 ms'
    assert.equal(await probing(dnsProbe(dripping.port, { transport: 'tcp' }), 200), late)
    await waitFor('the connection to be closed', () => dripping.open === 0)
  })

  it('reads no more over TCP than one message of a server that never stops sending', async (t) => {
    const flooding = await serveBadly(t, 'flooding')
    const refused = /^fail: (the answer is not DNS|answered another question)$/
    assert.match(await probing(dnsProbe(flooding.port, { transport: 'tcp' })), refused)
    await waitFor('the connection to be closed', () => flooding.open === 0)
  })
})
