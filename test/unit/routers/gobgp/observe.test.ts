import assert from 'node:assert/strict'
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { PeerSchema } from '../../../../src/gen/gobgp/messages_pb.js'
import { GobgpApi } from '../../../../src/gen/gobgp/service3_pb.js'
import { systemClock } from '../../../../src/platform/clock.js'
import { GobgpTarget } from '../../../../src/routers/gobgp/target.js'
import { prefix } from '../../../support/routes.js'

const never = new AbortController().signal
const adjOut = 3

describe('what a gobgpd with a large table is asked', () => {
  let folder: string
  let server: Http2Server
  let learned = 0n
  const asked: { readonly table: number; readonly prefixes: number }[] = []
  const sessions = new Set<ServerHttp2Session>()
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vipcast-observe-'))
    server = createServer(
      connectNodeAdapter({
        routes: (router) =>
          router.service(GobgpApi, {
            getBgp: () => ({ global: { asn: 65001 } }),
            listPeer: async function* () {
              yield { peer: peerWith(learned) }
            },
            listPath: async function* ({ tableType, prefixes }) {
              asked.push({ table: tableType, prefixes: prefixes.length })
              yield* []
            },
          }),
      }),
    )
    server.on('session', (session) => sessions.add(session))
    await new Promise<void>((resolve) => server.listen(join(folder, 'api.sock'), resolve))
  })
  after(() => {
    for (const session of sessions) session.destroy()
    server.close()
    rmSync(folder, { recursive: true })
  })
  const observe = (...pools: string[]) => {
    asked.length = 0
    const endpoint = { kind: 'unix', path: join(folder, 'api.sock') } as const
    const context = { pools: pools.map((text) => prefix(text)), clock: systemClock, random: Math.random }
    return new GobgpTarget({ name: 'edge', endpoint, ...context }).observe(never)
  }

  it('is never what each neighbor was sent: that runs the export policy over everything', async () => {
    learned = 5_000n
    assert.deepEqual((await observe('203.0.113.0/24')).sessions[0]?.sent, new Set())
    assert.ok(asked.some(({ table }) => table === adjOut))
    learned = 5_001n
    assert.equal((await observe('203.0.113.0/24')).sessions[0]?.sent, null)
    assert.ok(asked.every(({ table }) => table !== adjOut))
  })

  it('is one address after the other in small IPv4 pools, and what lies inside in others', async () => {
    learned = 1_000_000n
    await observe('203.0.113.0/24', '198.51.100.0/25', '2001:db8:53::/48')
    assert.deepEqual(
      asked.map(({ prefixes }) => prefixes),
      [384, 1],
    )
    await observe('198.18.0.0/16', '203.0.113.0/24')
    assert.deepEqual(
      asked.map(({ prefixes }) => prefixes),
      [2],
    )
  })
})

function peerWith(accepted: bigint): MessageInitShape<typeof PeerSchema> {
  const families = [{ config: { family: { afi: 1, safi: 1 }, enabled: true }, state: { accepted } }]
  return {
    conf: { neighborAddress: '192.0.2.2', peerAsn: 65002, localAsn: 65001 },
    state: { neighborAddress: '192.0.2.2', peerAsn: 65002, sessionState: 6 },
    afiSafis: families,
  }
}
