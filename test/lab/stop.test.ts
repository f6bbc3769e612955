import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { tally, Traffic } from '../../testnet/story/traffic.js'
import type { Lab } from '../../testnet/lab/lab.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { Daemon, freeze, Host, vipcast, web } from './support/host.js'
import { host1 as at1, host2 as at2, sessionsOf, startTwoHosts, vip4, vip6 } from './support/two-hosts.js'

const quick = 'holdDown: 0s, damping: false, settle: 50ms'
const both = [`${vip6}/128`, `${vip4}/32`]

/**
 * When a path goes, the router may send the later packets of a connection that is half-way through to the other host, which
 * resets it: no daemon on a host can prevent that.
 */
const midway = 2

describe('stopping', () => {
  let lab: Lab
  let host: Host
  let daemon: Daemon
  before(async () => {
    lab = await startTwoHosts()
    host = new Host(lab.node('host1'))
    await host.startService()
  })
  after(() => lab?.stop())

  const upstream = async (...hops: string[]): Promise<unknown> =>
    waitFor(async () => ((await nextHopsOf(lab.node('router'), vip4)) ?? []).join() === hops.join(), {
      what: `${vip4} goes to ${hops.join(' and ') || 'nobody'}`,
      explain: () => daemon.explain(),
    })

  /** What a daemon left that could not withdraw; the next one is not disabled by it. */
  async function cleanUp(): Promise<void> {
    const { code, stdout, stderr } = await host.cli(['withdraw', '--all'])
    assert.equal(code, 0, stdout + stderr)
    await host.node.output(['rm', '-r', '/var/lib/vipcast'])
  }

  it('loses no request of a client while another host carries the VIP', async () => {
    const host2 = new Host(lab.node('host2'))
    await host2.startService()
    const defaults = web('holdDown: 0s')
    const [first, other] = await Promise.all([host.startDaemon(defaults), host2.startDaemon(defaults)])
    daemon = first
    await upstream(at1.ipv4, at2.ipv4)
    const traffic = new Traffic()
    await traffic.start(lab.node('client'), [`http://${vip4}:8080/`, `http://[${vip6}]:8080/`])
    await waitFor(() => traffic.requests.length > 50, { what: 'requests are answered' })
    const from = wallClock()
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
    await upstream(at2.ipv4)
    const stopped = wallClock()
    await waitFor(() => traffic.requests.filter(({ at }) => at > stopped).length > 50, { what: 'more requests' })
    const { byHost, lost } = tally(await traffic.sentBetween(from, wallClock()))
    assert.ok(lost <= midway, `lost ${lost}: ${JSON.stringify(traffic.requests.filter((each) => each.error))}`)
    assert.ok((byHost['host2'] ?? 0) > 50)
    await traffic.stop()
    await other.stop()
  })

  it('withdraws, unbinds and exits 0, and leaves no process', async () => {
    daemon = await host.startDaemon(web(quick))
    await upstream(at1.ipv4)
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
    assert.deepEqual([await host.rib(), await host.addresses()], [[], []])
    const { stdout } = await host.node.exec(['ps', '-eo', 'args'])
    assert.doesNotMatch(stdout, /vipcast|ip -o monitor/)
  })

  it('with onStop: keep leaves all in force, and `withdraw --all` ends it', async () => {
    daemon = await host.startDaemon(`lifecycle: {onStop: keep}\n${web(quick)}`)
    await upstream(at1.ipv4)
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
    assert.deepEqual([await host.rib(), await host.addresses()], [both, both])
    const { code, stdout } = await host.cli(['withdraw', '--all'])
    assert.equal(code, 0, stdout)
    assert.deepEqual([await host.rib(), await host.addresses()], [[], []])
    assert.equal((await host.cli(['withdraw', '--all'])).code, 0, 'a second time is harmless')
    assert.equal((await host.cli(['enable', '--all'])).code, 4, 'there is no daemon to enable')
  })

  it('after `withdraw --all` without a daemon, the next daemon stays disabled until enabled', async () => {
    daemon = await host.startDaemon(web(quick))
    await daemon.logged('that it is disabled', ({ reason }) => reason === 'disabled')
    assert.deepEqual(await host.rib(), [])
    const { code, stderr } = await host.cli(['enable', '--all'])
    assert.equal(code, 0, stderr)
    await upstream(at1.ipv4)
    await daemon.stop()
  })

  it('that can not withdraw says which routes stay, and exits 1', async () => {
    daemon = await host.startDaemon(`lifecycle: {stopTimeout: 1s}\n${web(quick)}`)
    await upstream(at1.ipv4)
    await freeze(host.gobgpd)
    assert.deepEqual(await daemon.stop(), { code: 1, signal: null })
    host.gobgpd.kill('SIGCONT')
    assert.match(
      daemon.process.tail(),
      /Not withdrawn within lifecycle\.stopTimeout: .*route of 203\.0\.113\.80 at edge/,
    )
    assert.deepEqual(await host.addresses(), both, 'what is still announced is still bound')
    await sessionsOf(lab, 4)
    await cleanUp()
  })

  it('is forced by a second signal', async () => {
    daemon = await host.startDaemon(web(quick))
    await upstream(at1.ipv4)
    await freeze(host.gobgpd)
    daemon.process.kill('SIGTERM')
    await daemon.logged('that it stops', ({ msg }) => msg === 'stopping')
    daemon.process.kill('SIGTERM')
    assert.deepEqual(await daemon.process.exited, { code: null, signal: 'SIGKILL' })
    host.gobgpd.kill('SIGCONT')
    await sessionsOf(lab, 4)
    await cleanUp()
  })

  describe('with a log that nobody reads', () => {
    /** The pipe is full before the first line. */
    async function startMuted(): Promise<void> {
      const muted =
        'rm -f /tmp/full; mkfifo /tmp/full; exec 3<>/tmp/full; head -c 65536 /dev/zero >&3; exec "$0" "$1" run >&3 3>&-'
      daemon = new Daemon()
      await daemon.start(host.node, ['bash', '-c', muted, process.execPath, vipcast], {})
      await upstream(at1.ipv4)
    }

    it('is as orderly as ever', async () => {
      await host.configure(web(quick))
      await startMuted()
      assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
      assert.deepEqual([await host.rib(), await host.addresses()], [[], []])
    })

    it('is forced by a second signal', async () => {
      await startMuted()
      await freeze(host.gobgpd)
      daemon.process.kill('SIGTERM')
      await waitFor(async () => (await host.status()).daemon.phase === 'stopping', { what: 'it stops' })
      daemon.process.kill('SIGTERM')
      assert.deepEqual(await daemon.process.exited, { code: null, signal: 'SIGKILL' })
      host.gobgpd.kill('SIGCONT')
    })
  })
})
