import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Prefix } from '../../src/domain/address.js'
import type { Config } from '../../src/domain/config.js'
import { ourProtocol } from '../../src/domain/kernel-route.js'
import type { RouteChange, RouterTarget } from '../../src/domain/target.js'
import { Engine } from '../../src/daemon/engine.js'
import { EventLog } from '../../src/daemon/event-log.js'
import { openJournal, type Journal } from '../../src/daemon/journal.js'
import { RequestStore } from '../../src/daemon/request-store.js'
import { createSourceRoutes } from '../../src/kernel/source-routes.js'
import { createKernelTarget } from '../../src/kernel/target.js'
import { systemClock } from '../../src/platform/clock.js'
import { createFakeArp } from './fake-arp.js'
import { createFakeRouter, type FakeRouter } from './fake-router.js'
import { openNamespace, type Namespace } from './namespace.js'
import { ScriptedChecks } from './scripted-checks.js'
import { waitFor } from './wait.js'

const nothingMeasured = { observeCheck: () => {}, transition: () => {}, reaction: () => {}, correction: () => {} }
const session = { kind: 'ebgp', state: 'established', established: true, transport: null } as const

/** Two NICs, a subnet of each family on each, and a router on the other side of each. */
const wiring = [
  ['0', '192.0.2.2/28'],
  ['1', '192.0.2.18/28'],
].flatMap(([at, address]) => [
  `ip link add eth${at} type veth peer name peer${at}`,
  `ip link set peer${at} up`,
  `ip link set eth${at} up`,
  `ip address add ${address} dev eth${at}`,
  `ip address add 2001:db8:${at}::2/64 dev eth${at} nodad`,
])

/** A host with a real kernel, lives of the daemon on it, and a routing daemon that says what it is told to say. */
export class SourceWorld {
  readonly #dir = mkdtempSync(join(tmpdir(), 'vipcast-source-'))
  readonly #pools: Prefix[] = []
  readonly router: FakeRouter = createFakeRouter('r1', this.#pools)
  /** Called before the router makes changes. */
  witness: (changes: readonly RouteChange[]) => Promise<void> = () => Promise.resolve()
  #life: Life | null = null

  private constructor(readonly space: Namespace) {
    this.session(true)
  }

  static async open(): Promise<SourceWorld> {
    const space = await openNamespace()
    await space.exec('sh', '-ec', ['sysctl -qw net.ipv6.conf.default.accept_dad=0', ...wiring].join('\n'))
    return new SourceWorld(space)
  }

  /** Starts a life of the daemon, after one that was killed or stopped. */
  async start(config: Config): Promise<Engine> {
    this.#life = new Life(this, this.#dir, config, this.#pools)
    await this.#life.start()
    return this.#life.engine
  }

  get engine(): Engine {
    if (this.#life === null) throw new Error('no daemon runs')
    return this.#life.engine
  }

  /** It ends and leaves everything as it is. */
  async kill(): Promise<void> {
    await this.#life?.end()
    this.#life = null
  }

  /** An orderly stop, or what cleans up behind one that died. */
  async stop(): Promise<readonly string[]> {
    const left = (await this.#life?.leave()) ?? []
    await this.kill()
    return left
  }

  /** Whether the session with the only neighbor is established. */
  session(established: boolean): void {
    const state = established ? 'established' : 'active'
    this.router.session('192.0.2.1', { ...session, established, state, families: ['ipv4', 'ipv6'] })
  }

  /** Routes of the main tables but the kernel's own, in its order; `ours` or all others. */
  async routes(whose: 'ours' | 'others'): Promise<string[]> {
    const text = await this.space.exec('sh', '-c', 'ip -4 -N -o route; ip -6 -N -o route')
    const lines = text.split('\n').filter((line) => line !== '' && !line.includes(' proto 2 '))
    const own = (line: string): boolean => line.includes(` proto ${ourProtocol} `)
    return lines.filter((line) => own(line) === (whose === 'ours')).map((line) => line.trim())
  }

  /** The source that a connection to an address would have, and through what; null: there is no way. */
  async sourceTo(address: string): Promise<string | null> {
    const { stdout } = await this.space.runner.run(['ip', '-o', 'route', 'get', address], {
      timeout: 10_000,
      signal: new AbortController().signal,
    })
    return / src (\S+)/.exec(stdout)?.[1] ?? null
  }

  async leavesWith(address: string, source: string): Promise<void> {
    let seen: string | null = null
    const look = async (): Promise<boolean> => (seen = await this.sourceTo(address)) === source
    await waitFor(`${address} is asked from ${source}`, look).catch((error: Error) => {
      throw new Error(`${error.message}; it is from ${seen}`)
    })
  }

  /** Runs `ip` with these words; what it complained about, or nothing. */
  async try(words: string): Promise<string> {
    const { signal } = new AbortController()
    const { stderr } = await this.space.runner.run(['ip', ...words.split(' ')], { timeout: 10_000, signal })
    return stderr
  }

  /** Takes away the routes of others, and what operators changed. */
  async clear(): Promise<void> {
    for (const family of ['-4', '-6']) await this.try(`${family} route flush table main proto static`)
    rmSync(join(this.#dir, 'run', 'sources.json'), { force: true })
    rmSync(join(this.#dir, 'state'), { recursive: true, force: true })
  }

  async close(): Promise<void> {
    await this.kill()
    await this.space.close()
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

class Life {
  readonly engine: Engine
  readonly #journal: Journal
  readonly #lifetime = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(world: SourceWorld, dir: string, config: Config, pools: Prefix[]) {
    const { space, router } = world
    const clock = systemClock
    const means = { runner: space.runner, clock, random: Math.random }
    const { journal } = openJournal(join(dir, 'run'))
    this.#journal = journal
    this.engine = new Engine({
      config,
      kernel: createKernelTarget(means),
      arp: createFakeArp(() => []),
      sourceRoutes: createSourceRoutes(means),
      createRouter: (_, ours) => {
        pools.splice(0, pools.length, ...ours)
        const apply: RouterTarget['apply'] = async (changes, signal) => {
          await world.witness(changes)
          return router.apply(changes, signal)
        }
        return { target: { ...router, apply }, speaker: null }
      },
      createChecks: ({ onReport }) => new ScriptedChecks(clock, onReport),
      journal,
      requests: RequestStore.open({ stateDir: join(dir, 'state'), runDir: join(dir, 'run') }, clock),
      events: new EventLog(clock, () => {}),
      telemetry: nothingMeasured,
      clock,
      random: () => 0.5,
    })
  }

  async start(): Promise<void> {
    await this.engine.start(this.#lifetime.signal)
    this.#running = this.engine.run(this.#lifetime.signal)
  }

  leave(): Promise<string[]> {
    return this.engine.withdrawEverything(10_000, this.#lifetime.signal)
  }

  async end(): Promise<void> {
    this.#lifetime.abort()
    await this.#running
    this.#journal.close()
  }
}
