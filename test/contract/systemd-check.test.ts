import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'

import { inspectUnit } from '../../src/checks/systemd.js'
import { probeKinds } from '../../src/checks/kinds.js'
import type { Prober } from '../../src/checks/probe.js'
import { createScheduler } from '../../src/checks/scheduler.js'
import type { UnitState } from '../../src/checks/systemd-units.js'
import { systemClock } from '../../src/platform/clock.js'
import { checkInstance } from '../support/check-instance.js'
import { startFakeSystemd, type FakeSystemd } from '../support/fake-systemd.js'
import { startMessageBus, type MessageBus } from '../support/message-bus.js'
import { probeBy, proberOf, probeTools } from '../support/probing.js'
import { waitFor } from '../support/wait.js'

interface World {
  readonly bus: MessageBus
  readonly systemd: FakeSystemd
  /** A check of a unit that asks anew for each probe; all of a world share what such checks share. */
  readonly check: (unit: string) => Prober
}

/** systemd itself can't run beside the machine's own, so a program that speaks as it does owns its name on a real bus. */
async function openWorld(t: TestContext): Promise<World> {
  const bus = await startMessageBus(t)
  const systemd = await startFakeSystemd(t, bus.path)
  useBus(t, bus.path)
  const tools = probeTools()
  const check = (unit: string): Prober => {
    const prober = proberOf({ type: 'systemd', unit }, tools, { fastInterval: -1 })
    t.after(() => prober.close())
    return prober
  }
  return { bus, systemd, check }
}

function useBus(t: TestContext, path: string): void {
  const before = process.env['DBUS_SYSTEM_BUS_ADDRESS']
  process.env['DBUS_SYSTEM_BUS_ADDRESS'] = `unix:path=${path}`
  t.after(() => {
    if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS']
    else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before
  })
}

const states: readonly (readonly [UnitState | null, string])[] = [
  [{ load: 'loaded', active: 'active', sub: 'running' }, 'pass: active (running)'],
  [{ load: 'loaded', active: 'active', sub: 'exited' }, 'pass: active (exited)'],
  [{ load: 'not-found', active: 'active', sub: 'running' }, 'pass: active (running)'],
  [{ load: 'loaded', active: 'reloading', sub: 'reload' }, 'pass: reloading (reload)'],
  [{ load: 'loaded', active: 'activating', sub: 'auto-restart' }, 'fail: activating (auto-restart)'],
  [{ load: 'loaded', active: 'deactivating', sub: 'stop-sigterm' }, 'fail: deactivating (stop-sigterm)'],
  [{ load: 'loaded', active: 'failed', sub: 'failed' }, 'fail: failed'],
  [{ load: 'loaded', active: 'inactive', sub: 'dead' }, 'fail: inactive (dead)'],
  [{ load: 'masked', active: 'inactive', sub: 'dead' }, 'fail: masked'],
  [{ load: 'bad-setting', active: 'inactive', sub: 'dead' }, 'fail: its unit file can not be used (bad-setting)'],
  [null, 'fail: no such unit'],
]

// The bus comes with the packages of the lab; `make test` says as its last line that LAB=none left it out.
if (process.env['LAB'] !== 'none') {
  describe('a systemd check over a real message bus', () => {
    it('passes while the unit is at work, and says of each other state what it is', async (t) => {
      const { systemd, check } = await openWorld(t)
      const web = check('web.service')
      for (const [state, result] of states) {
        const of = state === null ? check('none.service') : web
        if (state !== null) systemd.set('web.service', state)
        assert.equal(await probeBy(of), result)
      }
    })

    it('asks one question for all units', async (t) => {
      const { systemd, check } = await openWorld(t)
      systemd.set('b.service', {})
      const [a, b] = [check('a.service'), check('b.service')]
      assert.equal(await probeBy(a), 'fail: no such unit')
      assert.equal(await probeBy(b), 'pass: active (running)')
      assert.deepEqual(systemd.questions, [
        ['a.service', 'b.service'],
        ['a.service', 'b.service'],
      ])
    })

    it('does not ask again for what it was told within fastInterval, unless the unit changed', async (t) => {
      const { systemd } = await openWorld(t)
      systemd.set('web.service', {})
      const web = proberOf({ type: 'systemd', unit: 'web.service' }, probeTools(), { fastInterval: 3_600_000 })
      t.after(() => web.close())
      let changes = 0
      web.watch?.(() => (changes += 1))
      for (let n = 0; n < 3; n += 1) assert.equal(await probeBy(web), 'pass: active (running)')
      assert.equal(systemd.questions.length, 1)
      systemd.set('other.service', {})
      systemd.set('web.service', { active: 'failed', sub: 'failed' })
      await waitFor('word of the change', () => changes === 1)
      assert.equal(await probeBy(web), 'fail: failed')
    })

    it('knows a unit by its other names', async (t) => {
      const { systemd, check } = await openWorld(t)
      systemd.set('mariadb.service', {})
      systemd.alias('mysql.service', 'mariadb.service')
      const web = check('mysql.service')
      assert.equal(await probeBy(web), 'pass: active (running)')
      let changes = 0
      web.watch?.(() => (changes += 1))
      systemd.set('mariadb.service', { active: 'failed', sub: 'failed' })
      await waitFor('word of the change', () => changes === 1)
    })

    it('fails when systemd hangs, and when the bus does, and passes again after that', async (t) => {
      const { bus, systemd, check } = await openWorld(t)
      systemd.set('web.service', {})
      const web = check('web.service')
      assert.equal(await probeBy(web), 'pass: active (running)')
      systemd.answers = false
      assert.equal(await probeBy(web, 50), 'fail: no answer from systemd within 50 ms')
      systemd.answers = true
      assert.equal(await probeBy(web), 'pass: active (running)')
      bus.freeze()
      assert.equal(await probeBy(web, 50), 'fail: no answer from systemd within 50 ms')
      bus.thaw()
      assert.equal(await probeBy(web), 'pass: active (running)')
    })

    it('is unknown while nobody is on the bus, and finds a bus that was started anew', async (t) => {
      const { bus, systemd, check } = await openWorld(t)
      systemd.set('web.service', {})
      const web = check('web.service')
      assert.equal(await probeBy(web), 'pass: active (running)')
      await bus.stop()
      assert.match(await probeBy(web), /^unknown: /)
      const next = await startMessageBus(t, bus.path)
      assert.equal(await probeBy(web), 'unknown: there is no systemd on the system bus')
      const other = await startFakeSystemd(t, next.path)
      other.set('web.service', {})
      assert.equal(await probeBy(web), 'pass: active (running)')
    })

    it('brings a unit that failed to its verdict at once, however long the interval', async (t) => {
      const { systemd } = await openWorld(t)
      systemd.set('web.service', {})
      const verdicts: string[] = []
      const scheduler = createScheduler({
        ...probeTools(),
        random: () => 0,
        kinds: probeKinds,
        holds: () => 'foreign',
        onReport: ({ state }) => verdicts.push(`${state.verdict}: ${state.last?.detail}`),
      })
      const life = new AbortController()
      const run = scheduler.run(life.signal)
      const probe = { type: 'systemd', unit: 'web.service' } as const
      scheduler.update([
        checkInstance({ probe, interval: 3_600_000, fastInterval: 20, rise: 1, fall: 2, timeout: 5_000 }),
      ])
      await waitFor('the first verdict', () => verdicts.at(-1) === 'passing: active (running)')
      systemd.set('web.service', { active: 'deactivating', sub: 'stop' })
      systemd.set('web.service', { active: 'failed', sub: 'failed' })
      await waitFor('the failure', () => verdicts.at(-1) === 'failing: failed')
      systemd.set('web.service', { active: 'active', sub: 'running' })
      await waitFor('the recovery', () => verdicts.at(-1) === 'passing: active (running)')
      life.abort()
      await run
    })

    it('is looked at before there is a daemon: a unit that is not here is told', async (t) => {
      const { bus, systemd } = await openWorld(t)
      systemd.set('web.service', {})
      const inspect = (unit: string): ReturnType<typeof inspectUnit> =>
        inspectUnit({ type: 'systemd', unit }, systemClock)
      assert.equal(await inspect('web.service'), null)
      assert.equal((await inspect('wbe.service'))?.message, 'there is no unit wbe.service on this host')
      await bus.stop()
      assert.match((await inspect('web.service'))?.message ?? '', /^systemd can not be asked for web\.service: /)
    })
  })
}
