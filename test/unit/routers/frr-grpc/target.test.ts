import assert from 'node:assert/strict'
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import type { Outcome } from '../../../../src/domain/target.js'
import { Northbound } from '../../../../src/gen/frr/northbound_pb.js'
import { systemClock } from '../../../../src/platform/clock.js'
import { FrrGrpcTarget } from '../../../../src/routers/frr-grpc/target.js'
import { announce, errorOf, prefix, withdraw } from '../../../support/routes.js'

const never = new AbortController().signal

describe('a transaction at the northbound of bgpd', () => {
  let folder: string
  let server: Http2Server
  let bgpd: Northbounded
  const sessions = new Set<ServerHttp2Session>()
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vipcast-northbound-'))
    server = createServer(
      connectNodeAdapter({
        routes: (router) =>
          router.service(
            Northbound,
            served(() => bgpd),
          ),
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
  beforeEach(() => {
    bgpd = { asked: [], isLocked: false, refusal: null, modules: ['frr-filter', 'frr-bgp-route-map'] }
  })
  const target = (): FrrGrpcTarget =>
    new FrrGrpcTarget({
      name: 'core',
      endpoint: { kind: 'unix', path: join(folder, 'api.sock') },
      pools: [prefix('203.0.113.0/24')],
      clock: systemClock,
      random: Math.random,
    })
  const applied = async (router = target()): Promise<readonly Outcome[]> =>
    router.apply([announce('203.0.113.1'), announce('203.0.113.2')], never)

  it('is one for a batch, under a lock that is given back', async () => {
    assert.deepEqual(await applied(), [{ kind: 'done' }, { kind: 'done' }])
    const { asked, isLocked } = bgpd
    assert.deepEqual([asked[0], asked[1]], ['identify', 'lock'])
    assert.deepEqual(asked.slice(2, 4).sort(), ['create', 'get'])
    assert.deepEqual(asked.slice(4, 6), ['edit', 'commit'])
    assert.deepEqual(asked.slice(6).sort(), ['drop', 'unlock'])
    assert.equal(isLocked, false)
  })

  it('is none where nothing has to change', async () => {
    assert.deepEqual(await target().apply([withdraw('203.0.113.1')], never), [{ kind: 'done' }])
    assert.ok(!bgpd.asked.includes('commit'))
    assert.equal(bgpd.isLocked, false)
  })

  it('that is refused gives the lock back all the same', async () => {
    bgpd.refusal = new ConnectError('duplicated prefix list value', Code.InvalidArgument)
    const [first, second] = await applied()
    assert.equal(errorOf(first)?.code, 'rejected')
    assert.match(errorOf(second)?.message ?? '', /router core.*duplicated prefix list value/)
    assert.equal(bgpd.isLocked, false)
    assert.ok(bgpd.asked.includes('drop'))
  })

  it('in which bgpd finds no change is done', async () => {
    bgpd.refusal = new ConnectError('No changes to apply', Code.Aborted)
    assert.deepEqual(await applied(), [{ kind: 'done' }, { kind: 'done' }])
  })

  it('waits for the lock of somebody else, and takes one back that the life before left', async () => {
    const router = target()
    bgpd.isLocked = true
    assert.deepEqual(await applied(router), [{ kind: 'done' }, { kind: 'done' }])
    bgpd.isLocked = true
    bgpd.asked.length = 0
    const [outcome] = await applied(router)
    assert.equal(errorOf(outcome)?.code, 'busy')
    assert.equal(errorOf(outcome)?.retryable, true)
    assert.deepEqual(bgpd.asked, ['lock'])
  })

  it('is not begun at another daemon of FRR', async () => {
    bgpd.modules = ['frr-filter', 'frr-staticd']
    const [outcome] = await applied()
    assert.equal(errorOf(outcome)?.code, 'unsupported')
    assert.deepEqual(bgpd.asked, ['identify'])
  })

  it('is for addresses inside the pools alone', async () => {
    const outcomes = await target().apply([announce('192.0.2.1'), announce('203.0.113.1')], never)
    assert.deepEqual(
      outcomes.map((outcome) => errorOf(outcome)?.code ?? outcome.kind),
      ['rejected', 'done'],
    )
  })
})

interface Northbounded {
  /** The calls, as they came. */
  readonly asked: string[]
  isLocked: boolean
  /** What the next commit is answered with. */
  refusal: ConnectError | null
  modules: readonly string[]
}

/** As FRR's northbound answers. */
function served(now: () => Northbounded): Partial<ServiceImpl<typeof Northbound>> {
  const asked = (what: string): Northbounded => {
    now().asked.push(what)
    return now()
  }
  return {
    getCapabilities: () => {
      const { modules } = asked('identify')
      return { frrVersion: '8.4.4', supportedModules: modules.map((name) => ({ name })) }
    },
    get: async function* () {
      asked('get')
      yield { data: { data: '{}' } }
    },
    lockConfig: () => {
      const it = asked('lock')
      if (it.isLocked) throw new ConnectError('running configuration is locked already', Code.FailedPrecondition)
      it.isLocked = true
      return {}
    },
    unlockConfig: () => {
      asked('unlock').isLocked = false
      return {}
    },
    createCandidate: () => {
      asked('create')
      return { candidateId: 7 }
    },
    editCandidate: () => {
      asked('edit')
      return {}
    },
    commit: () => {
      const { refusal } = asked('commit')
      if (refusal !== null) throw refusal
      return {}
    },
    deleteCandidate: () => {
      asked('drop')
      return {}
    },
  }
}
