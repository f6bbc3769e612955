import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { packageFile } from '../../../../src/platform/package-file.js'
import { renderConfig } from '../../../../src/routers/gobgp/managed/render.js'
import type { ReadyNeighbor, SpeakerSettings } from '../../../../src/routers/gobgp/managed/render.js'
import { address, neighbor, prefix, speaker } from './speakers.js'

const template = readFileSync(packageFile('gobgp-config/managed.toml.template'), 'utf8')
const ready = (...all: Parameters<typeof neighbor>[]): ReadyNeighbor[] =>
  all.map((one) => ({ neighbor: neighbor(...one), password: null }))

/** Without comments and empty lines. */
function render(settings: Partial<SpeakerSettings>): string[] {
  const pools = [prefix('203.0.113.0/24')]
  const text = renderConfig(template, { speaker: speaker(), neighbors: [], pools, keepRoutesFor: null, ...settings })
  assert.doesNotMatch(text, /^#(if|each|end)\b/m)
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

function section(lines: string[], name: string): string[] {
  const from = lines.indexOf(name)
  assert.notEqual(from, -1, `${name} in\n${lines.join('\n')}`)
  const to = lines.findIndex((line, at) => at > from && line.startsWith('['))
  return lines.slice(from + 1, to === -1 ? undefined : to)
}

describe('the configuration of a managed gobgpd', () => {
  it('opens sessions only from here unless it shall listen', () => {
    assert.deepEqual(section(render({}), '[global.config]'), ['as = 65001', 'router-id = "192.0.2.1"', 'port = -1'])
    const listen = { port: 1790, addresses: [address('192.0.2.1'), address('2001:db8::1')] }
    assert.deepEqual(section(render({ speaker: { ...speaker(), listen } }), '[global.config]').slice(2), [
      'port = 1790',
      'local-address-list = ["192.0.2.1","2001:db8::1"]',
    ])
    const anywhere = render({ speaker: { ...speaker(), listen: { port: 179, addresses: [] } } })
    assert.deepEqual(section(anywhere, '[global.config]').slice(2), ['port = 179'])
  })

  it('names a neighbor by address or by interface, with its families and timers in seconds', () => {
    const lines = render({
      neighbors: ready(['192.0.2.0', { families: ['ipv4', 'ipv6'], holdTime: 3000, keepalive: 500 }]),
    })
    assert.deepEqual(section(lines, '[neighbors.config]'), ['neighbor-address = "192.0.2.0"', 'peer-as = 65000'])
    assert.deepEqual(section(lines, '[neighbors.timers.config]'), [
      'hold-time = 3',
      'keepalive-interval = 0.5',
      'connect-retry = 5',
      'idle-hold-time-after-reset = 1',
    ])
    assert.deepEqual(
      lines.filter((line) => line.startsWith('afi-safi-name')),
      ['afi-safi-name = "ipv4-unicast"', 'afi-safi-name = "ipv6-unicast"'],
    )
    const unnumbered = render({ neighbors: ready(['eth0']) })
    assert.deepEqual(section(unnumbered, '[neighbors.config]'), ['neighbor-interface = "eth0"', 'peer-as = 65000'])
    assert.deepEqual(section(unnumbered, '[neighbors.transport.config]'), ['local-address = "::"'])
  })

  it('leaves out what is not configured', () => {
    const lines = render({ neighbors: ready(['192.0.2.0']) })
    for (const key of ['auth-password', 'transport', 'multihop', 'ttl-security', 'bfd', 'graceful-restart']) {
      assert.deepEqual(
        lines.filter((line) => line.includes(key)),
        [],
      )
    }
  })

  it('carries every option of a neighbor', () => {
    const [first, second] = ready(
      ['192.0.2.0', { localAddress: address('192.0.2.1'), multihop: 3, bfd: true }],
      ['192.0.2.2', { ttlSecurity: 254 }],
    )
    assert.ok(first && second)
    const lines = render({ neighbors: [{ ...first, password: 'se"cret' }, second], keepRoutesFor: 14_100 })
    assert.deepEqual(section(lines, '[neighbors.config]').slice(2), ['auth-password = "se\\"cret"'])
    assert.deepEqual(section(lines, '[neighbors.transport.config]'), ['local-address = "192.0.2.1"'])
    assert.deepEqual(section(lines, '[neighbors.ebgp-multihop.config]'), ['enabled = true', 'multihop-ttl = 3'])
    assert.deepEqual(section(lines, '[neighbors.ttl-security.config]'), ['enabled = true', 'ttl-min = 254'])
    assert.deepEqual(section(lines, '[neighbors.bfd.config]')[0], 'enabled = true')
    assert.deepEqual(section(lines, '[neighbors.graceful-restart.config]').slice(0, 2), [
      'enabled = true',
      'restart-time = 15',
    ])
    assert.deepEqual(section(lines, '[neighbors.afi-safis.mp-graceful-restart.config]'), ['enabled = true'])
  })

  it('has one set and one statement for each family that has pools', () => {
    const lines = render({ pools: ['203.0.113.0/24', '198.51.100.7/32', '2001:db8:53::/48'].map(prefix) })
    assert.deepEqual(
      lines.filter((line) => /^(ip-prefix|masklength-range|prefix-set)/.test(line)),
      [
        'prefix-set-name = "vipcast-pools-ipv4"',
        'ip-prefix = "203.0.113.0/24"',
        'masklength-range = "32..32"',
        'ip-prefix = "198.51.100.7/32"',
        'masklength-range = "32..32"',
        'prefix-set-name = "vipcast-pools-ipv6"',
        'ip-prefix = "2001:db8:53::/48"',
        'masklength-range = "128..128"',
        'prefix-set = "vipcast-pools-ipv4"',
        'prefix-set = "vipcast-pools-ipv6"',
      ],
    )
    const one = render({ pools: [prefix('2001:db8:53::/48')] })
    assert.deepEqual(
      one.filter((line) => line.startsWith('name = ')),
      [
        'name = "vipcast-import"',
        'name = "vipcast-import-own"',
        'name = "vipcast-export"',
        'name = "vipcast-export-ipv6"',
      ],
    )
  })

  it('rejects by default, in and out', () => {
    const policy = section(render({}), '[global.apply-policy.config]')
    assert.ok(policy.includes('default-import-policy = "reject-route"'))
    assert.ok(policy.includes('default-export-policy = "reject-route"'))
  })
})
