import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { parseAddress } from '../../src/domain/address.js'
import type { Address } from '../../src/domain/address.js'
import type { AddressChange, Hint, KernelTarget } from '../../src/domain/target.js'
import { waitFor } from '../support/wait.js'

/** One kernel to run the suite over; it starts without any of the addresses used here. */
export interface KernelWorld {
  readonly target: KernelTarget
  /** Somebody else adds or removes an address on `lo`. */
  add(address: string): Promise<void>
  lose(address: string): Promise<void>
  close(): Promise<void>
}

const never = new AbortController().signal

export function kernelContract(name: string, open: () => Promise<KernelWorld>): void {
  describe(`the contract of the kernel, ${name}`, () => {
    let world: KernelWorld
    let target: KernelTarget
    before(async () => {
      world = await open()
      target = world.target
    })
    after(async () => await world?.close())
    beforeEach(async () => {
      const held = [...(await target.observe(never)).addresses.keys()].filter((text) => !isLoopback(text))
      await target.apply(
        held.map((text) => unbind(text)),
        never,
      )
    })
    const kinds = async (changes: AddressChange[]): Promise<string[]> =>
      (await target.apply(changes, never)).map((outcome) => outcome.kind)
    const held = async (): Promise<string[]> =>
      [...(await target.observe(never)).addresses.keys()].filter((text) => !isLoopback(text)).sort()

    it('binds addresses of both families and shows their interface', async () => {
      assert.deepEqual(await kinds([bind(v4), bind(v6)]), ['done', 'done'])
      const { addresses } = await target.observe(never)
      assert.deepEqual([addresses.get(v4), addresses.get(v6)], ['lo', 'lo'])
    })

    it('does nothing harmful when asked twice', async () => {
      assert.deepEqual(await kinds([bind(v4), bind(v6), bind(v4), bind(v6)]), ['done', 'done', 'done', 'done'])
      assert.deepEqual(await held(), [v6, v4].sort())
      assert.deepEqual(await kinds([unbind(v4), unbind(v6), unbind(v4), unbind(v6)]), ['done', 'done', 'done', 'done'])
      assert.deepEqual(await held(), [])
    })

    it('counts an address that somebody else bound as bound, and says that it was found', async () => {
      await world.add(v4)
      await world.add(v6)
      assert.deepEqual(await held(), [v6, v4].sort())
      const found = { kind: 'done', found: true } as const
      assert.deepEqual(await target.apply([bind(v4), bind(v6)], never), [found, found])
    })

    it('counts an address that somebody else removed as unbound', async () => {
      await target.apply([bind(v4), bind(v6)], never)
      await world.lose(v4)
      await world.lose(v6)
      assert.deepEqual(await kinds([unbind(v4), unbind(v6)]), ['done', 'done'])
    })

    it('removes one address and leaves the others', async () => {
      const others = ['198.51.100.1', '198.51.100.3', '2001:db8::1', '2001:db8::3']
      await target.apply(
        ['198.51.100.2', '2001:db8::2', ...others].map((text) => bind(text)),
        never,
      )
      assert.deepEqual(await kinds([unbind('198.51.100.2'), unbind('2001:db8::2')]), ['done', 'done'])
      assert.deepEqual(await held(), others.sort())
    })

    it('goes on after a change that fails, and gives one outcome per change in their order', async () => {
      const outcomes = await target.apply([bind(v4), bind('198.51.100.9', 'nowhere0'), bind(v6)], never)
      assert.deepEqual(
        outcomes.map((outcome) => outcome.kind),
        ['done', 'failed', 'done'],
      )
      assert.deepEqual(await held(), [v6, v4].sort())
    })

    it('names an interface that is missing', async () => {
      const [outcome] = await target.apply([bind(v4, 'nowhere0')], never)
      assert.ok(outcome?.kind === 'failed')
      assert.equal(outcome.error.code, 'rejected')
      assert.match(outcome.error.message, /nowhere0/)
    })

    it('has nothing to unbind where the interface is gone', async () => {
      assert.deepEqual(await kinds([unbind(v4, 'nowhere0')]), ['done'])
    })

    it('keeps the order of changes of one address', async () => {
      assert.deepEqual(await kinds([bind(v4), unbind(v4), bind(v4), bind(v6), unbind(v6)]), Array(5).fill('done'))
      assert.deepEqual(await held(), [v4])
    })

    it('removes an address by itself when its lifetime is over, and not one that was given another', async () => {
      const refreshed = ['198.51.100.1', '2001:db8::1']
      const kept = ['198.51.100.2', '2001:db8::2']
      const gone = [v4, v6]
      await target.apply(
        [...refreshed, ...kept, ...gone].map((text) => bind(text, 'lo', 1_000)),
        never,
      )
      assert.equal((await target.observe(never)).expiring.has(v4), true)
      const again = [...refreshed.map((text) => refresh(text, 100_000)), ...kept.map((text) => refresh(text, null))]
      assert.deepEqual(await kinds(again), Array(4).fill('done'))
      await waitFor('the others are gone', async () => (await held()).length === 4)
      assert.deepEqual(await held(), [...refreshed, ...kept].sort())
      const { expiring } = await target.observe(never)
      assert.deepEqual([...expiring].sort(), refreshed)
    })

    it('names an interface that is missing when it gives another lifetime', async () => {
      const [outcome] = await target.apply([refresh(v4, 1_000, 'nowhere0')], never)
      assert.ok(outcome?.kind === 'failed')
      assert.match(outcome.error.message, /nowhere0/)
    })

    it('does not say that an address changed when it was given another lifetime', async () => {
      const hints = target.hints(never)[Symbol.asyncIterator]()
      const next = async (): Promise<Hint> => (await hints.next()).value as Hint
      assert.equal((await next()).kind, 'connected')
      await target.apply([bind(v4, 'lo', 100_000)], never)
      assert.equal((await next()).kind, 'changed')
      for (let round = 0; round < 3; round += 1) await target.apply([refresh(v4, 100_000)], never)
      await world.lose(v4)
      assert.deepEqual(await next(), { kind: 'changed', what: `${v4} gone from lo` })
      await hints.return?.()
    })

    it('tries nothing once the signal is aborted', async () => {
      const outcomes = await target.apply([bind(v4)], AbortSignal.abort())
      assert.equal(outcomes[0]?.kind, 'failed')
      assert.deepEqual(await held(), [])
      await assert.rejects(target.observe(AbortSignal.abort()), { name: 'TargetError' })
    })

    it('says that it is connected first, then that something changed', async () => {
      const life = new AbortController()
      const kindsSeen: string[] = []
      for await (const hint of target.hints(life.signal)) {
        kindsSeen.push(hint.kind)
        if (hint.kind === 'connected') await world.add(v4)
        if (hint.kind === 'changed') life.abort()
      }
      assert.deepEqual(kindsSeen, ['connected', 'changed'])
    })

    it('reports what was lost between two hints, too', async () => {
      await target.apply([bind(v4)], never)
      const hints = target.hints(never)[Symbol.asyncIterator]()
      const next = async (): Promise<Hint> => (await hints.next()).value as Hint
      assert.equal((await next()).kind, 'connected')
      await world.lose(v4)
      assert.equal((await next()).kind, 'changed')
      await world.add(v4)
      assert.equal((await next()).kind, 'changed')
      await hints.return?.()
    })

    it('ends its hints when the signal aborts', async () => {
      const life = new AbortController()
      for await (const hint of target.hints(life.signal)) if (hint.kind === 'connected') life.abort()
      for await (const hint of target.hints(AbortSignal.abort())) assert.fail(`a hint after the end: ${hint.kind}`)
    })
  })
}

const v4 = '198.51.100.53'
const v6 = '2001:db8:53::53'

export function bind(text: string, device = 'lo', lifetime: number | null = null): AddressChange {
  return { kind: 'bind', address: address(text), interface: device, lifetime }
}

export function refresh(text: string, lifetime: number | null, device = 'lo'): AddressChange {
  return { kind: 'refresh', address: address(text), interface: device, lifetime }
}

export function unbind(text: string, device = 'lo'): AddressChange {
  return { kind: 'unbind', address: address(text), interface: device }
}

function address(text: string): Address {
  const parsed = parseAddress(text)
  assert.ok(parsed, text)
  return parsed
}

function isLoopback(text: string): boolean {
  return text === '127.0.0.1' || text === '::1'
}
