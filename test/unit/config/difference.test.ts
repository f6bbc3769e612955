import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { diffConfig } from '../../../src/config/difference.js'
import type { Config } from '../../../src/domain/config.js'
import { valid } from './fixtures.js'

interface Parts {
  readonly pools?: string
  readonly routers?: string
  readonly vips?: string
  readonly rest?: string
}

const edge = 'edge: {type: gobgp, address: 127.0.0.1:50051}'
const web = 'web: {addresses: [203.0.113.1]}'

function config({ pools = '203.0.113.0/24', routers = edge, vips = web, rest = '' }: Parts = {}): Config {
  return valid(`pools: [${pools}]\nrouters: {${routers}}\nvips: {${vips}}\n${rest}`).config
}

const nothing = { added: [], removed: [], changed: [] }
const same = { vips: nothing, routers: nothing, settings: [], needsRestart: [] }

describe('the difference of two configurations', () => {
  it('is nothing when they say the same in other words', () => {
    const other = config({ pools: '"203.0.113.0/24"', vips: 'web: {routers: [edge], addresses: [203.0.113.1/32]}' })
    assert.deepEqual(diffConfig(config(), other), same)
  })

  it('names VIPs that came, went, and changed, with the keys that differ', () => {
    const from = config({ vips: `${web}, old: {addresses: [203.0.113.2]}` })
    const to = config({
      vips: 'web: {addresses: [203.0.113.1], holdDown: 1m, settle: 2s}, new: {addresses: [203.0.113.2]}',
    })
    assert.deepEqual(diffConfig(from, to).vips, {
      added: ['new'],
      removed: ['old'],
      changed: [{ name: 'web', keys: ['holdDown', 'settle'] }],
    })
    assert.deepEqual(diffConfig(from, to).needsRestart, [])
  })

  it('sees a changed check of a VIP', () => {
    const checked = (port: number): Config =>
      config({ vips: `web: {addresses: [203.0.113.1], checks: [{type: tcp, host: 127.0.0.1, port: ${port}}]}` })
    assert.deepEqual(diffConfig(checked(80), checked(81)).vips.changed, [{ name: 'web', keys: ['checks'] }])
  })

  it('takes a router that came or went live, and asks for a restart when one changed', () => {
    const other = 'edge: {type: gobgp, address: 127.0.0.1:50052}'
    const added = diffConfig(config(), config({ routers: `${edge}, core: {type: gobgp, address: 127.0.0.1:50053}` }))
    assert.deepEqual(added.routers, { added: ['core'], removed: [], changed: [] })
    assert.deepEqual(added.needsRestart, [])
    const changed = diffConfig(config(), config({ routers: other }))
    assert.deepEqual(changed.routers.changed, [{ name: 'edge', keys: ['connection'] }])
    assert.deepEqual(changed.needsRestart, ['routers.edge'])
  })

  it('asks for a restart when the guard would have to be started anew', () => {
    const to = config({ rest: 'lifecycle: {deadMan: 20s, onStop: keep}' })
    assert.deepEqual(diffConfig(config(), to).needsRestart, ['lifecycle.deadMan'])
  })

  it('takes node and lifecycle live', () => {
    const to = config({ rest: 'node: other\nlifecycle: {resync: 1m, onStop: keep}' })
    const { settings, needsRestart } = diffConfig(config(), to)
    assert.deepEqual(settings, ['node', 'lifecycle.onStop', 'lifecycle.resync'])
    assert.deepEqual(needsRestart, [])
  })

  for (const [rest, path] of [
    ['control: {socket: /run/other.sock}', 'control.socket'],
    ['control: {readSocket: /run/read.sock}', 'control.readSocket'],
    ['http: {listen: "127.0.0.1:9180"}', 'http.port'],
    ['log: {level: debug}', 'log.level'],
    ['stateDir: /var/lib/other', 'stateDir'],
  ] as const) {
    it(`asks for a restart when ${path} differs`, () => {
      const { settings, needsRestart } = diffConfig(config(), config({ rest }))
      assert.deepEqual(settings, [path])
      assert.deepEqual(needsRestart, [path])
    })
  }

  it('takes other pools at once, but asks for a restart where a managed gobgpd has them as its policy', () => {
    const managed =
      'own: {type: gobgp, managed: {asn: 65001, routerId: 192.0.2.1, neighbors: [{address: 192.0.2.0, asn: 65000}]}}'
    const pools = '203.0.113.0/24, 198.51.100.0/24'
    assert.deepEqual(diffConfig(config(), config({ pools })).needsRestart, [])
    assert.deepEqual(diffConfig(config({ routers: managed }), config({ routers: managed, pools })).needsRestart, [
      'pools',
    ])
  })

  it('with another runDir is that and the socket in it', () => {
    assert.deepEqual(diffConfig(config(), config({ rest: 'runDir: /run/other' })).needsRestart, [
      'control.socket',
      'runDir',
    ])
  })

  it('with http off is off and what it listened on', () => {
    assert.deepEqual(diffConfig(config(), config({ rest: 'http: false' })).needsRestart, [
      'http.kind',
      'http.host',
      'http.port',
    ])
  })
})
