import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromBinary } from '@bufbuild/protobuf'
import type { GenMessage } from '@bufbuild/protobuf/codegenv2'
import type { Message } from '@bufbuild/protobuf'
import {
  AddPathRequestSchema,
  GetBgpResponseSchema,
  ListPathRequestSchema,
  ListPathResponseSchema,
  ListPeerResponseSchema,
  WatchEventRequestSchema,
  WatchEventResponseSchema,
  type Path,
} from '../../../../src/gen/gobgp/messages_pb.js'
import type { GobgpApi } from '../../../../src/gen/gobgp/service3_pb.js'
import type { BgpAttributes, FittedAttributes } from '../../../../src/domain/attributes.js'
import type { Speaker } from '../../../../src/routers/gobgp/api.js'
import { decodeAttributes } from '../../../../src/routers/gobgp/attributes.js'
import { Echoes } from '../../../../src/routers/gobgp/echoes.js'
import { generation3, generation4, type Generation } from '../../../../src/routers/gobgp/generation.js'
import { Sought } from '../../../../src/routers/common/sought.js'
import { hostOfPrefix, isLocal, networkOfPath, pathOf } from '../../../../src/routers/gobgp/path.js'
import { decodeSession } from '../../../../src/routers/gobgp/sessions.js'
import { Watch } from '../../../../src/routers/gobgp/watch.js'
import type { Client } from '@connectrpc/connect'
import { PoolSet } from '../../../../src/routers/common/pool-set.js'
import { pools as prefixes } from '../../../contract/router.contract.js'
import { bytes, readRecordings, type RecordedCall } from '../../../support/gobgp-recording.js'
import { address, announce } from '../../../support/routes.js'

const pools = new PoolSet(prefixes)
const generations: Readonly<Record<string, Generation>> = { '3': generation3, '4': generation4 }
const asn = 65001

it('has a recording of each generation', () => {
  assert.deepEqual(
    readRecordings().map(({ version }) => version.split('.')[0]),
    ['3', '4'],
  )
})

for (const recording of readRecordings()) {
  const generation = generations[recording.version.split('.')[0] ?? ''] ?? generation3

  describe(`what gobgpd ${recording.version} and its own client say`, () => {
    for (const [text, call] of [
      ['203.0.113.53', recording.addIpv4],
      ['2001:db8:53::53', recording.addIpv6],
    ] as const) {
      it(`announces ${text} with the same bytes as its client`, () => {
        const theirs = fromBinary(AddPathRequestSchema, bytes(call.requests[0]))
        const ours = pathOf(generation, { kind: 'announce', address: address(text), attributes: told }, asn)
        assert.deepEqual(content(ours), content(theirs.path))
        assert.equal(theirs.tableType, generation.table.global)
      })
    }

    it('reads who answers', () => {
      const { global } = fromBinary(GetBgpResponseSchema, bytes(recording.getBgp.responses[0]))
      assert.equal(global?.asn, asn)
    })

    it('reads the announced routes with every attribute, and leaves out what was learned', () => {
      const found: [string, FittedAttributes][] = []
      for (const call of [recording.listIpv4, recording.listIpv6]) {
        for (const { destination } of messages(ListPathResponseSchema, call)) {
          for (const path of destination?.paths ?? []) {
            const host = hostOfPrefix(networkOfPath(generation, path) ?? '')
            assert.equal(hostOfPrefix(destination?.prefix ?? ''), host)
            if (isLocal(path)) found.push([host ?? '', decodeAttributes(generation, path.pattrs)])
          }
        }
      }
      assert.deepEqual(found, [
        ['203.0.113.53', told],
        ['2001:db8:53::53', told],
      ])
      assert.deepEqual(networks(recording.listIpv4), ['203.0.113.53/32', '203.0.113.98/32'])
    })

    it('asks for the pools of one family, and what lies inside', () => {
      const request = fromBinary(ListPathRequestSchema, bytes(recording.listIpv4.requests[0]))
      assert.deepEqual(
        request.prefixes.map(({ prefix, type }) => [prefix, type]),
        [
          ['203.0.113.0/24', generation.lookup.longer],
          ['198.18.0.0/16', generation.lookup.longer],
        ],
      )
    })

    it('reads the sessions', () => {
      const sessions = messages(ListPeerResponseSchema, recording.listPeer)
        .flatMap(({ peer }) => (peer === undefined ? [] : [decodeSession(generation, peer, asn).session]))
        .sort((a, b) => (a.neighbor < b.neighbor ? -1 : 1))
      const up = { state: 'established', established: true } as const
      assert.deepEqual(sessions[0], { neighbor: '192.0.2.2', kind: 'ebgp', ...up, transport: 'ipv4', families: both })
      assert.deepEqual(
        { ...sessions[1], state: '' },
        { neighbor: '192.0.2.9', kind: 'ebgp', state: '', established: false, transport: 'ipv4', families: ['ipv4'] },
      )
      const core = { neighbor: '2001:db8::3', kind: 'ibgp', ...up, transport: 'ipv6', families: ['ipv4'] }
      assert.deepEqual(sessions[2], core)
    })

    it('reads which sessions over IPv6 take IPv4 routes', () => {
      const found = messages(ListPeerResponseSchema, recording.listPeer).flatMap(({ peer }) =>
        peer === undefined ? [] : [decodeSession(generation, peer, asn)],
      )
      const taking = found.filter(({ nextHops }) => nextHops.includes('ipv4')).map(({ session }) => session.neighbor)
      assert.deepEqual(taking.toSorted(), ['192.0.2.2', '2001:db8::3'])
    })

    it('sees in the events what somebody else did and the session that was lost, and not our own announcement', () => {
      const request = fromBinary(WatchEventRequestSchema, bytes(recording.watch.requests[0]))
      assert.deepEqual(
        request.table?.filters.map(({ type }) => type),
        [generation.filter.bestPaths],
      )
      const echoes = new Echoes()
      echoes.told(announce('203.0.113.54'))
      // The client is not asked anything here.
      const speaker: Speaker = { generation, asn, client: {} as Client<typeof GobgpApi> }
      const watch = new Watch(speaker, pools, echoes, new Sought())
      assert.deepEqual(
        messages(WatchEventResponseSchema, recording.watch).flatMap((event) => watch.read(event)),
        [
          'route 203.0.113.99 was changed by somebody else',
          'route 203.0.113.99 was changed by somebody else',
          'session 192.0.2.2 is idle',
        ],
      )
    })
  })
}

const both = ['ipv4', 'ipv6'] as const

/** What the recorded client was told: `recordedAttributes` in our words. */
const bgp: BgpAttributes = {
  med: 4294967295,
  localPref: 200,
  communities: [65001 * 65536 + 100, 0xffffff01],
  largeCommunities: [
    { globalAdmin: 65001, localData1: 1, localData2: 2 },
    { globalAdmin: 4294967295, localData1: 0, localData2: 1 },
  ],
  prepend: 2,
}
const told: FittedAttributes = { bgp, ospf: {} }

/** What decides about a route; the order of attributes does not. */
function content(path: Path | undefined): unknown {
  return {
    nlri: hex(path?.nlri),
    attributes: path?.pattrs.map(hex).sort(),
    family: [path?.family?.afi, path?.family?.safi],
    withdraw: path?.isWithdraw,
  }
}

function hex(data: Uint8Array | undefined): string {
  return Buffer.from(data ?? []).toString('hex')
}

function messages<T extends Message>(schema: GenMessage<T>, call: RecordedCall): T[] {
  return call.responses.map((one) => fromBinary(schema, bytes(one)))
}

function networks(call: RecordedCall): string[] {
  return messages(ListPathResponseSchema, call)
    .map(({ destination }) => destination?.prefix ?? '')
    .sort()
}
