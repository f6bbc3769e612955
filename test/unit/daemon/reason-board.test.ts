import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Reason } from '../../../src/domain/reason.js'
import { ReasonBoard, type ReasonChange } from '../../../src/daemon/reason-board.js'

const a = '203.0.113.1'
const b = '203.0.113.2'

function set(board: ReasonBoard, address: string, now: number, reasons: Record<string, Reason>): string[] {
  const entries = Object.entries(reasons).map(([router, reason]) => [router, { reason, detail: null }] as const)
  return board.set(address, new Map(entries), now).map(inWords)
}

function inWords({ router, from, to }: ReasonChange): string {
  return `${router}: ${from} -> ${to.reason}`
}

describe('the board of reasons', () => {
  it('has one reason for an address at a router: the last', () => {
    const board = new ReasonBoard()
    set(board, a, 1, { r1: 'announced', r2: 'no-session' })
    set(board, a, 2, { r1: 'check-failed', r2: 'no-session' })
    assert.equal(board.at(a, 'r1')?.reason, 'check-failed')
    assert.equal(board.at(a, 'r2')?.reason, 'no-session')
    assert.equal(board.at(b, 'r1'), undefined)
  })

  it('dates a reason from when it became that, not from when it was said again', () => {
    const board = new ReasonBoard()
    set(board, a, 1, { r1: 'announced' })
    set(board, a, 5, { r1: 'announced' })
    assert.equal(board.at(a, 'r1')?.since, 1)
    set(board, a, 7, { r1: 'degraded' })
    assert.equal(board.at(a, 'r1')?.since, 7)
  })

  it('takes a new detail of the same reason', () => {
    const board = new ReasonBoard()
    board.set(a, new Map([['r1', { reason: 'no-session', detail: 'idle' }]]), 1)
    board.set(a, new Map([['r1', { reason: 'no-session', detail: 'active' }]]), 2)
    assert.deepEqual(board.at(a, 'r1'), { reason: 'no-session', detail: 'active', since: 1 })
  })

  it('forgets a router that an address no longer has', () => {
    const board = new ReasonBoard()
    set(board, a, 1, { r1: 'announced', r2: 'leaked' })
    set(board, a, 2, { r1: 'announced' })
    assert.equal(board.at(a, 'r2'), undefined)
    assert.equal(board.worst([a])?.reason, 'announced')
  })
})

describe('what the board tells', () => {
  it('is each change, once', () => {
    const board = new ReasonBoard()
    assert.deepEqual(set(board, a, 1, { r1: 'announced' }), ['r1: null -> announced'])
    assert.deepEqual(set(board, a, 2, { r1: 'announced' }), [])
    assert.deepEqual(set(board, a, 3, { r1: 'check-failed' }), ['r1: announced -> check-failed'])
  })

  it('is nothing of changes under way, and then from what to what', () => {
    const board = new ReasonBoard()
    set(board, a, 1, { r1: 'check-failed' })
    assert.deepEqual(set(board, a, 2, { r1: 'pending' }), [])
    assert.deepEqual(set(board, a, 3, { r1: 'announced' }), ['r1: check-failed -> announced'])
  })

  it('is nothing when a change under way comes back to what it was', () => {
    const board = new ReasonBoard()
    set(board, a, 1, { r1: 'announced' })
    set(board, a, 2, { r1: 'pending' })
    assert.deepEqual(set(board, a, 3, { r1: 'announced' }), [])
  })

  it('is nothing of a first verdict that is awaited, and everything of one that is lost', () => {
    const board = new ReasonBoard()
    assert.deepEqual(set(board, a, 1, { r1: 'unknown' }), [])
    set(board, a, 2, { r1: 'announced' })
    assert.deepEqual(set(board, a, 3, { r1: 'unknown' }), ['r1: announced -> unknown'])
  })

  it('starts anew for an address that was forgotten', () => {
    const board = new ReasonBoard()
    set(board, a, 1, { r1: 'announced' })
    board.forget(a)
    assert.equal(board.at(a, 'r1'), undefined)
    assert.deepEqual(set(board, a, 2, { r1: 'announced' }), ['r1: null -> announced'])
  })
})

describe('the worst reason of a VIP', () => {
  it('is the worst over its addresses and their routers, since the first of them has it', () => {
    const board = new ReasonBoard()
    set(board, a, 1, { r1: 'announced', r2: 'no-session' })
    set(board, b, 2, { r1: 'no-session', r2: 'announced' })
    assert.deepEqual(board.worst([a, b]), { reason: 'no-session', since: 1 })
    assert.deepEqual(board.worst([b]), { reason: 'no-session', since: 2 })
  })

  it('is none where there is no route', () => {
    assert.equal(new ReasonBoard().worst([a]), undefined)
  })
})
