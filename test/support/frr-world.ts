import { fileURLToPath } from 'node:url'
import { Frr } from '../../testnet/lab/frr.js'
import { startLab, type Lab } from '../../testnet/lab/lab.js'
import type { LabNode } from '../../testnet/lab/node.js'
import { establishedSessions } from '../../testnet/observe/bird.js'
import { waitFor } from '../../testnet/observe/wait.js'
import type { Unpacked } from './debian.js'

const fixtures = fileURLToPath(new URL('../../../test/fixtures/frr/', import.meta.url))

const adjacencies = [
  ['ospfd', 'show ip ospf neighbor'],
  ['ospf6d', 'show ipv6 ospf6 neighbor'],
] as const

/**
 * A lab of four nodes, drawn in test/fixtures/frr/world.clab.yml with what each is configured to: our FRR and its neighbors.
 * Network, mounts and processes are the lab's own; as root or without, nothing of it touches this machine.
 *
 *     const world = await openFrrWorld()
 *     world.frr.sockets                                   // the folder that a target is given as `sockets`
 *     await world.frr.json('bgpd', 'show bgp ipv4 unicast json'); await world.frr.kill('bgpd'); …     // see testnet/lab/frr.ts
 *     await world.own.output(['ip', 'address', 'add', '203.0.113.53/32', 'dev', 'lo'])                 // binds a VIP
 *     await birdRoutes(world.edge, '203.0.113.53/32')     // what a neighbor has, with attributes: testnet/observe/bird.ts
 *     await kernelRoutes(world.area)                      // what its kernel has: testnet/observe/routes.ts
 *     await new Frr(world.area).json('ospfd', 'show ip ospf database external json')      // and its metric and type
 *     await world.learn('203.0.113.98/32')                // edge announces it
 *     await world.close()
 *
 * `own` has `no bgp network import-check`; a VIP need not be bound for BGP. OSPF and SPF delays are 0, hellos a second apart.
 */
export interface FrrWorld {
  readonly lab: Lab
  readonly own: LabNode
  readonly frr: Frr
  readonly edge: LabNode
  readonly core: LabNode
  readonly area: LabNode
  /** Waits until both BGP sessions are established and both OSPF adjacencies full. */
  settled(): Promise<void>
  /** The neighbor `edge` announces this network from now on; resolves when bgpd has it. */
  learn(network: string): Promise<void>
  /** It does no more. */
  forget(network: string): Promise<void>
  close(): Promise<void>
}

/**
 * Resolves when FRR is configured and all its neighbors are up. Ours is the FRR of this machine, or another release's:
 * `await unpackedOfDebian('sid', 'frr')`.
 */
export async function openFrrWorld(release?: Unpacked): Promise<FrrWorld> {
  const binds = release === undefined ? {} : { own: [`${release.root}:/run/release:ro`] }
  const lab = await startLab(`${fixtures}world.clab.yml`, { binds })
  const [own, edge, core, area] = ['own', 'edge', 'core', 'area'].map((name) => lab.node(name)) as [
    LabNode,
    LabNode,
    LabNode,
    LabNode,
  ]
  const frr = new Frr(own)
  const world: FrrWorld = {
    lab,
    own,
    frr,
    edge,
    core,
    area,
    settled: () => settled(world),
    learn: (network) => learn(world, network),
    forget: (network) => forget(world, network),
    close: () => lab.stop(),
  }
  try {
    await Promise.all([frr.ready(), new Frr(area).ready()])
    await world.settled()
  } catch (error) {
    await lab.stop()
    throw error
  }
  return world
}

async function settled({ lab, edge, core, area }: FrrWorld): Promise<void> {
  const explain = (): string => lab.explain()
  for (const node of [edge, core]) {
    await waitFor(async () => (await establishedSessions(node)).length === 1, {
      what: `the session of ${node.name} is established`,
      explain,
    })
  }
  const neighbor = new Frr(area)
  for (const [daemon, command] of adjacencies) {
    await waitFor(async () => (await neighbor.show(daemon, command)).includes('Full'), {
      what: `the adjacency of ${daemon} is full`,
      explain,
    })
  }
}

async function learn({ edge, frr }: FrrWorld, network: string): Promise<void> {
  const family = network.includes(':') ? 6 : 4
  const line = `echo 'route ${network} unreachable;' >>/run/learned${family}.conf && birdc configure`
  await edge.output(['bash', '-c', line])
  const command = `show bgp ipv${family} unicast ${network} json`
  await waitFor(async () => Object.keys(await frr.json<object>('bgpd', command)).length > 0, {
    what: `bgpd learns ${network}`,
    explain: () => frr.show('bgpd', command),
  })
}

async function forget({ edge }: FrrWorld, network: string): Promise<void> {
  const file = `/run/learned${network.includes(':') ? 6 : 4}.conf`
  await edge.output([
    'bash',
    '-c',
    `grep -vF 'route ${network} ' ${file} >${file}.less; mv ${file}.less ${file} && birdc configure`,
  ])
}
