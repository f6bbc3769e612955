import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { RequestStore } from '../../../src/daemon/request-store.js'
import type { VipConfig } from '../../../src/domain/config.js'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js'

let dir: string
let clock: FakeClock
beforeEach(() => {
  clock = createFakeClock()
  dir = mkdtempSync(join(tmpdir(), 'vipcast-requests-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const none = { kind: 'none' }
const disabled = { kind: 'disabled' }
const open = (stateDir = dir): RequestStore => RequestStore.open({ stateDir, runDir: join(dir, 'run') }, clock)
const vip = (name: string, mode: VipConfig['mode'] = 'anycast'): Pick<VipConfig, 'name' | 'mode'> => ({ name, mode })
const file = (): string => join(dir, 'requests.json')

describe("operators' requests", () => {
  it('are none at first, and nothing is written for that', () => {
    assert.deepEqual(open().of(vip('web')), none)
    assert.ok(!existsSync(file()))
  })

  it('are on the disk before they take effect, for the lives to come', () => {
    const store = open()
    store.disable(['web', 'mail'])
    assert.deepEqual(store.of(vip('web')), disabled)
    const next = open()
    assert.deepEqual([next.of(vip('web')), next.of(vip('mail')), next.of(vip('dns'))], [disabled, disabled, none])
  })

  it('are taken back one by one', () => {
    const store = open()
    store.disable(['web', 'mail'])
    store.enable(['web'])
    const next = open()
    assert.deepEqual([next.of(vip('web')), next.of(vip('mail'))], [none, disabled])
  })

  it('asked for twice are one', () => {
    const store = open()
    store.disable(['web'])
    store.disable(['web'])
    store.enable(['web'])
    assert.deepEqual(store.of(vip('web')), none)
  })

  it('disable all hold for VIPs that nobody has configured yet, until all are enabled', () => {
    const store = open()
    store.disableAll()
    store.enable(['web'])
    assert.deepEqual([store.of(vip('web')), open().of(vip('tomorrow'))], [disabled, disabled])
    store.enableAll()
    assert.deepEqual(open().of(vip('tomorrow')), none)
  })

  it('enable all takes back what was disabled by name, too', () => {
    const store = open()
    store.disable(['web'])
    store.disableAll()
    store.enableAll()
    assert.deepEqual(open().of(vip('web')), none)
  })

  it('make the state directory where it is missing, and leave no other file', () => {
    const deeper = join(dir, 'lib', 'vipcast')
    open(deeper).disable(['web'])
    assert.deepEqual(readdirSync(deeper), ['requests.json'])
  })

  it('do not take effect when they can not be written', () => {
    const store = open()
    mkdirSync(`${file()}.next`)
    assert.throws(() => store.disable(['web']))
    assert.deepEqual(store.of(vip('web')), none)
  })
})

describe('a drain', () => {
  const drain = (withdrawIn: number, endIn: number | null): Parameters<RequestStore['drain']>[0] => {
    const now = clock.now()
    return new Map([['web', { withdrawAt: now + withdrawIn, until: endIn === null ? null : now + endIn }]])
  }

  it('holds in the lives to come, and after a reboot, by the wall clock', () => {
    open().drain(drain(10_000, 60_000))
    const wall = clock.wall().getTime()
    const rebooted = { ...clock, now: () => 5_000, wall: () => new Date(wall + 20_000) }
    const next = RequestStore.open({ stateDir: dir, runDir: join(dir, 'run') }, rebooted)
    assert.deepEqual(next.of(vip('web')), { kind: 'drained', withdrawAt: -5_000, until: 45_000 })
  })

  it('that was under way is over in a life that has nothing announced, and in those to come', () => {
    const store = open()
    store.drain(drain(10_000, 60_000))
    store.endWaits()
    const over = { kind: 'drained', withdrawAt: clock.now(), until: clock.now() + 60_000 }
    assert.deepEqual([store.of(vip('web')), open().of(vip('web'))], [over, over])
  })

  it('ends by itself when its time is over', async () => {
    const store = open()
    store.drain(drain(10_000, 60_000))
    await clock.advance(59_999)
    assert.equal(store.of(vip('web')).kind, 'drained')
    await clock.advance(1)
    assert.deepEqual(store.of(vip('web')), none)
  })

  it('asked for twice goes on as it began, and ends as was asked last', async () => {
    const store = open()
    store.drain(drain(10_000, null))
    const began = clock.now()
    await clock.advance(5_000)
    store.drain(drain(10_000, 1_000))
    assert.deepEqual(store.of(vip('web')), { kind: 'drained', withdrawAt: began + 10_000, until: began + 6_000 })
  })

  it('that is over does not shorten the next one', async () => {
    const store = open()
    store.drain(drain(10, 20))
    await clock.advance(1_000)
    store.drain(drain(10_000, null))
    assert.deepEqual(store.of(vip('web')), { kind: 'drained', withdrawAt: clock.now() + 10_000, until: null })
  })

  it('is taken back by undrain, and by nothing that ends another request', () => {
    const store = open()
    store.drain(drain(10_000, null))
    store.disableAll()
    assert.deepEqual(store.of(vip('web')), disabled)
    store.enableAll()
    assert.equal(store.of(vip('web')).kind, 'drained')
    store.undrain(['web'])
    assert.deepEqual(open().of(vip('web')), none)
  })
})

describe('a claim', () => {
  it('is what a VIP of mode manual needs, and no other', () => {
    const store = open()
    assert.deepEqual([store.of(vip('homes', 'manual')), store.of(vip('web'))], [{ kind: 'unclaimed' }, none])
    store.claims.claim('homes')
    assert.deepEqual(store.of(vip('homes', 'manual')), none)
    store.claims.release('homes')
    assert.deepEqual(store.of(vip('homes', 'manual')), { kind: 'unclaimed' })
  })

  it('holds in the lives to come, and is gone with the run directory, as after a reboot', () => {
    open().claims.claim('homes')
    open().claims.claim('homes')
    assert.deepEqual(open().of(vip('homes', 'manual')), none)
    rmSync(join(dir, 'run'), { recursive: true })
    assert.deepEqual(open().of(vip('homes', 'manual')), { kind: 'unclaimed' })
  })

  it('is not believed where its file is damaged', () => {
    mkdirSync(join(dir, 'run'))
    writeFileSync(join(dir, 'run', 'claims.json'), '{"format":1,"claimed":"homes"}')
    assert.throws(() => open(), /claims\.json .*remove it\.$/)
  })
})

describe('a file of requests that can not be understood', () => {
  const wrong: Readonly<Record<string, string>> = {
    'is cut off': '{"format":1,"disab',
    'is empty': '',
    'is null': 'null',
    'is a list': '[]',
    'has a later format': '{"format":2,"disabled":[]}',
    'has a drain without a time': '{"format":1,"disabled":[],"drained":[{"vip":"web"}]}',
    'lists something else than names': '{"format":1,"disabled":[1]}',
  }
  for (const [what, text] of Object.entries(wrong)) {
    it(`${what}: it is an error that names the file and what to do, and the file stays`, () => {
      writeFileSync(file(), text)
      assert.throws(() => open(), /requests\.json .*remove it\.$/)
      assert.equal(readFileSync(file(), 'utf8'), text)
    })
  }
})
