import { frrGrpcSuite } from '../contract/router-frr-grpc.suite.js'
import { gobgpSuite } from '../contract/router-gobgp.suite.js'
import { ospfSuite } from '../contract/router-ospf.suite.js'
import { routerContract } from '../contract/router.contract.js'
import type { protocols } from '../lab/support/redistribute.js'
import type { Unpacked } from '../support/debian.js'
import { openFrrGrpcWorld } from '../support/frr-grpc-world.js'
import { openFrrRouter } from '../support/frr-router.js'
import { openFrrWorld } from '../support/frr-world.js'
import { openGobgpWorld } from '../support/gobgp-world.js'
import { gobgpOfDebian } from '../support/gobgpd.js'
import { failoverStory } from './failover.js'
import { openFrrGrpc } from './frr-grpc.js'
import { openLeafSpine } from './leaf-spine.js'
import { obtain, rows, type Column, type Role } from './rows.js'
import { northboundSuite } from './northbound.js'
import { openOspfArea } from './ospf-area.js'
import { openBirdKernel, openFrrKernel } from './redistribute.js'
import { openTwoHosts } from './two-hosts.js'

/**
 * The tests of one cell of the matrix, in a process of their own.
 *   usage: play.js ROW COLUMN      node build/test/interop/play.js gobgp-gobgpd-sid BGP
 */
type Plays = Partial<Record<Column, (release: Unpacked, debian: string) => void>>

const plays: Readonly<Record<Role, Plays>> = {
  gobgp: {
    contract: (_, debian) => {
      routerContract(`gobgpd of Debian ${debian}`, async () => openGobgpWorld(await gobgpOfDebian(debian)))
      gobgpSuite(`of Debian ${debian}`, () => gobgpOfDebian(debian))
    },
    BGP: (release) => failoverStory('gobgpd', release.version, () => openTwoHosts({ host1: release })),
  },
  frr: {
    contract: (release) => {
      routerContract(`FRR ${release.version}`, () => openFrrRouter(release))
      ospfSuite(() => openFrrWorld(release))
    },
    BGP: (release) => failoverStory('FRR', release.version, () => openLeafSpine(release)),
    OSPF: (release) => failoverStory('FRR, OSPF', release.version, () => openOspfArea(release)),
  },
  frrGrpc: {
    contract: (release) => {
      routerContract(`FRR ${release.version} over gRPC`, () => openFrrGrpcWorld(release), 'addresses')
      frrGrpcSuite(release.version, () => openFrrGrpcWorld(release))
    },
    BGP: (release) => failoverStory('FRR over gRPC', release.version, () => openFrrGrpc(release)),
    gRPC: northboundSuite,
  },
  frrKernel: overKernel('FRR', openFrrKernel),
  birdKernel: overKernel('BIRD', openBirdKernel),
  birdUpstream: {
    BGP: (release) => failoverStory('BIRD upstream', release.version, () => openTwoHosts({ router: release })),
  },
}

function overKernel(name: string, open: typeof openBirdKernel): Plays {
  const play =
    (protocol: (typeof protocols)[number]) =>
    ({ root, version }: Unpacked): void =>
      failoverStory(`${name}, ${protocol}`, version, () => open({ root, version }, protocol))
  return { BGP: play('bgp'), OSPF: play('ospf'), RIP: play('rip') }
}

const [key, wanted] = process.argv.slice(2)
const row = rows.find((each) => each.key === key)
const column = row?.columns.find((each) => each === wanted)
const play = row === undefined || column === undefined ? undefined : plays[row.role][column]
if (row === undefined || play === undefined) throw new Error(`there is no cell ${key} ${wanted} with tests`)
play(await obtain(row), row.debian)
