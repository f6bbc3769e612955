import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'

import type { Session } from '../../../src/domain/target.js'
import { Host } from '../../support/daemon-world.js'
import { configOf, routerOf } from '../../support/sample-config.js'

const config = configOf([], { routers: [routerOf('r1')] })
const second: Omit<Session, 'neighbor' | 'sent'> = {
  kind: 'ebgp',
  state: 'established',
  established: true,
  transport: 'ipv4',
  families: ['ipv4'],
}

let host: Host
beforeEach(() => {
  host = new Host()
})
afterEach(() => host.close())

describe('what checks are told of the sessions of a router', () => {
  it('is how many are established, and follows each change', async () => {
    const daemon = await host.start(config)
    assert.deepEqual(daemon.sessions('r1'), { kind: 'observed', established: 1 })
    host.router('r1').session('192.0.2.7', second)
    await host.clock.advance(1_000)
    assert.deepEqual(daemon.sessions('r1'), { kind: 'observed', established: 2 })
    host.router('r1').session('192.0.2.7', { ...second, state: 'idle', established: false })
    await host.clock.advance(1_000)
    assert.deepEqual(daemon.sessions('r1'), { kind: 'observed', established: 1 })
    await daemon.stop()
  })

  it('is nothing of a router that there is not', async () => {
    const daemon = await host.start(config)
    assert.deepEqual(daemon.sessions('r2'), { kind: 'unobserved' })
    await daemon.stop()
  })
})

describe('the events of a session', () => {
  it('say when it comes, when it falls, and when its neighbor is in no list any more, as one of OSPF', async () => {
    const daemon = await host.start(config)
    const states = [second, { ...second, state: 'idle', established: false }, second, null, null]
    for (const state of states) {
      host.router('r1').session('192.0.2.7', state)
      await host.clock.advance(1_000)
    }
    assert.deepEqual(
      daemon.events.flatMap(({ kind, text }) => (kind === 'session' && text.includes('192.0.2.7') ? [text] : [])),
      ['established', 'idle', 'established', 'gone'].map((state) => `session with 192.0.2.7 is ${state}`),
    )
    await daemon.stop()
  })
})
