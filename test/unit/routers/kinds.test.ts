import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock } from '../../../src/platform/clock.js'
import { createProcessRunner } from '../../../src/platform/process.js'
import { createRouter } from '../../../src/routers/kinds.js'
import { prefix, withdraw } from '../../support/routes.js'

describe('the table of router kinds', () => {
  it('makes a target for a gobgpd that runs already: nothing is started, and its name and address stand in its errors', async () => {
    const { target, speaker } = createRouter(
      {
        type: 'gobgp',
        name: 'core',
        connection: { kind: 'unix', path: '/nonexistent/gobgpd.sock' },
        nextHop: {},
      },
      {
        pools: [prefix('203.0.113.0/24')],
        runDir: '/nonexistent',
        keepRoutesFor: null,
        runner: createProcessRunner(systemClock),
        clock: systemClock,
        random: Math.random,
      },
    )
    assert.equal(speaker, null)
    assert.deepEqual([target.name, target.attributesPer], ['core', 'path'])
    const [outcome] = await target.apply([withdraw('203.0.113.1')], new AbortController().signal)
    assert.ok(outcome?.kind === 'failed')
    assert.match(outcome.error.message, /^router core: .* at unix:\/nonexistent\/gobgpd\.sock: nobody listens there/)
  })
})
