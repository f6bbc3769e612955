import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PictureLog, readPicture, type Picture } from '../../../../src/routers/frr/bgp/picture.js'
import { ourWeight } from '../../../../src/routers/frr/bgp/route-map.js'
import { announce, withdraw } from '../../../support/routes.js'

type Path = Record<string, unknown>

const marked: Path = { peerId: '(unspec)', weight: ourWeight, valid: true, path: '', metric: 0 }
const foreign: Path = { peerId: '(unspec)', weight: 32768, valid: true, path: '', metric: 0 }
const learned: Path = { peerId: '192.0.2.2', weight: 0, valid: true, path: '65002' }

function picture(routes: Record<string, readonly Path[]>, up: readonly string[] = []): Picture {
  const peers = Object.fromEntries(['192.0.2.2', '192.0.2.9'].map((name) => [name, { state: stateOf(name, up) }]))
  return readPicture({ ipv4Unicast: { peers }, ipv6Unicast: {} }, [{ routes }])
}

function stateOf(name: string, up: readonly string[]): string {
  return up.includes(name) ? 'Established' : 'Active'
}

const host = '203.0.113.53/32'
const ours = '203.0.113.53'
const changed = [`route ${host} was changed by somebody else`]

/** A log that has seen a first picture. */
function after(routes: Record<string, readonly Path[]>): PictureLog {
  const log = new PictureLog()
  assert.deepEqual(log.take(picture(routes), 0), [])
  return log
}

describe('what polls of bgpd say', () => {
  it('is no news where nothing changed, nor at what was learned', () => {
    assert.deepEqual(after({ [host]: [marked] }).take(picture({ [host]: [learned, marked] }), 1), [])
  })

  it('is news where somebody took our route, changed it, or added one', () => {
    assert.deepEqual(after({ [host]: [marked] }).take(picture({}), 1), changed)
    assert.deepEqual(after({ [host]: [marked] }).take(picture({ [host]: [{ ...marked, removed: true }] }), 1), changed)
    assert.deepEqual(after({ [host]: [marked] }).take(picture({ [host]: [{ ...marked, metric: 9 }] }), 1), changed)
    assert.deepEqual(after({}).take(picture({ [host]: [marked] }), 1), changed)
    assert.deepEqual(after({}).take(picture({ [host]: [foreign] }), 1), changed)
    assert.deepEqual(after({ [host]: [marked] }).take(picture({ [host]: [marked, foreign] }), 1), changed)
  })

  it('is news where our route became valid, or is so no more', () => {
    const log = after({ [host]: [{ ...marked, valid: undefined }] })
    assert.deepEqual(log.take(picture({ [host]: [marked] }), 1), [`route ${host} is valid`])
    assert.deepEqual(log.take(picture({ [host]: [{ ...marked, valid: undefined }] }), 2), [
      `route ${host} is not valid`,
    ])
  })

  it('is no news at our own changes', () => {
    const log = after({})
    const change = announce(ours, { med: 5 })
    log.told(change)
    log.answered(change, true, 1)
    assert.deepEqual(log.take(picture({ [host]: [{ ...marked, metric: 5 }] }), 2), [])
    const back = withdraw(ours)
    log.told(back)
    log.answered(back, true, 3)
    assert.deepEqual(log.take(picture({}), 4), [])
  })

  it('is news where our change is not what is seen once it was acknowledged', () => {
    const log = after({})
    const change = announce(ours, { med: 5 })
    log.told(change)
    log.answered(change, true, 1)
    assert.deepEqual(log.take(picture({ [host]: [{ ...marked, metric: 9 }] }), 2), changed)
  })

  it('is nothing to judge by while our change is on its way, or was answered after the look began', () => {
    const log = after({})
    const change = announce(ours, { med: 5 })
    log.told(change)
    assert.deepEqual(log.take(picture({ [host]: [{ ...marked, metric: 5 }] }), 1), [])
    log.answered(change, true, 2)
    assert.deepEqual(log.take(picture({}), 2), [])
    assert.deepEqual(log.take(picture({}), 3), changed)
  })

  it('is news where an observation saw what others announce, and it is gone, though no poll saw it', () => {
    const log = after({})
    log.found(new Set([host]))
    assert.deepEqual(log.take(picture({}), 1), changed)
    log.found(new Set())
    assert.deepEqual(log.take(picture({}), 2), [])
  })

  it('tells sessions that came and went', () => {
    const log = new PictureLog()
    log.take(picture({}, ['192.0.2.2']), 0)
    assert.deepEqual(log.take(picture({}, ['192.0.2.9']), 1), [
      'session 192.0.2.2 is down',
      'session 192.0.2.9 is established',
    ])
  })

  it('begins anew with another bgpd', () => {
    const log = after({ [host]: [marked] })
    log.forget()
    assert.deepEqual(log.take(picture({}), 1), [])
  })
})
