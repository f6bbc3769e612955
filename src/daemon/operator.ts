import { loadConfig } from '../config/load.js'
import { diffConfig } from '../config/difference.js'
import { formatErrors } from '../config/errors.js'
import type { Address } from '../domain/address.js'
import type { Config } from '../domain/config.js'
import type {
  ConfigStatus,
  DaemonEvent,
  DaemonPort,
  OperatorAnswer,
  OperatorRequest,
  Snapshot,
} from '../domain/snapshot.js'
import type { Engine } from './engine.js'
import { changeSources } from './source-requests.js'
import { takeSnapshot } from './snapshot.js'

export interface OperatorOptions {
  readonly engine: Engine
  readonly config: Config
  readonly version: string
  /** The lifetime of what a new configuration starts. */
  readonly signal: AbortSignal
  /** Called after a new configuration is in force. */
  readonly reloaded: (config: Config, text: string) => void
  /** Counts the established TCP connections to addresses. */
  readonly connections: (addresses: readonly Address[], signal: AbortSignal) => Promise<number>
}

/** The daemon as operators see it: what it knows, what happens, and what they may ask of it. */
export class Operator implements DaemonPort {
  readonly #options: OperatorOptions
  readonly #startedAt: number
  #phase: Snapshot['phase'] = 'starting'
  #config: ConfigStatus

  constructor(options: OperatorOptions) {
    this.#options = options
    this.#startedAt = options.engine.clock.now()
    this.#config = { file: options.config.file, loadedAt: this.#startedAt, stale: null }
  }

  enter(phase: Snapshot['phase']): void {
    this.#phase = phase
  }

  snapshot(): Snapshot {
    const { engine, version } = this.#options
    return takeSnapshot(engine, { version, phase: this.#phase, startedAt: this.#startedAt, config: this.#config })
  }

  changes(after: number, signal: AbortSignal): AsyncIterable<DaemonEvent> {
    return this.#options.engine.events.follow(after, signal)
  }

  async connections(name: string, signal: AbortSignal): Promise<number | null> {
    const vip = this.#options.engine.fleet.vip(name)
    return vip === undefined ? null : this.#options.connections(vip.addresses, signal)
  }

  async request(request: OperatorRequest): Promise<OperatorAnswer> {
    // The VIPs are not known yet. The panic button needs no names: it holds for all that will be known.
    if (this.#phase === 'starting' && request.kind !== 'withdraw-all') return busy('vipcast is still starting.')
    const { engine } = this.#options
    try {
      switch (request.kind) {
        case 'disable':
          return this.#disable(request.vips)
        case 'enable':
          return this.#enable(request.vips)
        case 'drain':
          return this.#drain(request.vips, request.duration)
        case 'undrain':
          return this.#undrain(request.vips)
        case 'claim':
        case 'release':
          return this.#claim(request.kind, request.vip)
        case 'rearm':
          return this.#rearm(request.vip)
        case 'source-add':
        case 'source-remove':
        case 'source-enable':
        case 'source-disable':
          return changeSources(engine, request)
        case 'withdraw-all':
          return this.#withdrawAll()
        case 'reload':
          return await this.reload()
      }
    } catch (error) {
      const message = `The request could not be kept: ${(error as Error).message}.`
      // Nobody reads the answer to a SIGHUP.
      engine.events.emit({ kind: 'request', text: message })
      return {
        kind: 'refused',
        code: 'failed',
        message,
        remedy: 'See that stateDir and runDir can be written and ask again.',
      }
    }
  }

  /** Reads the file anew. A file that is not valid, or that needs a restart, changes nothing, and that is visible. */
  async reload(): Promise<OperatorAnswer> {
    const { engine, reloaded, signal } = this.#options
    if (this.#phase === 'stopping') return busy('vipcast is stopping.')
    const loaded = await loadConfig(this.#config.file)
    if (loaded.kind === 'invalid') {
      return this.#refuseReload(
        formatErrors(loaded.errors),
        'Correct the file and reload again; the last valid one stays in force.',
      )
    }
    const { needsRestart } = diffConfig(engine.fleet.config, loaded.config)
    if (needsRestart.length > 0) {
      return this.#refuseReload(
        `Changed, and only read at start: ${needsRestart.join(', ')}.`,
        'Restart vipcast; the last configuration stays in force.',
      )
    }
    engine.reconfigure(loaded.config, signal)
    this.#config = { ...this.#config, loadedAt: engine.clock.now(), stale: null }
    reloaded(loaded.config, loaded.text)
    engine.events.emit({ kind: 'config', text: `${this.#config.file} is in force` })
    return { kind: 'done', text: `${this.#config.file} is in force.` }
  }

  #refuseReload(message: string, remedy: string): OperatorAnswer {
    const { events } = this.#options.engine
    this.#config = { ...this.#config, stale: message }
    events.emit({ kind: 'config', text: `${this.#config.file} was not taken: ${message}` })
    return { kind: 'refused', code: 'invalid-config', message, remedy }
  }

  #disable(vips: readonly string[] | 'all'): OperatorAnswer {
    const { engine } = this.#options
    const names = this.#names(vips)
    if (!Array.isArray(names)) return names
    engine.requests.disable(names)
    this.#touch(names)
    return this.#done('disabled', vips, names)
  }

  #enable(vips: readonly string[] | 'all'): OperatorAnswer {
    const { engine } = this.#options
    const names = this.#names(vips)
    if (!Array.isArray(names)) return names
    if (vips !== 'all' && engine.requests.allDisabled) {
      const message = 'All VIPs are disabled by `withdraw --all`.'
      return { kind: 'refused', code: 'failed', message, remedy: 'Enable all of them: `vipcast enable --all`.' }
    }
    if (vips === 'all') engine.requests.enableAll()
    else engine.requests.enable(names)
    this.#releaseHolds(names)
    return this.#done('enabled', vips, names)
  }

  #drain(vips: readonly string[] | 'all', duration: number | null): OperatorAnswer {
    const { clock, fleet, requests } = this.#options.engine
    const names = this.#names(vips)
    if (!Array.isArray(names)) return names
    const now = clock.now()
    const until = duration === null ? null : now + duration
    const withdrawAt = (name: string): number => now + (fleet.vip(name)?.drain.time ?? 0)
    requests.drain(new Map(names.map((name) => [name, { withdrawAt: withdrawAt(name), until }])))
    this.#touch(names)
    return this.#done('draining', vips, names)
  }

  #undrain(vips: readonly string[] | 'all'): OperatorAnswer {
    const names = this.#names(vips)
    if (!Array.isArray(names)) return names
    this.#options.engine.requests.undrain(names)
    this.#releaseHolds(names)
    return this.#done('undrained', vips, names)
  }

  #claim(word: 'claim' | 'release', name: string): OperatorAnswer {
    const { engine } = this.#options
    const names = this.#names([name])
    if (!Array.isArray(names)) return names
    if (engine.fleet.vip(name)?.mode !== 'manual') {
      const message = `${name} is not of mode manual, so nobody claims it.`
      return { kind: 'refused', code: 'not-manual', message, remedy: 'Use `vipcast disable` and `vipcast enable`.' }
    }
    engine.requests.claims[word](name)
    if (word === 'claim') this.#releaseHolds(names)
    else this.#touch(names)
    return this.#done(word === 'claim' ? 'claimed' : 'released', names, names)
  }

  /** A window that is running begins anew too: whoever rearms wants all of it. */
  #rearm(name: string): OperatorAnswer {
    const { engine } = this.#options
    const names = this.#names([name])
    if (!Array.isArray(names)) return names
    const override = engine.fleet.vip(name)?.override ?? null
    if (override === null) {
      const message = `${name} is not of mode override, so there is nothing to rearm.`
      return { kind: 'refused', code: 'not-override', message, remedy: 'Use `vipcast enable` or `vipcast undrain`.' }
    }
    engine.overrides.rearm(name)
    this.#releaseHolds(names)
    return this.#done('rearmed', names, names)
  }

  /** An operator's word ends hold-downs: health alone makes them, and he knows better. */
  #releaseHolds(names: readonly string[]): void {
    const { engine } = this.#options
    for (const name of names) {
      const vip = engine.fleet.vip(name)
      if (vip !== undefined) engine.release(vip)
    }
    this.#touch(names)
  }

  #withdrawAll(): OperatorAnswer {
    const { engine } = this.#options
    engine.requests.disableAll()
    const names = engine.fleet.config.vips.map((vip) => vip.name)
    this.#touch(names)
    return this.#done('disabled until `vipcast enable --all`', 'all', names)
  }

  #names(vips: readonly string[] | 'all'): string[] | OperatorAnswer {
    const { fleet } = this.#options.engine
    if (vips === 'all') return fleet.config.vips.map((vip) => vip.name)
    const unknown = vips.filter((name) => fleet.vip(name) === undefined)
    if (unknown.length === 0) return [...vips]
    const message = `No VIP is called ${unknown.join(', ')}.`
    return { kind: 'refused', code: 'unknown-vip', message, remedy: 'List them with `vipcast status`.' }
  }

  #touch(names: readonly string[]): void {
    const { engine } = this.#options
    for (const name of names) {
      for (const address of engine.fleet.vip(name)?.addresses ?? []) engine.touch(address.text, engine.clock.now())
    }
  }

  #done(what: string, vips: readonly string[] | 'all', names: readonly string[]): OperatorAnswer {
    const { events } = this.#options.engine
    if (vips === 'all') {
      const text = `all VIPs (${names.length}): ${what}`
      events.emit({ kind: 'request', text: `${text} by an operator` })
      return { kind: 'done', text: `${text}.` }
    }
    for (const vip of names) events.emit({ kind: 'request', vip, text: `${what} by an operator` })
    return { kind: 'done', text: `${names.join(', ')}: ${what}.` }
  }
}

function busy(message: string): OperatorAnswer {
  return { kind: 'refused', code: 'busy', message, remedy: 'Nothing was changed; ask again when it runs.' }
}
