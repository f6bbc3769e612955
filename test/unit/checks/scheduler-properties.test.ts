import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import fc from 'fast-check'

import { sharingKey } from '../../../src/domain/check-instance.js'
import type { CheckInstance } from '../../../src/domain/check-instance.js'
import { instanceKey } from '../../../src/domain/check-instance.js'
import type { FakeService } from '../../support/fake-prober.js'
import { at, schedulerWorld } from '../../support/scheduler-world.js'

/** What can happen to a scheduler. */
type Event =
  | { readonly kind: 'update'; readonly instances: readonly CheckInstance[] }
  | { readonly kind: 'service'; readonly host: string; readonly service: FakeService }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'freeze'; readonly ms: number }
  | { readonly kind: 'probe'; readonly key: string }

const hosts = fc.constantFrom('a', 'b', 'c')
const vips = fc.constantFrom('one', 'two', 'three', 'four')
const instances = fc
  .uniqueArray(
    fc.record({ vip: vips, host: hosts, interval: fc.constantFrom(500, 1000), rise: fc.constantFrom(1, 3) }),
    { selector: ({ vip }) => vip },
  )
  .map((some) => some.map(({ vip, host, interval, rise }) => at(host, { vip, interval, rise })))
const services = fc.constantFrom<FakeService>('healthy', 'broken', 'hangs', 'throws')

const events: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('update' as const), instances }),
  fc.record({ kind: fc.constant('service' as const), host: hosts, service: services }),
  fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  fc.record({ kind: fc.constant('freeze' as const), ms: fc.integer({ min: 0, max: 10_000 }) }),
  fc.record({ kind: fc.constant('probe' as const), key: vips.map((vip) => `${vip}/tcp`) }),
)

describe('scheduler, whatever happens', () => {
  it('probes one at a time, reports in sequence and of nobody who is gone, and finds the truth in the end', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(events, { maxLength: 30 }), (some) => holdsFor(t, some)),
      { numRuns: 150 },
    )
  })
})

async function holdsFor(t: TestContext, some: readonly Event[]): Promise<void> {
  const { clock, services, scheduler, reports, stop } = schedulerWorld(t)
  let current: readonly CheckInstance[] = []
  for (const event of some) {
    const before = reports.length
    switch (event.kind) {
      case 'update':
        current = event.instances
        scheduler.update(current)
        break
      case 'service':
        services.set(event.host, event.service)
        break
      case 'time':
        await clock.advance(event.ms)
        break
      case 'freeze':
        clock.freeze(event.ms)
        break
      case 'probe':
        scheduler.probeNow(event.key)
        break
    }
    const known = new Set(current.map(instanceKey))
    assert.deepEqual(
      reports.slice(before).filter(({ instance }) => !known.has(instanceKey(instance))),
      [],
    )
    assert.deepEqual([...scheduler.states().keys()].sort(), [...known].sort())
    assert.equal(services.open, new Set(current.map(sharingKey)).size)
  }
  for (const host of ['a', 'b', 'c']) services.set(host, 'healthy')
  await clock.advance(6_000)
  assert.deepEqual(
    [...scheduler.states().values()].filter(({ state }) => state.verdict !== 'passing'),
    [],
  )
  assert.ok(services.mostAtOnce <= 1)
  await stop()
  assert.deepEqual([services.open, clock.pending], [0, 0])
}
