import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { routerSessions, type RouterSessions } from '../../src/domain/router-sessions.js'
import { TargetError } from '../../src/domain/target.js'
import { openGobgpWorld, type GobgpWorld } from '../support/gobgp-world.js'
import { installedGobgp } from '../support/gobgpd.js'
import { proberOf, probeBy, probeTools } from '../support/probing.js'
import { waitFor } from '../support/wait.js'

const never = new AbortController().signal

// Without namespaces there is no place to run it; `make test` says as its last line that LAB=none left it out.
if (process.env['LAB'] !== 'none') {
  describe('a bgp check of a real gobgpd', () => {
    let world: GobgpWorld
    before(async () => {
      world = await openGobgpWorld(await installedGobgp())
    })
    after(async () => await world?.close())

    /** The check as the daemon would have it after looking at the router just now. */
    async function result(minEstablished: number): Promise<string> {
      const seen = await look()
      const probe = { type: 'bgp', router: 'edge', minEstablished } as const
      return probeBy(proberOf(probe, probeTools({ sessions: () => seen })))
    }
    async function look(): Promise<RouterSessions> {
      try {
        return routerSessions({ observed: await world.target.observe(never), error: null })
      } catch (error) {
        assert.ok(error instanceof TargetError)
        return routerSessions({ observed: null, error })
      }
    }

    it('passes while its neighbors are there, and fails once one of them is gone', async () => {
      await waitFor('both sessions', async () => (await result(2)) === 'pass: 2 sessions established')
      assert.equal(await result(3), 'fail: 2 sessions established, 3 expected')
      await world.core.stop()
      await waitFor('the loss', async () => (await result(2)) === 'fail: 1 session established, 2 expected')
    })

    it('fails while the router hangs, and follows it when it goes on', async () => {
      await world.freeze()
      assert.match(await result(1), /^fail: edge does not answer: /)
      await world.thaw()
      await waitFor('the session', async () => (await result(1)) === 'pass: 1 session established')
    })

    it('fails once the router itself is gone', async () => {
      await world.kill()
      assert.match(await result(1), /^fail: edge does not answer: /)
      await world.start()
    })
  })
}
