import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BgpReader, parseUpdate } from '../../lab/support/bgp.js'
import { pcapReader } from '../../lab/support/pcap.js'
import { TcpStream } from '../../lab/support/tcp.js'

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

function message(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(19, 0xff)
  header.writeUInt16BE(19 + body.length, 16)
  header.writeUInt8(type, 18)
  return Buffer.concat([header, body])
}

// Withdrawn 198.51.100.0/25; ORIGIN, AS_PATH (a sequence, then a set), NEXT_HOP, MED, LOCAL_PREF, COMMUNITIES,
// LARGE_COMMUNITY with an extended length; 203.0.113.80/32 and the default route.
const attributes =
  '400101 00 ' +
  '400210 0202 0000fde9 0000fde9 0101 0000fdea ' +
  '400304 c0000201 ' +
  '800404 00000064 ' +
  '400504 000000c8 ' +
  'c00808 fde90064 ffffff01 ' +
  'd020000c 0000fde9 00000001 00000002'
const update = `0005 19c6336400 ${hex(attributes).length.toString(16).padStart(4, '0')} ${attributes} 20cb007150 00`

describe('an UPDATE', () => {
  it('is read with each of its attributes', () => {
    assert.deepEqual(parseUpdate(hex(update)), {
      announced: ['203.0.113.80/32', '0.0.0.0/0'],
      withdrawn: ['198.51.100.0/25'],
      nextHops: ['192.0.2.1'],
      origin: 'igp',
      asPath: [65001, 65001, [65002]],
      med: 100,
      localPref: 200,
      communities: ['65001:100', '65535:65281'],
      largeCommunities: ['65001:1:2'],
    })
  })

  it('is read with IPv6 in MP_REACH_NLRI and MP_UNREACH_NLRI', () => {
    const vip = '80 20010db8005300000000000000000080'
    const global = '20010db8000100000000000000000002'
    const linkLocal = 'fe800000000000000000000000000001'
    const reach = `0002 01 20 ${global} ${linkLocal} 00 ${vip}`
    const unreach = `0002 01 40 20010db800180000`
    const both = `800e ${hex(reach).length.toString(16)} ${reach} 800f ${hex(unreach).length.toString(16).padStart(2, '0')} ${unreach}`
    const found = parseUpdate(hex(`0000 ${hex(both).length.toString(16).padStart(4, '0')} ${both}`))
    assert.deepEqual(found, {
      announced: ['2001:db8:53::80/128'],
      withdrawn: ['2001:db8:18::/64'],
      nextHops: ['2001:db8:1::2', 'fe80::1'],
    })
  })

  it('is the same however the stream is cut', () => {
    const stream = Buffer.concat([message(4, Buffer.alloc(0)), message(2, hex(update)), message(3, hex('0602'))])
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const reader = new BgpReader()
      const messages = [...reader.read(stream.subarray(0, cut)), ...reader.read(stream.subarray(cut))]
      assert.deepEqual(
        messages.map((each) => each.type),
        ['keepalive', 'update', 'notification'],
      )
    }
  })

  it('is not looked for in what is no BGP', () => {
    assert.throws(() => new BgpReader().read(Buffer.alloc(19)), /no BGP message/)
  })
})

describe('a captured connection', () => {
  const segment = (sequence: number, text: string): Parameters<TcpStream['accept']>[0] => ({
    from: 'a',
    fromPort: 1,
    to: 'b',
    toPort: 2,
    syn: false,
    reset: false,
    sequence,
    payload: Buffer.from(text),
  })

  it('gives bytes that were sent again once, also where sequence numbers start over', () => {
    const stream = new TcpStream()
    const texts = [segment(0xfffffffe, 'abcd'), segment(0xfffffffe, 'abcd'), segment(0, 'cdef'), segment(4, 'g')]
    assert.equal(texts.map((each) => stream.accept(each).toString()).join('|'), 'abcd||ef|g')
  })

  it('says when bytes are missing', () => {
    const stream = new TcpStream()
    stream.accept(segment(10, 'ab'))
    assert.throws(() => stream.accept(segment(15, 'x')), /3 bytes of a connection are missing/)
  })
})

it('a capture gives its packets with nanoseconds, however it is cut', () => {
  const file = Buffer.alloc(24 + 16 + 3)
  file.writeUInt32LE(0xa1b23c4d, 0)
  file.writeUInt32LE(1000, 24)
  file.writeUInt32LE(500_000, 28)
  file.writeUInt32LE(3, 32)
  file.write('abc', 40)
  for (let cut = 0; cut <= file.length; cut += 1) {
    const packets: string[] = []
    const read = pcapReader(({ at, bytes }) => packets.push(`${at} ${bytes.toString()}`))
    read(file.subarray(0, cut))
    read(file.subarray(cut))
    assert.deepEqual(packets, ['1000000.5 abc'])
  }
})
