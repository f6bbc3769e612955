import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { Echoes, type Word } from '../../../../src/routers/gobgp/echoes.js'
import { address, announce, withdraw } from '../../../support/routes.js'

const one = '203.0.113.1'

describe('the echoes of our own changes', () => {
  let echoes: Echoes
  beforeEach(() => {
    echoes = new Echoes()
  })
  const found = (): void => {
    echoes.found(new Map([[one, { address: address(one), attributes: { bgp: {}, ospf: {} } }]]))
  }
  const foreign = (...words: Word[]): boolean[] => words.map((word) => echoes.isForeign(one, word))

  it('are not foreign, whatever was announced and withdrawn, when all of it is reported in order', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (announced) => {
        const fresh = new Echoes()
        const reports: Word[] = []
        for (const is of announced) {
          fresh.told(is ? announce(one) : withdraw(one))
          // Withdrawing what is not there is not reported.
          if (is || reports.at(-1) === 'present') reports.push(is ? 'present' : 'absent')
        }
        for (const word of reports) assert.equal(fresh.isForeign(one, word), false)
      }),
    )
  })

  it('leave a deletion by somebody else foreign, of a route that was announced or found', () => {
    echoes.told(announce(one))
    assert.deepEqual(foreign('present', 'absent'), [false, true])
    found()
    assert.deepEqual(foreign('absent'), [true])
  })

  it('leave a change by somebody else foreign: the route is there and is reported again', () => {
    echoes.told(announce(one))
    assert.deepEqual(foreign('present', 'present'), [false, true])
  })

  it('leave a route that nobody of us announced foreign, and its end as well', () => {
    assert.deepEqual(foreign('present', 'absent'), [true, true])
  })

  it('are not awaited for what a new watch will never report', () => {
    echoes.told(announce(one))
    echoes.forget()
    assert.equal(echoes.knows(one), false)
    found()
    assert.deepEqual(foreign('absent'), [true])
  })

  it('are forgotten once the route is gone', () => {
    echoes.told(announce(one))
    echoes.told(withdraw(one))
    assert.deepEqual(foreign('present', 'absent'), [false, false])
    assert.equal(echoes.knows(one), false)
  })

  it('are awaited for a bounded number of changes that no watcher reports', () => {
    for (let count = 0; count < 1000; count += 1) echoes.told(count % 2 === 0 ? announce(one) : withdraw(one))
    assert.deepEqual(foreign('present', 'absent'), [false, false])
  })
})
