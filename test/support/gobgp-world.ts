import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/platform/clock.js'
import { GobgpTarget } from '../../src/routers/gobgp/target.js'
import { core, edge, keptBack, missing, pools, type RouterWorld } from '../contract/router.contract.js'
import { gobgpConfig } from './gobgp-config.js'
import { originated, readRib } from './gobgp-rib.js'
import { Gobgpd, type GobgpRelease } from './gobgpd.js'
import { openNamespace, type Namespace } from './namespace.js'
import { waitFor } from './wait.js'

/** Three gobgpd on the addresses of `lo` in one namespace: ours, and its neighbors `edge` and `core`. */
export interface GobgpWorld extends RouterWorld {
  readonly target: GobgpTarget
  readonly daemon: Gobgpd
  readonly edge: Gobgpd
  readonly core: Gobgpd
  readonly space: Namespace
  /** Another gobgpd in the same namespace, alone; by default with our configuration less its neighbors. */
  startAnother(name: string, flags: readonly string[], config?: string | null): Promise<Gobgpd>
}

const own = '192.0.2.1'
const own6 = '2001:db8::1'

export async function openGobgpWorld(release: GobgpRelease): Promise<GobgpWorld> {
  const space = await openNamespace()
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-gobgp-'))
  const socket = (name: string): string => join(folder, `${name}.sock`)
  for (const address of [`${own}/32`, `${edge}/32`, '192.0.2.3/32', `${own6}/128`, '2001:db8::2/128', `${core}/128`]) {
    await space.exec('ip', 'address', 'add', address, 'dev', 'lo', ...(address.includes(':') ? ['nodad'] : []))
  }
  const daemon = new Gobgpd(space, { release, socket: socket('own'), config: ownConfig })
  const neighbors = [
    new Gobgpd(space, { release, socket: socket('edge'), config: edgeConfig }),
    new Gobgpd(space, { release, socket: socket('core'), config: coreConfig }),
  ] as const
  await Promise.all([daemon, ...neighbors].map((one) => one.start()))
  const target = new GobgpTarget({
    name: 'edge',
    endpoint: { kind: 'unix', path: daemon.socket },
    pools,
    clock: systemClock,
    random: Math.random,
  })
  return {
    target,
    daemon,
    edge: neighbors[0],
    core: neighbors[1],
    space,
    startAnother: async (name, flags, config = aloneConfig) => {
      const another = new Gobgpd(space, { release, socket: socket(name), config, flags })
      await another.start()
      return another
    },
    add: async (network, med) => {
      await daemon.cli(
        'global',
        'rib',
        'add',
        ...family(network),
        network,
        ...(med === undefined ? [] : ['med', `${med}`]),
      )
    },
    lose: async (network) => void (await daemon.cli('global', 'rib', 'del', ...family(network), network)),
    learn: async (network) => {
      await neighbors[0].cli('global', 'rib', 'add', ...family(network), network)
      // Some milliseconds later it is here.
      const table = network.includes(':') ? 'ipv6' : 'ipv4'
      await waitFor(`${network} arrives`, async () => (await readRib(daemon, table)).has(network))
    },
    forget: async (network) => void (await neighbors[0].cli('global', 'rib', 'del', ...family(network), network)),
    originated: () => originated(daemon),
    freeze: async () => daemon.signal('SIGSTOP'),
    thaw: async () => daemon.signal('SIGCONT'),
    kill: () => daemon.stop(),
    start: () => daemon.start(),
    close: async () => {
      daemon.signal('SIGCONT')
      await Promise.all([daemon, ...neighbors].map((one) => one.stop()))
      await space.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function family(network: string): string[] {
  return ['-a', network.includes(':') ? 'ipv6' : 'ipv4']
}

const ownConfig = gobgpConfig({
  asn: 65001,
  address: own,
  address6: own6,
  keptBack: `${keptBack}/32`,
  neighbors: [
    { address: edge, asn: 65002, families: ['ipv4', 'ipv6'] },
    { address: core, asn: 65001, families: ['ipv4', 'ipv6'] },
    { address: missing, asn: 65009, families: ['ipv4'] },
  ],
})

const edgeConfig = gobgpConfig({
  asn: 65002,
  address: edge,
  address6: '2001:db8::2',
  neighbors: [{ address: own, asn: 65001, families: ['ipv4', 'ipv6'] }],
})

const coreConfig = gobgpConfig({
  asn: 65001,
  address: '192.0.2.3',
  address6: core,
  neighbors: [{ address: own6, asn: 65001, families: ['ipv4'] }],
})

const aloneConfig = `[global.config]
as = 65001
router-id = "${own}"
port = -1
`
