import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { birdRoutes } from '../../testnet/observe/bird.js'
import { hostRoute, nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { frrWeb, startFrrHost, type FrrHost } from './support/frr-host.js'
import { quickly, type Daemon } from './support/host.js'
import { vip4, vip6 } from './support/two-hosts.js'

const attributes = `announce: {bgp: {med: 100, communities: ["65001:100"]}}
    whenDegraded: {bgp: {med: 500}}
    require: 1`
const degrader = `, {type: file, path: /run/spare, impact: degrade, ${quickly}}]`

describe('a VIP at FRR', () => {
  let lab: FrrHost
  let daemon: Daemon
  let service: NodeProcess
  let untouched: string
  before(async () => {
    lab = await startFrrHost()
    untouched = await configuration()
    service = await lab.host.startService()
    await lab.host.node.output(['touch', '/run/spare'])
    daemon = await lab.host.startDaemon(frrWeb(attributes).replace(`${quickly}}]`, `${quickly}}${degrader}`))
  })
  after(() => lab?.close())

  const configuration = async (): Promise<string> =>
    (await lab.world.frr.show('bgpd', 'show running-config')).replaceAll('!\n', '')
  const upstream = (isThere: boolean): Promise<void> => lab.upstream([vip4, vip6], isThere, daemon)
  const medIs = async (med: string): Promise<unknown> =>
    waitFor(
      async () => {
        const [route] = await birdRoutes(lab.world.edge, hostRoute(vip4))
        return route?.attributes['BGP.med'] === med && route.attributes['BGP.community'] === '(65001,100)'
      },
      { what: `MED ${med} upstream`, explain: () => daemon.explain() },
    )

  it('is in the kernel of the router, for IPv4 and for IPv6 over the same session, with its attributes', async () => {
    await upstream(true)
    assert.deepEqual(await nextHopsOf(lab.world.edge, vip4), ['192.0.2.1'])
    assert.deepEqual(await nextHopsOf(lab.world.edge, vip6), ['2001:db8:0:1::1'])
    await medIs('100')
  })

  it('is shown as announced, and to whom it was sent', async () => {
    const status = await waitFor(
      async () => {
        const { code, stdout } = await lab.host.cli(['status'])
        return code === 0 ? stdout : undefined
      },
      { what: 'the VIP is as wished', explain: () => daemon.explain() },
    )
    assert.match(status, /web +up +announced +\S+ +core/)
    assert.match(status, /core +bgpd \d\S+ +192\.0\.2\.2 +eBGP +established +2/)
    assert.match(status, / +2001:db8::3 +iBGP +established +1/)
    assert.match((await lab.host.cli(['explain', 'web'])).stdout, /192\.0\.2\.9: no session/)
    assert.match((await lab.host.cli(['plan'])).stdout, /core: leave as it is; med 100/)
  })

  it('is given the attributes of its state, by an update', async () => {
    const seen = lab.routes.all.length
    await lab.host.node.output(['rm', '/run/spare'])
    await medIs('500')
    await lab.host.node.output(['touch', '/run/spare'])
    await medIs('100')
    const flaps = lab.routes.all.slice(seen).filter(({ kind }) => kind === 'gone')
    assert.deepEqual(flaps, [])
  })

  it('is withdrawn when its service is killed, and stays bound', async () => {
    service.kill('SIGKILL')
    await upstream(false)
    assert.deepEqual(await lab.host.addresses(), [`${vip6}/128`, `${vip4}/32`])
    assert.equal((await lab.host.status()).vips[0]?.reason, 'check-failed')
  })

  it('is announced again when the service is back, and leaves no trace when vipcast stops', async () => {
    service = await lab.host.startService()
    await upstream(true)
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
    await upstream(false)
    assert.deepEqual(await lab.host.addresses(), [])
    assert.equal(await configuration(), untouched)
  })
})
