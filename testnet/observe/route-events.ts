import { readFile } from 'node:fs/promises'
import type { LabNode } from '../lab/node.js'
import type { NodeProcess } from '../lab/process.js'
import { lineSplitter } from './lines.js'
import { parseRouteEvent, type RouteChange } from './route-event-line.js'
import { kernelRoutes, type NextHop } from './routes.js'
import { waitFor, type WaitOptions } from './wait.js'

/** A change of a route in a node's kernel, main table. */
export interface RouteEvent {
  /** When iproute2 got it from the kernel: milliseconds since 1970 with microseconds; compare with wallClock(). */
  readonly at: number
  /** As in Route. */
  readonly prefix: string
  /** `gone`: no next hop is left. */
  readonly kind: 'set' | 'gone'
  /** What the route has from now on. */
  readonly nextHops: readonly NextHop[]
}

/** Follows the routes of a node's kernel. Resolves when it listens, so no later change is missed. */
export async function followRoutes(node: LabNode, options: { signal?: AbortSignal } = {}): Promise<RouteEvents> {
  const events = new RouteEvents()
  const onStdout = lineSplitter((lines) => events.add(lines))
  // iproute2 stamps an event when it has read it, and flushes after each.
  const monitor = await node.spawn(['ip', '-tshort', '-oneline', 'monitor', 'route'], { ...options, onStdout })
  await waitFor(() => listensToKernel(monitor), { what: `${node.name}: ip monitor listens`, ...options })
  events.begin(monitor, new Map((await kernelRoutes(node)).map((route) => [route.prefix, route.nextHops])))
  return events
}

export class RouteEvents {
  /** All so far, oldest first. */
  readonly all: RouteEvent[] = []
  #monitor: NodeProcess | undefined
  #routes = new Map<string, readonly NextHop[]>()
  #early: string[] | undefined = []

  /** The first event, past or to come, that fits. */
  async waitFor(fits: (event: RouteEvent) => boolean, options: WaitOptions): Promise<RouteEvent> {
    const look = (): RouteEvent | undefined => {
      // The kernel drops events that are not read in time, and iproute2 says so.
      if (this.#monitor?.tail().includes('receive error') === true) throw new Error(this.#monitor.tail())
      return this.all.find(fits)
    }
    return waitFor(look, {
      explain: () => `seen: ${JSON.stringify(this.all)}`,
      ...options,
    })
  }

  async stop(): Promise<void> {
    this.#monitor?.kill('SIGKILL')
    await this.#monitor?.exited
  }

  /** For followRoutes: what was there before the first event counts. */
  begin(monitor: NodeProcess, routes: Map<string, readonly NextHop[]>): void {
    this.#monitor = monitor
    this.#routes = routes
    const early = this.#early ?? []
    this.#early = undefined
    this.add(early)
  }

  /** For followRoutes: lines of `ip monitor`. */
  add(lines: readonly string[]): void {
    if (this.#early !== undefined) {
      this.#early.push(...lines)
      return
    }
    for (const line of lines) {
      const change = parseRouteEvent(line)
      if (change !== undefined) this.all.push(this.#apply(change))
    }
  }

  #apply({ at, prefix, deleted, nextHops }: RouteChange): RouteEvent {
    // IPv6 tells of a next hop that goes as a deleted route that has only this one.
    const gone = new Set(nextHops.map(keyOf))
    const left = deleted ? (this.#routes.get(prefix) ?? []).filter((hop) => !gone.has(keyOf(hop))) : nextHops
    if (left.length === 0) this.#routes.delete(prefix)
    else this.#routes.set(prefix, left)
    return { at, prefix, kind: left.length === 0 ? 'gone' : 'set', nextHops: left }
  }
}

function keyOf(hop: NextHop): string {
  return `${hop.via ?? ''} ${hop.interface}`
}

/** Whether the kernel's list of netlink sockets shows one of this process that has joined a group. */
export async function listensToKernel(monitor: NodeProcess): Promise<boolean> {
  if (!monitor.running) throw new Error(monitor.tail())
  const table = await readFile(`/proc/${monitor.pid}/net/netlink`, 'utf8')
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/))
  return rows.some(([, , pid, groups]) => pid === String(monitor.pidInside) && Number.parseInt(groups ?? '', 16) !== 0)
}
