import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { RequestStore } from '../../../src/daemon/request-store.js'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vipcast-requests-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const file = (): string => join(dir, 'requests.json')

describe("operators' requests", () => {
  it('are none at first, and nothing is written for that', () => {
    assert.equal(RequestStore.open(dir).of('web'), 'none')
    assert.ok(!existsSync(file()))
  })

  it('are on the disk before they take effect, for the lives to come', () => {
    const store = RequestStore.open(dir)
    store.disable(['web', 'mail'])
    assert.equal(store.of('web'), 'disabled')
    const next = RequestStore.open(dir)
    assert.deepEqual([next.of('web'), next.of('mail'), next.of('dns')], ['disabled', 'disabled', 'none'])
  })

  it('are taken back one by one', () => {
    const store = RequestStore.open(dir)
    store.disable(['web', 'mail'])
    store.enable(['web'])
    const next = RequestStore.open(dir)
    assert.deepEqual([next.of('web'), next.of('mail')], ['none', 'disabled'])
  })

  it('asked for twice are one', () => {
    const store = RequestStore.open(dir)
    store.disable(['web'])
    store.disable(['web'])
    store.enable(['web'])
    assert.equal(store.of('web'), 'none')
  })

  it('disable all hold for VIPs that nobody has configured yet, until all are enabled', () => {
    const store = RequestStore.open(dir)
    store.disableAll()
    store.enable(['web'])
    assert.deepEqual([store.of('web'), RequestStore.open(dir).of('tomorrow')], ['disabled', 'disabled'])
    store.enableAll()
    assert.equal(RequestStore.open(dir).of('tomorrow'), 'none')
  })

  it('enable all takes back what was disabled by name, too', () => {
    const store = RequestStore.open(dir)
    store.disable(['web'])
    store.disableAll()
    store.enableAll()
    assert.equal(RequestStore.open(dir).of('web'), 'none')
  })

  it('make the state directory where it is missing, and leave no other file', () => {
    const deeper = join(dir, 'lib', 'vipcast')
    RequestStore.open(deeper).disable(['web'])
    assert.deepEqual(readdirSync(deeper), ['requests.json'])
  })

  it('do not take effect when they can not be written', () => {
    const store = RequestStore.open(dir)
    mkdirSync(`${file()}.next`)
    assert.throws(() => store.disable(['web']))
    assert.equal(store.of('web'), 'none')
  })
})

describe('a file of requests that can not be understood', () => {
  const wrong: Readonly<Record<string, string>> = {
    'is cut off': '{"format":1,"disab',
    'is empty': '',
    'is null': 'null',
    'is a list': '[]',
    'has a later format': '{"format":2,"disabled":[]}',
    'lists something else than names': '{"format":1,"disabled":[1]}',
  }
  for (const [what, text] of Object.entries(wrong)) {
    it(`${what}: it is an error that names the file and what to do, and the file stays`, () => {
      writeFileSync(file(), text)
      assert.throws(() => RequestStore.open(dir), /requests\.json .*remove it\.$/)
      assert.equal(readFileSync(file(), 'utf8'), text)
    })
  }
})
