import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { Host, quickly, type Daemon } from './support/host.js'
import { protocols, routesAt, startRedistribute } from './support/redistribute.js'

const configuration = (addresses: readonly string[]): string => `pools: [203.0.113.0/24, "2001:db8:53::/48"]
routers: {any: {type: kernel}}
vips:
  web:
    addresses: ${JSON.stringify(addresses)}
    checks: [{type: tcp, host: 127.0.0.1, port: 8080, ${quickly}}]
    holdDown: 0s
    damping: false
`

/** A host of the lab with a service and vipcast. */
class Site {
  service!: NodeProcess
  daemon!: Daemon

  constructor(
    readonly lab: Lab,
    readonly host: Host,
    readonly addresses: readonly string[],
  ) {}

  async start(): Promise<void> {
    this.service = await this.host.startService()
    this.daemon = await this.host.startDaemon(configuration(this.addresses))
  }

  /** By BGP, OSPF and RIP. */
  everywhere(isThere: boolean): Promise<void> {
    return routesAt(this.lab, protocols, this.addresses, isThere, () => this.daemon.explain())
  }
}

describe('a VIP at a router of type kernel, by BGP, OSPF and RIP of BIRD (direct) and of FRR (redistribute connected),', () => {
  let lab: Lab
  let bird: Site
  let frr: Site
  before(async () => {
    lab = await startRedistribute()
    bird = new Site(lab, new Host(lab.node('host1')), ['203.0.113.81', '2001:db8:53::81'])
    frr = new Site(lab, new Host(lab.node('host2')), ['203.0.113.82', '2001:db8:53::82'])
    await both((site) => site.start())
  })
  after(() => lab?.stop())

  const both = async (work: (site: Site) => Promise<void>): Promise<void> =>
    void (await Promise.all([bird, frr].map(work)))

  it('is announced while its service is healthy', () => both((site) => site.everywhere(true)))

  it('is announced as far as vipcast can say: bound, and what becomes of it is not known', async () => {
    const words = [['status'], ['explain', 'web'], ['plan']]
    const [status, explained, planned] = await Promise.all(words.map((each) => bird.host.cli(each)))
    assert.equal(status?.code, 0, status?.stdout)
    assert.match(status?.stdout ?? '', /web +up +announced +\S+ +any/)
    assert.match(status?.stdout ?? '', /any +kernel +- +- +unknown here/)
    assert.match(explained?.stdout ?? '', /bound on lo; what a routing daemon makes of it is not known here/)
    assert.match(planned?.stdout ?? '', /any: leave as it is/)
  })

  it('is withdrawn when its service is killed', () =>
    both(async (site) => {
      site.service.kill('SIGKILL')
      await site.everywhere(false)
      assert.deepEqual(await site.host.addresses(), [])
    }))

  it('is announced again when its service is back', () =>
    both(async (site) => {
      site.service = await site.host.startService()
      await site.everywhere(true)
    }))

  it('is withdrawn when vipcast stops', () =>
    both(async (site) => {
      assert.deepEqual(await site.daemon.stop(), { code: 0, signal: null })
      await site.everywhere(false)
    }))

  it('is leaked where the address was there before, since that is not ours to remove', async () => {
    const { host, addresses } = bird
    await host.node.output(['ip', 'address', 'add', `${addresses[0]}/32`, 'dev', 'lo'])
    bird.service.kill('SIGKILL')
    bird.daemon = await host.startDaemon()
    await bird.daemon.logged('that it leaks', ({ reason }) => reason === 'leaked')
    assert.equal((await host.cli(['status'])).code, 3)
    assert.deepEqual(await bird.daemon.stop(), { code: 0, signal: null })
    assert.deepEqual(await host.addresses(), [`${addresses[0]}/32`])
  })
})
