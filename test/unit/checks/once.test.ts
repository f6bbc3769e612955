import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { ProbeOnceOptions } from '../../../src/checks/once.js'
import { probeOnce } from '../../../src/checks/once.js'
import type { Holds } from '../../../src/checks/shared-check.js'
import { checkInstance, tcpProbe } from '../../support/check-instance.js'
import { createFakeClock } from '../../support/fake-clock.js'
import { createFakeServices } from '../../support/fake-prober.js'
import { probeTools } from '../../support/probing.js'

const instance = checkInstance({ probe: tcpProbe({ host: '203.0.113.80' }) })
const forever = new AbortController().signal

function world(holds: Holds = () => 'held') {
  const clock = createFakeClock()
  const services = createFakeServices(() => clock.now())
  const options: ProbeOnceOptions = { tools: probeTools({ clock }), kinds: services.kinds, holds }
  return { clock, services, options }
}

describe('one probe for a person', () => {
  it('gives the result of one probe and closes the prober', async () => {
    const { clock, services, options } = world()
    const result = await probeOnce(instance, options, forever)
    assert.deepEqual(result, { outcome: 'pass', detail: 'connected', duration: 0, conclusive: false })
    assert.deepEqual([services.open, clock.pending], [0, 0])
  })

  it('ends at the timeout, with how long it took', async () => {
    const { clock, services, options } = world()
    services.set('203.0.113.80', 'hangs-for-ever')
    const result = probeOnce(instance, options, forever)
    await clock.advance(500)
    assert.deepEqual(await result, {
      outcome: 'fail',
      detail: 'no answer within 500 ms',
      duration: 500,
      conclusive: false,
    })
    assert.equal(services.open, 0)
  })

  it('sends nothing to an own address that is not bound', async () => {
    const { services, options } = world(() => 'absent')
    const result = await probeOnce(instance, options, forever)
    assert.deepEqual([result.outcome, result.detail], ['unknown', '203.0.113.80 is not bound here'])
    assert.deepEqual(services.sent('203.0.113.80'), [])
  })

  it('rejects when it is called off', async () => {
    const { clock, services, options } = world()
    services.set('203.0.113.80', 'hangs')
    const calling = new AbortController()
    const result = probeOnce(instance, options, calling.signal)
    calling.abort(new Error('called off'))
    await assert.rejects(result, /called off/)
    assert.deepEqual([services.open, clock.pending], [0, 0])
    await assert.rejects(probeOnce(instance, options, calling.signal))
  })
})
