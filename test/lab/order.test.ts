import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { hostRoute, nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { followAddresses, type AddressEvents } from './support/address-events.js'
import { captureBgp, type BgpCapture } from './support/bgp-capture.js'
import { edge, Host, web, type Daemon } from './support/host.js'
import { startTwoHosts, vip4, vip6 } from './support/two-hosts.js'

/** Milliseconds between the withdrawal and the end of the address. */
const settle = 400
const quick = 'holdDown: 0s, damping: false'

/** Is half a second late with every change, and half a second later says that it was made. */
const slowIp = `#!/bin/sh
PATH=\${PATH#*:}
case "$*" in
*-batch*) sleep 0.5; ip "$@"; code=$?; sleep 0.5; exit $code ;;
*) exec ip "$@" ;;
esac
`

describe('bind, then announce; withdraw, settle, unbind', () => {
  let lab: Lab
  let host: Host
  let service: NodeProcess
  let wire: BgpCapture
  let addresses: AddressEvents
  let daemon: Daemon | undefined
  before(async () => {
    lab = await startTwoHosts()
    host = new Host(lab.node('host1'))
    service = await host.startService()
  })
  after(() => lab?.stop())
  beforeEach(async () => {
    wire = await captureBgp(lab.node('router'), 'eth2')
    addresses = await followAddresses(host.node)
  })
  afterEach(async () => {
    await daemon?.stop()
    await wire.stop()
  })

  /** Both families: when the address came or went, and when the wire said so. */
  async function times(bound: 'bound' | 'unbound'): Promise<{ address: number; route: number }[]> {
    const about = bound === 'bound' ? 'announced' : 'withdrawn'
    return Promise.all(
      [vip4, vip6].map(async (vip) => {
        const what = `${vip} is ${bound} and ${about}`
        const route = await wire.waitForUpdate((update) => update[about].includes(hostRoute(vip)), { what })
        const fits = (event: AddressEvents['all'][number]): boolean =>
          event.kind === bound && event.address === hostRoute(vip)
        const { at } = await addresses.waitFor(fits, { what })
        return { address: at, route: route.at }
      }),
    )
  }

  async function assertSettled(time = settle): Promise<void> {
    for (const { address, route } of await times('unbound')) {
      // gobgpd acknowledges a withdrawal a moment before it sends it.
      assert.ok(address - route > time * 0.8, `unbound ${address - route} ms after the withdrawal was on the wire`)
    }
  }

  const bound = (): Promise<unknown> =>
    waitFor(async () => (await host.addresses()).length === 2, { what: 'both bound' })

  const announced = (): Promise<unknown> =>
    waitFor(async () => (await host.rib()).length === 2, {
      what: 'both announced',
      explain: () => daemon?.explain() ?? '',
    })

  it('an address is in the kernel before its route is on the wire', async () => {
    await host.node.writeFile('/tmp/slow/ip', slowIp)
    await host.node.output(['chmod', '+x', '/tmp/slow/ip'])
    daemon = await host.startDaemon(web(`${quick}, settle: ${settle}ms`), {
      env: { PATH: '/tmp/slow:/usr/sbin:/usr/bin:/sbin:/bin' },
    })
    for (const { address, route } of await times('bound')) assert.ok(address < route, `${address} ${route}`)
  })

  it('an address is for this host alone: /32 of host scope, /128 neither probed nor a source by itself', async () => {
    daemon = await host.startDaemon(web(`${quick}, settle: ${settle}ms`))
    await bound()
    const text = await host.node.output(['ip', '-oneline', 'address', 'show', 'dev', 'lo'])
    assert.match(text, /inet 203\.0\.113\.80\/32 scope host lo\\ +valid_lft forever preferred_lft forever/)
    assert.match(
      text,
      /inet6 2001:db8:53::80\/128 scope global (?:nodad deprecated|deprecated nodad) .*preferred_lft 0sec/,
    )
  })

  it('with bind: announced, a failing service unbinds the addresses after their withdrawal has settled', async () => {
    daemon = await host.startDaemon(web(`${quick}, bind: announced, settle: ${settle}ms`))
    await announced()
    service.kill('SIGKILL')
    await assertSettled()
    service = await host.startService()
  })

  it('a VIP that leaves the configuration is unbound after its withdrawal has settled', async () => {
    daemon = await host.startDaemon(web(`${quick}, settle: ${settle}ms`))
    await announced()
    await host.configure(`${edge}vips: {}\n`)
    assert.equal((await host.cli(['reload'])).stderr, '')
    await assertSettled()
  })

  it('stopping unbinds after the withdrawals have settled', async () => {
    daemon = await host.startDaemon(web(`${quick}, settle: ${settle}ms`))
    await announced()
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
    await assertSettled()
  })

  it('`withdraw --all` without a daemon unbinds after the withdrawals have settled as configured', async () => {
    const long = 1_500
    daemon = await host.startDaemon(`lifecycle: {onStop: keep, stopTimeout: 2s}\n${web(`${quick}, settle: ${long}ms`)}`)
    await announced()
    await daemon.stop()
    const { code, stderr } = await host.cli(['withdraw', '--all'])
    assert.equal(code, 0, stderr)
    await assertSettled(long)
    await host.node.output(['rm', '-r', '/var/lib/vipcast'])
  })

  it('an address that was there before is used, shown as found, and never removed; nothing else is touched', async () => {
    const had = ['203.0.113.80/32', '203.0.113.90/32', '2001:db8:53::90/128']
    for (const address of had) await host.node.output(['ip', 'address', 'add', address, 'dev', 'lo'])
    await host.node.output(['ip', 'route', 'add', '203.0.113.91/32', 'via', '192.0.2.0'])
    const before = await kernelOf(host)
    daemon = await host.startDaemon(web(`${quick}, settle: 50ms`))
    await waitFor(() => nextHopsOf(lab.node('router'), vip4), { what: 'the found address is announced' })
    const { stdout } = await host.cli(['explain', 'web'])
    assert.match(stdout, /203\.0\.113\.80: .*\n +kernel: found on lo/)
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
    assert.deepEqual(await kernelOf(host), before)
    for (const address of had) await host.node.output(['ip', 'address', 'del', address, 'dev', 'lo'])
  })
})

/** Every address and route of the host. */
function kernelOf({ node }: Host): Promise<string[]> {
  return Promise.all(
    [['address'], ['-4', 'route'], ['-6', 'route']].map((what) => node.output(['ip', '-oneline', ...what])),
  )
}
