import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { OperatorAnswer } from '../../../src/domain/snapshot.js'
import { Daemon, Host } from '../../support/daemon-world.js'
import { until } from '../../support/simulated-time.js'
import { checkOf, configOf, vipOf } from '../../support/sample-config.js'

const service = checkOf({ name: 'service' })
const config = configOf([
  vipOf('web', ['203.0.113.80'], { checks: [service], holdDown: 60_000 }),
  vipOf('mail', ['203.0.113.25', '2001:db8:53::25']),
])

let host: Host
let daemon: Daemon
beforeEach(async () => {
  host = new Host()
  daemon = await host.start(config)
  await daemon.report('web/service', 'passing')
})
afterEach(() => {
  daemon.kill()
  host.close()
})

const originated = (): string[] => (host.routers.get('r1')?.originated() ?? []).sort()
const all = ['2001:db8:53::25/128', '203.0.113.25/32', '203.0.113.80/32']

/** An answer, and `ms` pass. */
async function ask(request: Parameters<Daemon['operator']['request']>[0], ms = 2_000): Promise<OperatorAnswer> {
  const answer = await daemon.operator.request(request)
  await host.clock.advance(ms)
  return answer
}

describe('disable', () => {
  it('withdraws all addresses of a VIP at once, and leaves the others alone', async () => {
    assert.deepEqual(await ask({ kind: 'disable', vips: ['mail'] }, 2), { kind: 'done', text: 'mail: disabled.' })
    assert.deepEqual(originated(), ['203.0.113.80/32'])
    assert.equal(daemon.reason('mail'), 'disabled')
    assert.equal(daemon.reason('web'), 'announced')
  })

  it('does nothing for any VIP when one of the names is unknown, and says which', async () => {
    const answer = await ask({ kind: 'disable', vips: ['mail', 'nope'] })
    assert.ok(answer.kind === 'refused')
    assert.deepEqual([answer.code, answer.message], ['unknown-vip', 'No VIP is called nope.'])
    assert.deepEqual(originated(), all)
  })

  it('holds in the next life', async () => {
    await ask({ kind: 'disable', vips: ['mail'] })
    daemon.kill()
    daemon = await host.start(config)
    assert.equal(daemon.reason('mail'), 'disabled')
  })

  it('counts as no withdrawal by health', async () => {
    await ask({ kind: 'disable', vips: ['web'] })
    await ask({ kind: 'enable', vips: ['web'] })
    assert.deepEqual(originated(), all)
  })
})

describe('enable', () => {
  it('announces at once what is healthy, hold-down or not', async () => {
    await daemon.report('web/service', 'failing')
    await daemon.report('web/service', 'passing')
    assert.equal(daemon.reason('web'), 'hold-down')
    await ask({ kind: 'enable', vips: ['web'] }, 100)
    assert.equal(daemon.reason('web'), 'announced')
  })

  it('does not announce what is down', async () => {
    await ask({ kind: 'disable', vips: ['web'] })
    await daemon.report('web/service', 'failing')
    await ask({ kind: 'enable', vips: ['web'] })
    assert.equal(daemon.reason('web'), 'check-failed')
  })

  it('of one VIP is refused after withdraw --all, and names the way', async () => {
    await ask({ kind: 'withdraw-all' })
    const answer = await ask({ kind: 'enable', vips: ['web'] })
    assert.ok(answer.kind === 'refused')
    assert.match(answer.remedy, /enable --all/)
    assert.deepEqual(originated(), [])
  })
})

describe('withdraw --all', () => {
  it('withdraws everything, and keeps VIPs disabled that come later', async () => {
    await ask({ kind: 'withdraw-all' }, 5)
    assert.deepEqual(originated(), [])
    await daemon.reconfigure(configOf([...config.vips, vipOf('later', ['203.0.113.7'])]))
    assert.deepEqual(originated(), [])
    assert.equal(daemon.reason('later'), 'disabled')
  })

  it('is ended by enable --all', async () => {
    await ask({ kind: 'withdraw-all' })
    await ask({ kind: 'enable', vips: 'all' })
    assert.deepEqual(originated(), all)
  })
})

describe('a request that can not be kept', () => {
  it('takes no effect, and says so', async () => {
    rmSync(join(host.dir, 'state'), { recursive: true, force: true })
    writeFileSync(join(host.dir, 'state'), 'a file in the way')
    const answer = await ask({ kind: 'disable', vips: ['mail'] })
    assert.ok(answer.kind === 'refused')
    assert.match(answer.message, /could not be kept/)
    assert.deepEqual(originated(), all)
  })
})

describe('a daemon that starts', () => {
  let starting: Daemon
  beforeEach(() => {
    starting = new Daemon(host, config)
  })
  afterEach(() => starting.kill())

  it('says so to requests that it can not judge yet', async () => {
    for (const request of [
      { kind: 'disable', vips: ['web'] },
      { kind: 'enable', vips: 'all' },
      { kind: 'reload' },
    ] as const) {
      const answer = await starting.operator.request(request)
      assert.ok(answer.kind === 'refused', request.kind)
      assert.match(answer.message, /starting/)
    }
  })

  it('takes the panic button, for all that it will announce', async () => {
    daemon.kill()
    assert.equal((await starting.operator.request({ kind: 'withdraw-all' })).kind, 'done')
    await until(host.clock, starting.start(), 5_000)
    await host.clock.advance(5_000)
    assert.deepEqual(originated(), [])
  })
})

describe('a daemon that stops', () => {
  it('takes no other configuration any more', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'vipcast-operator-'))
    const file = join(dir, 'vipcast.yaml')
    writeFileSync(file, 'pools: [203.0.113.0/24]\n')
    daemon.operator.enter('stopping')
    const answer = await daemon.operator.reload()
    assert.ok(answer.kind === 'refused')
    assert.match(answer.message, /stopping/)
    rmSync(dir, { recursive: true })
  })
})

describe('drain', () => {
  const med = (): number | undefined => {
    const [first] = daemon.operator.snapshot().vip('mail')?.addresses ?? []
    return first?.routes[0]?.attributes?.bgp.med
  }

  it('announces less preferred, withdraws when drain.time is over, and not before', async () => {
    await ask({ kind: 'drain', vips: ['mail'], duration: null }, 9_000)
    assert.equal(daemon.reason('mail'), 'draining')
    assert.deepEqual([originated(), med()], [all, 4_294_967_295])
    await host.clock.advance(1_100)
    assert.equal(daemon.reason('mail'), 'drained')
    assert.deepEqual(originated(), ['203.0.113.80/32'])
  })

  it('ends by itself after its time, and is announced as before', async () => {
    await ask({ kind: 'drain', vips: ['mail'], duration: 20_000 }, 21_000)
    assert.equal(daemon.reason('mail'), 'announced')
    assert.deepEqual([originated(), med()], [all, undefined])
  })

  it('ended by undrain, announces at once what is healthy, in spite of a hold-down', async () => {
    await daemon.report('web/service', 'failing')
    await daemon.report('web/service', 'passing')
    assert.equal(daemon.reason('web'), 'hold-down')
    await ask({ kind: 'drain', vips: ['web'], duration: null })
    assert.equal(daemon.reason('web'), 'drained')
    await ask({ kind: 'undrain', vips: ['web'] })
    assert.equal(daemon.reason('web'), 'announced')
  })

  it('goes on in the next life', async () => {
    await ask({ kind: 'drain', vips: ['mail'], duration: null })
    daemon.kill()
    daemon = await host.start(config)
    assert.equal(daemon.reason('mail'), 'draining')
    await host.clock.advance(9_000)
    assert.equal(daemon.reason('mail'), 'drained')
  })
})

describe('a VIP of mode manual', () => {
  const manual = configOf([vipOf('homes', ['203.0.113.20'], { mode: 'manual', bind: 'announced' })])
  const route = '203.0.113.20/32'
  beforeEach(async () => {
    await daemon.reconfigure(manual)
    await host.clock.advance(5_000)
  })

  it('is neither announced nor bound before it is claimed', () => {
    assert.equal(daemon.reason('homes'), 'unclaimed')
    assert.deepEqual([originated(), host.kernel.held()], [[], []])
  })

  it('is announced from its claim to its release, then unbound; asking twice is harmless', async () => {
    await ask({ kind: 'claim', vip: 'homes' })
    await ask({ kind: 'claim', vip: 'homes' })
    assert.equal(daemon.reason('homes'), 'announced')
    assert.deepEqual([originated(), host.kernel.held()], [[route], ['203.0.113.20']])
    await ask({ kind: 'release', vip: 'homes' })
    await ask({ kind: 'release', vip: 'homes' })
    assert.deepEqual([originated(), host.kernel.held()], [[], []])
  })

  it('stays claimed in the next life', async () => {
    await ask({ kind: 'claim', vip: 'homes' })
    daemon.kill()
    daemon = await host.start(manual)
    assert.equal(daemon.reason('homes'), 'announced')
  })
})

it('a VIP of another mode can not be claimed, and the answer says what to do instead', async () => {
  const answer = await ask({ kind: 'claim', vip: 'web' })
  assert.ok(answer.kind === 'refused')
  assert.equal(answer.code, 'not-manual')
  assert.match(answer.remedy, /vipcast disable/)
})
