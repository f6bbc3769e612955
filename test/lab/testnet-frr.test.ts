import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { Frr } from '../../testnet/lab/frr.js'
import { startLab, type Lab } from '../../testnet/lab/lab.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { startOspfArea } from './support/ospf-area.js'

const vips = ['198.51.100.80', '2001:db8:53::80'] as const

describe('a host of the lab ospf-area', () => {
  let lab: Lab
  let frr: Frr
  before(async () => {
    lab = await startOspfArea()
    frr = new Frr(lab.node('host'))
    await lab.node('host').output(['ip', 'address', 'add', `${vips[0]}/32`, 'dev', 'lo'])
    await lab.node('host').output(['ip', 'address', 'add', `${vips[1]}/128`, 'dev', 'lo', 'nodad'])
    await frr.configure('ospfd', 'router ospf', `network ${vips[0]}/32 area 0`)
    await frr.configure('ospf6d', 'interface lo', 'ipv6 ospf6 area 0')
  })
  after(() => lab?.stop())

  /** Waits until the border has this many ways to both VIPs. */
  async function ways(count: number): Promise<void> {
    for (const vip of vips) {
      await waitFor(async () => ((await nextHopsOf(lab.node('border'), vip))?.length ?? 0) === count, {
        what: `${count} ways from border to ${vip}`,
      })
    }
  }

  it('is reached over two paths', () => ways(2))

  it('is reached over the one that is left when a NIC has no carrier, and over both again', async () => {
    await lab.link('host:eth1').down()
    await ways(1)
    assert.deepEqual(await nextHopsOf(lab.node('border'), vips[0]), ['192.0.2.3'])
    await lab.link('host:eth1').up()
    await ways(2)
  })

  it('has a daemon that was killed again as its file says, and not as it was told meanwhile', async () => {
    await frr.kill('ospfd')
    await frr.start('ospfd')
    const text = await frr.show('ospfd', 'show running-config')
    assert.match(text, /ospf router-id 192\.0\.2\.5/)
    assert.doesNotMatch(text, /198\.51\.100\.80/)
  })

  it('refuses a command in FRR’s own words', async () => {
    await assert.rejects(
      frr.configure('bgpd', 'router bgp 65011', 'no such command'),
      /^Error: host: bgpd: no such command: % .*Unknown command/,
    )
  })
})

describe('an FRR of the lab', () => {
  it('does not come up with a line that it does not know, and says which', async (t) => {
    await using lab = await oneNode(t, 'router bgp 65001\n no such command\n')
    await assert.rejects(new Frr(lab.node('one')).ready(), /FRR did not start: (.|\n)*no such command/)
  })

  it('runs the daemons alone that its command names', async (t) => {
    await using lab = await oneNode(t, 'router bgp 65001\n bgp router-id 192.0.2.1\n', 'frr zebra bgpd')
    const frr = new Frr(lab.node('one'))
    await frr.ready()
    assert.match(await frr.show('bgpd', 'show running-config'), /router-id 192\.0\.2\.1/)
    await assert.rejects(frr.show('ospfd', 'show version'), { code: 'ENOENT' })
  })
})

async function oneNode(t: TestContext, configuration: string, cmd = 'frr'): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'frr-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'frr.conf'), configuration)
  const node = `one: {kind: linux, image: "local:frr", cmd: ${cmd}, binds: ["frr.conf:/etc/frr/frr.conf"]}`
  writeFileSync(join(folder, 'one.clab.yml'), `name: one\ntopology: {nodes: {${node}}}\n`)
  return startLab(join(folder, 'one.clab.yml'))
}
