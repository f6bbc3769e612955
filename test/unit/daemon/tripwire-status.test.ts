import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { tripwireStatus, type TripwireFacts } from '../../../src/daemon/tripwire-status.js'
import type { ListedSocket } from '../../../src/kernel/socket-line.js'

const listener = { protocol: 'tcp', host: '127.0.0.1', port: 80 } as const

const socket = (...holders: ListedSocket['holders']): ListedSocket => ({
  protocol: 'tcp',
  address: null,
  family: 'any',
  port: 80,
  holders,
})

function status(over: Partial<TripwireFacts> = {}): string {
  const facts = { enabled: true, wanted: true, local: true, watch: { kind: 'watching' }, now: 0 } as const
  const { state, detail } = tripwireStatus(listener, { ...facts, seen: [socket({ name: 'web', pid: 7 })], ...over })
  return `${state}: ${detail}`
}

describe('the tripwire of a check', () => {
  it('is armed when the watcher runs and the socket is there', () => {
    assert.equal(status(), 'armed: the end of what listens on tcp port 80 triggers a probe')
    assert.match(status({ seen: [socket()] }), /^armed: /, 'also where nobody may know who holds it')
  })

  it('is off by the file, and by the check itself', () => {
    assert.equal(status({ enabled: false }), 'off: tripwires.enabled is false: it polls')
    assert.equal(status({ wanted: false }), 'off: its tripwire is false: it polls')
  })

  it('is nothing for a service elsewhere, or where nobody listens', () => {
    assert.match(status({ local: false }), /^not-local: 127.0.0.1 is not known to be an address of this host/)
    assert.match(status({ seen: [] }), /^no-listener: no tcp socket listens on port 80 in this network namespace/)
    assert.match(status({ seen: [{ ...socket(), port: 81 }] }), /^no-listener/)
  })

  it('is held where systemd or several processes keep the socket open', () => {
    const systemd = { name: 'systemd', pid: 1 }
    assert.match(status({ seen: [socket(systemd, { name: 'web', pid: 7 })] }), /^held: systemd holds the socket itself/)
    const workers = [
      { name: 'nginx', pid: 7 },
      { name: 'nginx', pid: 8 },
    ]
    assert.equal(
      status({ seen: [socket(...workers)] }),
      'held: 2 processes share the socket (nginx): the notice comes when the last of them ends',
    )
  })

  it('says why the watcher does not run, and for how long', () => {
    assert.match(status({ watch: { kind: 'unavailable', why: 'there is no ss' } }), /^unavailable: there is no ss/)
    assert.equal(
      status({ watch: { kind: 'suspended', cpu: 0.187, until: 31_500 } }),
      'suspended: watching took 19 % of a core, more than tripwires.maxCpu: polling at fastInterval for 32 s more',
    )
    assert.match(status({ watch: { kind: 'starting' } }), /^arming/)
    assert.match(status({ seen: null }), /^arming/)
  })
})
