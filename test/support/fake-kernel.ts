import { TargetError } from '../../src/domain/target.js'
import type { AddressChange, Hint, KernelTarget, Outcome } from '../../src/domain/target.js'
import { systemClock, type Clock } from '../../src/platform/clock.js'

import type { RouteSource } from '../../src/domain/learned.js'
import { FakeSurroundings } from './fake-surroundings.js'

/** A small world of interfaces and addresses that can fail, hang and lose what it holds. */
export interface FakeKernel extends KernelTarget {
  /** Every change that was asked for, in order. */
  readonly asked: readonly AddressChange[]
  /** Texts of the addresses on an interface. */
  held(device?: string): string[]
  /** Somebody else adds or removes an address. */
  add(address: string, device?: string): void
  lose(address: string): void
  /** A route appears in its table, or with null goes. */
  learn(network: string, source: RouteSource | null): void
  /** From now on changes of this address (of every address: '*') have this error; undefined: they work again. */
  fail(address: string, error: TargetError | undefined): void
  /** From now on observations have this error. */
  failObserve(error: TargetError | undefined): void
  /** From now on nothing is answered until the caller gives up, and then nobody knows whether it was done. */
  hang(on: boolean): void
}

export function createFakeKernel(
  interfaces: readonly string[] = ['lo', 'eth0'],
  clock: Pick<Clock, 'timer'> = systemClock,
): FakeKernel {
  /** By interface and address: what ends its lifetime's timer; null: it has none. */
  const held = new Map<string, Map<string, (() => void) | null>>(interfaces.map((device) => [device, new Map()]))
  const asked: AddressChange[] = []
  /** Those that somebody else added: of scope global. */
  const theirs = new Set<string>()
  const surroundings = new FakeSurroundings(null)
  const failures = new Map<string, TargetError>()
  const listeners = new Set<(what: string) => void>()
  let observeError: TargetError | undefined
  let hanging = false

  const changed = (what: string): void => {
    for (const listener of listeners) listener(what)
  }
  const live = (device: string, text: string, lifetime: number | null): void => {
    held.get(device)?.get(text)?.()
    held.get(device)?.set(text, lifetime === null ? null : clock.timer(lifetime, () => drop(device, text)))
  }
  const put = (device: string, text: string, lifetime: number | null = null): void => {
    if (held.get(device)?.has(text) !== false) return
    live(device, text, lifetime)
    changed(`${text} on ${device}`)
  }
  const drop = (device: string, text: string): void => {
    held.get(device)?.get(text)?.()
    if (held.get(device)?.delete(text) === true) changed(`${text} gone from ${device}`)
  }

  const applyOne = async (change: AddressChange, signal: AbortSignal): Promise<Outcome> => {
    const { kind, address, interface: device } = change
    if (signal.aborted) return { kind: 'failed', error: new TargetError('timeout', `${address.text}: not tried`) }
    asked.push(change)
    const error = failures.get(address.text) ?? failures.get('*')
    if (error !== undefined) return { kind: 'failed', error }
    if (hanging) {
      await aborted(signal)
      return { kind: 'unsure', error: new TargetError('timeout', `${address.text}: no answer`) }
    }
    if (kind !== 'unbind' && !held.has(device)) {
      return { kind: 'failed', error: new TargetError('rejected', `${kind} ${address.text}: no interface ${device}`) }
    }
    const found = held.get(device)?.has(address.text) === (kind === 'bind')
    if (kind === 'unbind') drop(device, address.text)
    else put(device, address.text, change.lifetime)
    if (kind === 'refresh') live(device, address.text, change.lifetime)
    return found && kind !== 'refresh' ? { kind: 'done', found } : { kind: 'done' }
  }

  return {
    name: 'kernel',
    asked,
    seek: (addresses) => surroundings.seek(addresses),
    observe: async (signal) => {
      if (hanging) await aborted(signal)
      if (signal.aborted) throw new TargetError('timeout', 'listing addresses was stopped')
      if (observeError !== undefined) throw observeError
      const addresses = new Map<string, string>()
      const expiring = new Set<string>()
      for (const [device, texts] of held) {
        for (const [text, lifetime] of texts) {
          if (addresses.has(text)) continue
          addresses.set(text, device)
          if (lifetime !== null) expiring.add(text)
        }
      }
      const hostScope = new Set([...addresses.keys()].filter((text) => !theirs.has(text)))
      return { addresses, expiring, hostScope, inSubnet: surroundings.inSubnet(), learned: surroundings.learned() }
    },
    apply: async (changes, signal) => {
      const outcomes: Outcome[] = []
      for (const change of changes) outcomes.push(await applyOne(change, signal))
      return outcomes
    },
    hints: (signal) => fakeHints(listeners, signal),
    held: (device = 'lo') => [...(held.get(device)?.keys() ?? [])],
    add: (address, device = 'lo') => {
      theirs.add(address)
      put(device, address)
    },
    lose: (address) => {
      theirs.delete(address)
      for (const device of held.keys()) drop(device, address)
    },
    learn: (network, source) => {
      surroundings.learn(network, source)
      changed(`route ${network}`)
    },
    fail: (address, error) => {
      if (error === undefined) failures.delete(address)
      else failures.set(address, error)
    },
    failObserve: (error) => {
      observeError = error
    },
    hang: (on) => {
      hanging = on
    },
  }
}

async function* fakeHints(listeners: Set<(what: string) => void>, signal: AbortSignal): AsyncGenerator<Hint> {
  const waiting: string[] = []
  let wake = (): void => {}
  const listener = (what: string): void => {
    waiting.push(what)
    wake()
  }
  const stop = (): void => wake()
  listeners.add(listener)
  signal.addEventListener('abort', stop)
  try {
    if (!signal.aborted) yield { kind: 'connected' }
    while (!signal.aborted) {
      const what = waiting.splice(0).at(-1)
      if (what !== undefined) yield { kind: 'changed', what }
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    listeners.delete(listener)
    signal.removeEventListener('abort', stop)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
