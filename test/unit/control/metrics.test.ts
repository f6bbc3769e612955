import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Meters } from '../../../src/control/telemetry.js'
import { openControl } from '../../support/control-harness.js'
import type { FakeDaemon } from '../../support/fake-daemon.js'
import { bound, check, manyVips, route, vip } from '../../support/fake-vips.js'
import { parseMetrics, type ParsedMetrics } from '../../support/metrics.js'
import { calmWorld, sampleDaemon, sampleWorld } from '../../support/sample-world.js'

async function scrape(
  t: TestContext,
  daemon: FakeDaemon,
  report: (meters: Meters) => void = () => {},
): Promise<ParsedMetrics> {
  const { url, meters } = await openControl(t, daemon)
  report(meters)
  const response = await fetch(`${url}/metrics`)
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  return parseMetrics(await response.text())
}

test('every VIP has its one state and its one reason, as the snapshot has them', async (t) => {
  const daemon = sampleDaemon()
  const metrics = await scrape(t, daemon)
  const expected = daemon.world.vips.map(({ name, reason }) => [`vip=${name},reason=${reason}`, 1])
  assert.deepEqual(metrics.values('vipcast_vip_reason'), Object.fromEntries(expected))
  const states = metrics.values('vipcast_vip_state')
  assert.equal(Object.keys(states).length, daemon.world.vips.length)
  assert.equal(states['vip=web,state=down'], 1)
  assert.equal(states['vip=cache,state=degraded'], 1)
  assert.equal(states['vip=fresh,state=unknown'], 1)
})

test('every route is there, with what its router says', async (t) => {
  const daemon = sampleDaemon()
  const metrics = await scrape(t, daemon)
  const expected = daemon.world.vips.flatMap(({ name, addresses }) =>
    addresses.flatMap(({ address, routes }) =>
      routes.map(({ router, announced }) => [
        `vip=${name},router=${router},prefix=${address.text}/${address.family === 'ipv4' ? 32 : 128}`,
        announced ? 1 : 0,
      ]),
    ),
  )
  assert.deepEqual(metrics.values('vipcast_route_announced'), Object.fromEntries(expected))
})

test('a check without a verdict is neither up nor down', async (t) => {
  const metrics = await scrape(t, sampleDaemon())
  const up = metrics.values('vipcast_check_up')
  assert.equal(up['vip=resolver,check=tcp@203.0.113.53'], 1)
  assert.equal(up['vip=web,check=tcp'], 0)
  assert.ok(!('vip=fresh,check=tcp' in up))
  assert.equal(metrics.values('vipcast_check_last_duration_seconds')['vip=web,check=http'], 0.0031)
})

test('routers, sessions and the configuration are there', async (t) => {
  const metrics = await scrape(t, sampleDaemon({ ...sampleWorld(), stale: 'line 3' }))
  assert.deepEqual(metrics.values('vipcast_router_up'), { 'router=edge': 1, 'router=core': 1, 'router=spare': 0 })
  assert.equal(metrics.values('vipcast_session_up')['router=core,neighbor=198.51.100.2'], 0)
  assert.deepEqual(metrics.values('vipcast_config_stale'), { '': 1 })
})

test('what the daemon reports is counted', async (t) => {
  const metrics = await scrape(t, sampleDaemon(calmWorld()), (meters) => {
    meters.transition('cache', 'down')
    meters.transition('cache', 'down')
    meters.transition('gone', 'up')
    meters.observeCheck('tcp', 0.002)
    meters.reaction(0.003)
    meters.correction('edge')
  })
  const transitions = metrics.values('vipcast_transitions_total')
  assert.equal(transitions['vip=cache,to=down'], 2)
  assert.equal(transitions['vip=shop,to=down'], 0)
  assert.ok(!('vip=gone,to=up' in transitions), 'a VIP that is no more is forgotten')
  assert.equal(metrics.values('vipcast_check_duration_seconds_count')['type=tcp'], 1)
  assert.equal(metrics.values('vipcast_check_duration_seconds_bucket')['le=0.0025,type=tcp'], 1)
  assert.equal(metrics.values('vipcast_reaction_seconds_bucket')['le=0.002'], 0)
  assert.equal(metrics.values('vipcast_reaction_seconds_bucket')['le=0.004'], 1)
  assert.equal(metrics.values('vipcast_corrections_total')['target=edge'], 1)
})

test('the process is there: memory, CPU, files, and how late its loop is', async (t) => {
  const metrics = await scrape(t, sampleDaemon(calmWorld()))
  for (const name of [
    'process_resident_memory_bytes',
    'process_cpu_user_seconds_total',
    'process_cpu_system_seconds_total',
    'process_open_fds',
    'process_start_time_seconds',
  ]) {
    assert.ok((metrics.values(name)[''] ?? 0) > 0, name)
  }
  const lag = metrics.values('vipcast_event_loop_lag_seconds')
  assert.deepEqual(Object.keys(lag), ['quantile=0.5', 'quantile=0.9', 'quantile=0.99', 'quantile=0.999', 'quantile=1'])
})

test('names that the format gives a meaning to arrive as they are', async (t) => {
  const name = 'a "quoted"\\name\n'
  const odd = vip(name, [bound('203.0.113.7', 'up', [route('edge', 'announced')])], {
    checks: [check(name, 'passing')],
  })
  const metrics = await scrape(t, sampleDaemon({ ...calmWorld(), vips: [odd] }))
  assert.equal(metrics.values('vipcast_vip_reason')[`vip=${name},reason=announced`], 1)
  assert.equal(metrics.values('vipcast_check_up')[`vip=${name},check=${name}`], 1)
})

test('5,000 VIPs are all there, while timers still have their turn', async (t) => {
  const daemon = sampleDaemon({ ...sampleWorld(), vips: manyVips(5_000) })
  let turns = 0
  const turning = setInterval(() => (turns += 1), 0)
  const metrics = await scrape(t, daemon).finally(() => clearInterval(turning))
  assert.equal(Object.keys(metrics.values('vipcast_vip_state')).length, 5_000)
  assert.equal(Object.keys(metrics.values('vipcast_route_announced')).length, 20_000)
  assert.ok(turns > 5, `${turns} turns`)
})
