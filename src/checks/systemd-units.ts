import type { Clock } from '../platform/clock.js'
import { DbusConnection } from './dbus-connection.js'
import type { DbusMessage } from './dbus-message.js'
import type { DbusReader } from './dbus-values.js'
import { onAbort } from './dial.js'
import { SharedAnswer } from './shared-answer.js'
import { systemBusPath } from './system-bus.js'

/** What systemd says of a unit, in its own words (`systemctl show`). */
export interface UnitState {
  readonly load: string
  readonly active: string
  readonly sub: string
}

const systemd = 'org.freedesktop.systemd1'
const manager = { destination: systemd, path: '/org/freedesktop/systemd1', interface: `${systemd}.Manager` }

/** Of all units, since every further rule costs the bus something; what is none of ours is passed over by its path. */
const changes =
  `type='signal',sender='${systemd}',path_namespace='/org/freedesktop/systemd1/unit',` +
  `interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',arg0='${systemd}.Unit'`

/**
 * The units that checks ask for: one connection to the system bus for all of them, one question for all at a time, and
 * word of every change. Any user may ask all that is asked here.
 */
export class SystemdUnits {
  readonly #clock: Clock
  readonly #answer: SharedAnswer<ReadonlyMap<string, UnitState>>
  /** By name, who is to be told of a change. */
  readonly #watched = new Map<string, Set<() => void>>()
  #names: ReadonlyMap<string, string> = new Map()
  #connection: DbusConnection | null = null
  #changedAt = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
    this.#answer = new SharedAnswer((signal) => this.#ask(signal), clock)
  }

  /** From now on it is asked about too, and `changed` called when systemd says that it did; returns how that ends. */
  watch(name: string, changed: () => void): () => void {
    const others = this.#watched.get(name) ?? new Set()
    this.#watched.set(name, others.add(changed))
    return () => {
      others.delete(changed)
      if (others.size === 0) this.#watched.delete(name)
      if (this.#watched.size === 0) this.#disconnect()
    }
  }

  /**
   * The state of a unit that is watched, as systemd told it at most `maxAge` milliseconds ago and not before its last
   * change; null when the signal aborts first.
   */
  async state(name: string, maxAge: number, signal: AbortSignal): Promise<UnitState | null> {
    const sinceChange = this.#clock.now() - this.#changedAt
    const states = await this.#answer.get(Math.min(maxAge, sinceChange), signal)
    // Who joined after the question was asked has to ask anew.
    const known = states === null ? null : (states.get(name) ?? (await this.#answer.get(-1, signal))?.get(name))
    return known ?? null
  }

  /** Once more over a new connection when the one from before has ended: that says nothing of systemd. */
  async #ask(signal: AbortSignal): Promise<ReadonlyMap<string, UnitState>> {
    const before = this.#connection
    const connection = await this.#connected(signal)
    try {
      return await this.#askOver(connection, signal)
    } catch (error) {
      if (!connection.lost || connection !== before || signal.aborted) throw error
      return await this.#askOver(await this.#connected(signal), signal)
    }
  }

  /** Given up when nobody waits any more: whoever asks next connects anew, since this bus may hang. */
  async #askOver(connection: DbusConnection, signal: AbortSignal): Promise<ReadonlyMap<string, UnitState>> {
    onAbort(signal, () => connection.close())
    const names = [...this.#watched.keys()]
    const units = readUnits(await connection.call({ ...manager, member: 'ListUnitsByNames', args: [names] }))
    if (units.length !== names.length) throw new Error(`systemd told of ${units.length} units, not ${names.length}`)
    // In the order of the names: those of units that have several are told by another one.
    this.#names = new Map(units.map(({ path }, n) => [path, names[n] ?? '']))
    return new Map(units.map((unit, n) => [names[n] ?? '', unit]))
  }

  async #connected(signal: AbortSignal): Promise<DbusConnection> {
    if (this.#connection !== null && !this.#connection.lost) return this.#connection
    const connection = await DbusConnection.open(systemBusPath(), (message) => this.#onSignal(message), signal)
    this.#connection?.close()
    this.#connection = connection
    onAbort(signal, () => connection.close())
    if (this.#watched.size === 0) this.#disconnect()
    await connection.match(changes)
    await connection.call({ ...manager, member: 'Subscribe' })
    return connection
  }

  #onSignal({ path }: DbusMessage): void {
    const name = this.#names.get(path)
    if (name === undefined) return
    this.#changedAt = this.#clock.now()
    for (const changed of this.#watched.get(name) ?? []) changed()
  }

  #disconnect(): void {
    this.#connection?.close()
    this.#connection = null
  }
}

/** `a(ssssssouso)`: name, description, load, active and sub state, followed unit, path, number, type and path of a job. */
function readUnits(body: DbusReader): (UnitState & { readonly path: string })[] {
  const units: (UnitState & { readonly path: string })[] = []
  body.array(8, () => {
    body.align(8)
    const [, , load = '', active = '', sub = '', , path = ''] = Array.from({ length: 7 }, () => body.text())
    body.uint32()
    body.text()
    body.text()
    units.push({ load, active, sub, path })
  })
  return units
}
