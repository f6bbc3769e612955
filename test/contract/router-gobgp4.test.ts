import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openGobgpWorld, type GobgpWorld } from '../support/gobgp-world.js'
import { Gobgpd, gobgpOfDebian, installedGobgp } from '../support/gobgpd.js'
import { HintReader } from '../support/hint-reader.js'
import { announce, withdraw } from '../support/routes.js'
import { gobgpSuite } from './router-gobgp.suite.js'
import { routerContract } from './router.contract.js'

const never = new AbortController().signal

// Without namespaces there is no place to run it; `make test` says as its last line that LAB=none left it out.
if (process.env['LAB'] !== 'none') {
  routerContract('gobgpd of Debian sid', async () => openGobgpWorld(await gobgpOfDebian('sid')))
  gobgpSuite('of Debian sid', () => gobgpOfDebian('sid'))

  describe('an upgrade from the one generation to the other', () => {
    let world: GobgpWorld
    before(async () => {
      world = await openGobgpWorld(await installedGobgp())
    })
    after(async () => await world?.close())

    it('is followed without a word from anybody, there and back', async () => {
      const { target, daemon } = world
      const hints = new HintReader(target)
      await hints.next('connected')
      assert.match((await target.observe(never)).daemon, /^gobgpd 3/)
      await daemon.stop()
      await hints.next('disconnected')
      const newer = new Gobgpd(world.space, { ...daemon.options, release: await gobgpOfDebian('sid') })
      await newer.start()
      await hints.next('connected')
      assert.deepEqual(await target.apply([announce('203.0.113.1')], never), [{ kind: 'done' }])
      const { daemon: program, routes } = await target.observe(never)
      assert.deepEqual([program, routes.size], ['gobgpd 4.x', 1])
      await hints.end()
      await newer.stop()
      await daemon.start()
      // Nobody watches now: the first change finds out by itself.
      const [outcome] = await target.apply([withdraw('203.0.113.1')], never)
      assert.ok(outcome?.kind === 'done' || outcome?.error.retryable)
      assert.deepEqual(await target.apply([announce('203.0.113.1')], never), [{ kind: 'done' }])
    })
  })
}
