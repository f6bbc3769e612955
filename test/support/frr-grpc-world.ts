import { fileURLToPath } from 'node:url'
import { createClient } from '@connectrpc/connect'
import { Northbound } from '../../src/gen/frr/northbound_pb.js'
import { systemClock } from '../../src/platform/clock.js'
import { openConnection, type Endpoint } from '../../src/routers/common/grpc-connection.js'
import { FrrGrpcTarget } from '../../src/routers/frr-grpc/target.js'
import { Frr } from '../../testnet/lab/frr.js'
import { startLab, type Lab } from '../../testnet/lab/lab.js'
import type { LabNode } from '../../testnet/lab/node.js'
import { establishedSessions } from '../../testnet/observe/bird.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { pools, type RouterWorld } from '../contract/router.contract.js'
import type { Unpacked } from './debian.js'

const topology = fileURLToPath(new URL('../../../test/fixtures/frr-grpc/world.clab.yml', import.meta.url))
const relay = fileURLToPath(new URL('socket-relay.js', import.meta.url))

/** The lab of test/fixtures/frr-grpc, its session established. */
export async function startFrrGrpcLab({ root }: Unpacked): Promise<Lab> {
  const lab = await startLab(topology, { binds: { own: [`${root}:/run/release:ro`] } })
  try {
    await new Frr(lab.node('own')).ready()
    const established = async (): Promise<boolean> => (await establishedSessions(lab.node('edge'))).length === 1
    await waitFor(established, { what: 'the session is established', explain: () => lab.explain() })
  } catch (error) {
    await lab.stop()
    throw error
  }
  return lab
}

/** The lab as the contract suite sees it: our target, and somebody else who configures bgpd. */
export interface FrrGrpcWorld extends RouterWorld {
  readonly target: FrrGrpcTarget
  readonly own: LabNode
  readonly edge: LabNode
  readonly frr: Frr
  /** Another target for the same bgpd. */
  another(): FrrGrpcTarget
  /** One whose address is that of zebra's northbound. */
  atZebra(): FrrGrpcTarget
  /** Another client of the northbound takes the lock of bgpd's configuration; what is returned gives it back. */
  holdLock(): Promise<() => Promise<void>>
}

export async function openFrrGrpcWorld(release: Unpacked): Promise<FrrGrpcWorld> {
  const lab = await startFrrGrpcLab(release)
  const own = lab.node('own')
  const frr = new Frr(own)
  const endpoints = { bgpd: await relayed(lab, '50053'), zebra: await relayed(lab, '50054') }
  const targetAt = (daemon: 'bgpd' | 'zebra'): FrrGrpcTarget =>
    new FrrGrpcTarget({ name: 'core', endpoint: endpoints[daemon], pools, clock: systemClock, random: Math.random })
  return {
    target: targetAt('bgpd'),
    another: () => targetAt('bgpd'),
    atZebra: () => targetAt('zebra'),
    holdLock: async () => {
      const client = createClient(Northbound, openConnection(endpoints.bgpd).transport)
      await client.lockConfig({})
      return async () => void (await client.unlockConfig({}))
    },
    own,
    edge: lab.node('edge'),
    frr,
    add: (network) => frr.configure('bgpd', `${listFor(network)} permit ${network}`),
    lose: async (network) => {
      const line = (await lines(frr)).find((one) => one.endsWith(` permit ${network}`))
      if (line !== undefined) await frr.configure('bgpd', `no ${line}`)
    },
    learn: () => Promise.reject(new Error('nothing is learned here')),
    forget: () => Promise.reject(new Error('nothing is learned here')),
    originated: async () => (await lines(frr)).flatMap((line) => / permit (\S+)$/.exec(line)?.[1] ?? []).sort(),
    freeze: () => frr.signal('bgpd', 'STOP'),
    thaw: () => frr.signal('bgpd', 'CONT'),
    kill: () => frr.kill('bgpd'),
    start: () => frr.start('bgpd'),
    close: () => lab.stop(),
  }
}

async function relayed(lab: Lab, port: string): Promise<Endpoint> {
  const own = lab.node('own')
  const socket = `/run/northbound-${port}`
  await own.spawn([process.execPath, relay, socket, port])
  const listens = async (): Promise<boolean> => (await own.exec(['test', '-S', socket])).code === 0
  await waitFor(listens, { what: 'the relay listens', explain: () => lab.explain() })
  return { kind: 'unix', path: own.pathFromOutside(socket) }
}

/** The lines of the lists that bear our name. */
async function lines(frr: Frr): Promise<string[]> {
  const all = (await frr.show('bgpd', 'show running-config')).split('\n')
  return all.map((line) => line.trim()).filter((line) => /^ip(v6)? prefix-list vipcast-/.test(line))
}

function listFor(network: string): string {
  return network.includes(':') ? 'ipv6 prefix-list vipcast-0 seq 77' : 'ip prefix-list vipcast-0 seq 77'
}
