import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { startLab, type Lab } from '../../testnet/lab/lab.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { configFile, Host, vipcast } from '../../testnet/story/host.js'
import { topologyFile } from '../../testnet/story/play.js'

const vip = '198.51.100.200'
const bound = `${vip}/32`

const configuration = (lifecycle: string): string => `
pools: [198.51.100.0/24]
vips:
  farm: {mode: local, addresses: [${vip}]}
lifecycle: {${lifecycle}}
`

describe('a VIP of mode local on a host', () => {
  let lab: Lab
  let host: Host
  let untouched: string
  before(async () => {
    lab = await startLab(topologyFile('direct-return'))
    host = new Host(lab.node('real1'))
    const settled = async (): Promise<boolean> => /eth1 +inet6 fe80(?!.*tentative)/.test(await state())
    await waitFor(settled, { what: 'the host has its link-local address' })
    untouched = await state()
  })
  after(() => lab?.stop())
  beforeEach(async () => assert.equal(await state(), untouched, 'the test before left something'))

  /** All that the host has and could lose. */
  const state = (): Promise<string> =>
    host.node.output([
      'sh',
      '-c',
      'ip -o address | sed "s/valid_lft.*//"; ip route show table all; ip -6 route show table all | sort; cd /proc/sys/net; grep -r . ipv4/conf ipv6/conf 2>/dev/null | grep -v stable_secret | sort',
    ])
  const isAsBefore = (): Promise<boolean> =>
    waitFor(async () => (await state()) === untouched, { what: 'the host is as before', explain: () => lab.explain() })
  const ignore = async (device: string): Promise<string> =>
    (await host.node.output(['cat', `/proc/sys/net/ipv4/conf/${device}/arp_ignore`])).trim()
  const start = async (lifecycle: string): ReturnType<Host['startDaemon']> => {
    const daemon = await host.startDaemon(configuration(lifecycle))
    await daemon.logged('that it holds the VIP', ({ reason }) => reason === 'local-mode')
    return daemon
  }

  it('costs it nothing when vipcast is stopped', async () => {
    const daemon = await start('deadMan: 2s')
    assert.deepEqual([await host.addresses(), await ignore('eth1'), await ignore('default')], [[bound], '3', '3'])
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
    assert.equal(await state(), untouched)
  })

  it('is unbound, and its silence ended, when vipcast is killed and does not come back', async () => {
    const daemon = await start('deadMan: 2s')
    await daemon.crash()
    assert.deepEqual([await host.addresses(), await ignore('eth1')], [[bound], '3'], 'silent until it is unbound')
    await isAsBefore()
  })

  it('stays, in silence, when the configuration keeps it, and the next life ends both', async () => {
    const keeping = await start('onStop: keep')
    await keeping.stop()
    assert.deepEqual([await host.addresses(), await ignore('eth1')], [[bound], '3'])
    const daemon = await start('deadMan: 2s')
    await daemon.stop()
    assert.equal(await state(), untouched)
  })

  it('is not bound where /proc/sys is read-only, and says what to do', async () => {
    await host.configure(configuration('deadMan: 2s'))
    const readOnly = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"'
    const command = ['unshare', '-m', 'sh', '-c', readOnly, 'sh', process.execPath, vipcast, 'run']
    const daemon = await host.node.spawn(command)
    await waitFor(() => daemon.tail().includes('not-silent'), { what: 'the log says so', explain: () => daemon.tail() })
    const status = await host.cli(['status'])
    assert.equal(status.code, 3)
    assert.match(status.stdout.replaceAll(/\s+/g, ' '), /\/proc\/sys is read-only here; mount it writable for vipcast/)
    assert.deepEqual(await host.addresses(), [])
    await daemon.stop(10_000)
  })

  it('that a person bound to lo before is told of by plan and status, and left', async () => {
    await host.node.output(['ip', 'address', 'add', bound, 'dev', 'lo'])
    await host.configure(configuration('deadMan: 2s'))
    const plan = await host.cli(['plan', '--config', configFile])
    assert.match(plan.stdout, /there already, and not ours[\s\S]*not-silent/)
    const daemon = await host.startDaemon()
    await daemon.logged('that it is not silent', ({ reason }) => reason === 'not-silent')
    assert.equal((await host.status()).vips[0]?.asWished, false)
    await daemon.stop()
    assert.deepEqual(await host.addresses(), [bound])
    await host.node.output(['ip', 'address', 'del', bound, 'dev', 'lo'])
  })
})
