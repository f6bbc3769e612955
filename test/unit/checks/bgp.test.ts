import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import type { BgpProbe } from '../../../src/domain/config.js'
import type { RouterSessions } from '../../../src/domain/router-sessions.js'
import { proberOf, probeBy, probeTools } from '../../support/probing.js'

const two: BgpProbe = { type: 'bgp', router: 'edge', minEstablished: 2 }

describe('a bgp check', () => {
  it('follows what is known of the sessions of its own router', async () => {
    let known: RouterSessions = { kind: 'unobserved' }
    const sessions = (router: string): RouterSessions =>
      router === 'edge' ? known : { kind: 'observed', established: 9 }
    const prober = proberOf(two, probeTools({ sessions }))
    assert.equal(await probeBy(prober), 'unknown: edge was not looked at yet')
    known = { kind: 'observed', established: 1 }
    assert.equal(await probeBy(prober), 'fail: 1 session established, 2 expected')
    known = { kind: 'observed', established: 2 }
    assert.equal(await probeBy(prober), 'pass: 2 sessions established')
    known = { kind: 'silent', error: 'nobody listens at 127.0.0.1:50051' }
    assert.equal(await probeBy(prober), 'fail: edge does not answer: nobody listens at 127.0.0.1:50051')
    known = { kind: 'observed', established: 0 }
    assert.equal(await probeBy(prober), 'fail: 0 sessions established, 2 expected')
  })
})
