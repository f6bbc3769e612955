import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import type { Config } from '../../../src/domain/config.js'
import { TargetError } from '../../../src/domain/target.js'
import { Host, type Daemon } from '../../support/daemon-world.js'
import { createFakeArp, type FakeArp } from '../../support/fake-arp.js'
import { configOf, pool, vipOf } from '../../support/sample-config.js'

const farms = ['198.51.100.200', '198.51.100.201']
/** Longer than a resync: everything was looked at since. */
const aWhile = 31_000

type Event =
  | {
      readonly kind: 'set'
      readonly place: number
      readonly setting: 'arp_ignore' | 'arp_announce'
      readonly value: number
    }
  | { readonly kind: 'configure'; readonly local: number }
  | { readonly kind: 'come' | 'go' | 'crash' | 'fail' | 'work' }
  | { readonly kind: 'rest'; readonly ms: number }

/** Never a value of ours: who sets what is set already can't be told from nobody. */
const setting = fc.constantFrom<Event>(
  ...[0, 1, 2, 4, 8].flatMap((value) =>
    [0, 1, 2].map((place): Event => ({ kind: 'set', place, setting: 'arp_ignore', value })),
  ),
  ...[0, 1].flatMap((value) =>
    [0, 1, 2].map((place): Event => ({ kind: 'set', place, setting: 'arp_announce', value })),
  ),
)
const events = fc.array(
  fc.oneof(
    setting,
    fc.nat({ max: 2 }).map((local): Event => ({ kind: 'configure', local })),
    fc.constantFrom<Event>({ kind: 'come' }, { kind: 'go' }, { kind: 'crash' }, { kind: 'fail' }, { kind: 'work' }),
    fc.constantFrom(1, 50, aWhile).map((ms): Event => ({ kind: 'rest', ms })),
  ),
  { maxLength: 14 },
)

function configWith(count: number): Config {
  const vips = farms.slice(0, count).map((text, at) => vipOf(`farm${at}`, [text], { mode: 'local', routers: [] }))
  return configOf(vips, { routers: [], pools: [pool('198.51.100.0/24')] })
}

/** A host on which things happen, and one beside it on which others do the same and vipcast never runs. */
class Pair {
  readonly host = new Host()
  readonly without: FakeArp = createFakeArp(() => [])
  readonly #devices = ['default', 'eth0']
  #born = 0
  #config = configWith(1)
  #daemon: Daemon | null = null

  async play(all: readonly Event[]): Promise<void> {
    // Between a look and a change nobody comes: the kernel has no way to change a setting only if it is as it was seen.
    this.host.latency.set('arp', 0)
    this.#daemon = await this.host.start(this.#config)
    for (const event of all) {
      await this.#playOne(event)
      if (event.kind === 'rest' && event.ms === aWhile) this.#isSilent()
    }
    this.host.arp.fail(undefined)
    await this.host.clock.advance(aWhile)
    this.#isSilent()
    assert.deepEqual(await this.#daemon.stop(), [])
    assert.deepEqual(this.host.kernel.held(), [])
    assert.deepEqual(this.host.arp.all().toSorted(), this.without.all().toSorted())
  }

  async #playOne(event: Event): Promise<void> {
    switch (event.kind) {
      case 'set': {
        const place = this.#devices[event.place % this.#devices.length] ?? ''
        for (const world of [this.host.arp, this.without]) world.set(place, event.setting, event.value)
        break
      }
      case 'configure':
        this.#config = configWith(event.local)
        await this.#daemon?.reconfigure(this.#config, 1)
        break
      case 'come':
        this.#devices.push(`eth${(this.#born += 1)}`)
        for (const world of [this.host.arp, this.without]) world.add(`eth${this.#born}`)
        break
      case 'go': {
        const gone = this.#devices.length > 2 ? this.#devices.pop() : undefined
        if (gone !== undefined) for (const world of [this.host.arp, this.without]) world.remove(gone)
        break
      }
      case 'crash':
        this.#daemon?.kill()
        this.#daemon = await this.host.start(this.#config)
        break
      case 'fail':
        this.host.arp.fail(new TargetError('unsupported', 'read-only'))
        break
      case 'work':
        this.host.arp.fail(undefined)
        break
      case 'rest':
        await this.host.clock.advance(event.ms)
        break
    }
  }

  #isSilent(): void {
    const { arp, kernel } = this.host
    if (kernel.held().length > 0) assert.deepEqual(arp.answering(), [], `${kernel.held().join()} is bound`)
  }
}

it('VIPs of mode local are bound in silence alone, and cost the host no setting, whatever happens in what order', async () => {
  await fc.assert(
    fc.asyncProperty(events, async (all) => {
      const pair = new Pair()
      try {
        await pair.play(all)
      } finally {
        pair.host.close()
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 100) },
  )
})
