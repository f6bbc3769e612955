import { fileURLToPath } from 'node:url'
import type { Lab } from '../../testnet/lab/lab.js'
import type { LabNode } from '../../testnet/lab/node.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { lineSplitter } from '../../testnet/observe/lines.js'
import { followRoutes, type RouteEvents } from '../../testnet/observe/route-events.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { hostRoute } from '../../testnet/observe/routes.js'
import { pcapReader } from '../lab/support/pcap.js'
import { parseSegment } from '../lab/support/tcp.js'
import { project, vip4 } from '../lab/support/two-hosts.js'
import { BenchDaemon } from './daemon.js'
import { medianRow, type BenchRow } from './row.js'

const trials = 100
const interval = 100

const configuration = `pools: [203.0.113.0/24]
routers: {edge: {type: gobgp, address: "127.0.0.1:50051"}}
vips:
  web:
    addresses: [${vip4}]
    holdDown: 50ms
    damping: false
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, interval: ${interval}ms, rise: 1, fall: 1, tripwire: false}]
log: {level: warn}
`

/** A killed service, check interval 100 ms, fall 1: trial k of n is killed at phase k/n between two probes. */
export async function measureReaction(lab: Lab): Promise<BenchRow[]> {
  const node = lab.node('host1')
  const routes = await followRoutes(lab.node('router'))
  const resets = await Resets.follow(node)
  const daemon = await BenchDaemon.start(node, configuration)
  const waits: number[] = []
  const fromProbe: number[] = []
  const acknowledged: number[] = []
  for (let trial = 0; trial < trials; trial += 1) {
    const service = await Listener.start(node)
    await waitFor(() => isThere(routes), { what: 'the route is there', explain: () => daemon.process.tail() })
    const before = await reactions(daemon)
    const killedAt = await service.killAtPhase(trial / trials)
    const reset = await resets.after(killedAt)
    const gone = await routes.waitFor((event) => event.at > killedAt && isVip(event.prefix) && event.kind === 'gone', {
      what: 'the route is gone',
    })
    waits.push(reset - killedAt)
    fromProbe.push(gone.at - reset)
    const after = await reactions(daemon)
    if (after.count === before.count + 1) acknowledged.push((after.sum - before.sum) * 1000)
  }
  await daemon.stop()
  await Promise.all([routes.stop(), resets.stop()])
  const floor = await measureFloor(lab)
  return [
    medianRow('killed, interval 100 ms, fall 1: wait for the next probe', waits),
    medianRow('… from that probe to the upstream kernel route gone', fromProbe, { limit: 4 }),
    medianRow('… from the verdict to the acknowledged withdrawal', acknowledged, { limit: 2 }),
    medianRow('floor: kill to route gone, bare listener event and bare DeletePath', floor),
  ]
}

/** The same kill, seen by `ss -E`, and one DeletePath over an open connection: no check, no verdict, no plan. */
export function measureFloor(lab: Lab): Promise<number[]> {
  return measureBareKill(lab.node('host1'), lab.node('router'), 'reaction-floor.js')
}

/** A script beside this one announces the VIP on each line of its input, and withdraws it when the listener is gone. */
export async function measureBareKill(node: LabNode, upstream: LabNode, name: string): Promise<number[]> {
  const routes = await followRoutes(upstream)
  const script = fileURLToPath(new URL(name, import.meta.url))
  let announced = 0
  const onStdout = lineSplitter((lines) => {
    announced += lines.filter((line) => line === 'announced').length
  })
  const bare = await node.spawn([process.execPath, script, vip4], { onStdout })
  const times: number[] = []
  for (let trial = 0; trial < trials / 2; trial += 1) {
    const service = await Listener.start(node)
    bare.stdin?.write('announce\n')
    await waitFor(() => announced > trial, { what: 'the bare route is announced', explain: () => bare.tail() })
    await waitFor(() => isThere(routes), { what: 'the bare route is there' })
    const killedAt = wallClock()
    service.process.kill('SIGKILL')
    const gone = await routes.waitFor((event) => event.at > killedAt && isVip(event.prefix) && event.kind === 'gone', {
      what: 'the bare route is gone',
    })
    times.push(gone.at - killedAt)
  }
  bare.kill('SIGKILL')
  await routes.stop()
  return times
}

function isVip(prefix: string): boolean {
  return prefix === hostRoute(vip4)
}

function isThere(routes: RouteEvents): boolean {
  return routes.all.findLast((event) => isVip(event.prefix))?.kind === 'set'
}

async function reactions(daemon: BenchDaemon): Promise<{ count: number; sum: number }> {
  const metrics = await daemon.metrics()
  return {
    count: metrics.get('vipcast_reaction_seconds_count') ?? 0,
    sum: metrics.get('vipcast_reaction_seconds_sum') ?? 0,
  }
}

/** A service that says when it is probed. */
export class Listener {
  readonly #said: string[]

  private constructor(
    readonly process: NodeProcess,
    said: string[],
  ) {
    this.#said = said
  }

  /** Resolves when it listens. */
  static async start(node: LabNode): Promise<Listener> {
    const said: string[] = []
    const onStdout = lineSplitter((lines) => said.push(...lines))
    const script = fileURLToPath(new URL('listener.js', import.meta.url))
    const process_ = await node.spawn([process.execPath, script, '8080'], { onStdout })
    await waitFor(() => said.length > 0, { what: 'the service listens', intervalMs: 2 })
    return new Listener(process_, said)
  }

  /** Kills it when this part of the interval has passed since a probe; returns when. */
  async killAtPhase(phase: number): Promise<number> {
    const lastProbe = await waitFor(() => Number(this.#said.slice(1).at(-1)), {
      what: 'the service is probed',
      intervalMs: 2,
    })
    const dueIn = phase * interval - ((wallClock() - lastProbe) % interval)
    await new Promise((resolve) => setTimeout(resolve, dueIn < 0 ? dueIn + interval : dueIn))
    const at = wallClock()
    this.process.kill('SIGKILL')
    return at
  }
}

/** When the kernel answered a probe of a closed port with a reset, by a capture on `lo`. */
class Resets {
  readonly #times: number[] = []
  #capture: NodeProcess | undefined

  static async follow(node: LabNode): Promise<Resets> {
    const resets = new Resets()
    const onStdout = pcapReader(({ at, bytes }) => {
      if (parseSegment(bytes)?.reset === true) resets.#times.push(at)
    })
    const script = `${project}test/lab/support/capture.pl`
    const capture = await node.spawn(['perl', script, 'lo', '8080'], { onStdout })
    await waitFor(() => capture.tail().includes('listening'), { what: 'the capture listens' })
    resets.#capture = capture
    return resets
  }

  async after(at: number): Promise<number> {
    return waitFor(() => this.#times.find((time) => time > at), { what: 'a probe was refused', intervalMs: 2 })
  }

  async stop(): Promise<void> {
    this.#capture?.kill('SIGKILL')
    await this.#capture?.exited
  }
}
