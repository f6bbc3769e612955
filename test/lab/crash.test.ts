import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { Host, web, type Daemon } from './support/host.js'
import { startTwoHosts, vip4, vip6 } from './support/two-hosts.js'

const impatient = `lifecycle: {deadMan: 1s}\n${web()}`
const foreign = '198.18.0.5/32'

describe('after a daemon that nobody starts again', () => {
  let lab: Lab
  let host: Host
  let daemon: Daemon
  before(async () => {
    lab = await startTwoHosts()
    host = new Host(lab.node('host1'))
    await host.startService()
    await host.gobgp('global', 'rib', 'add', foreign)
  })
  after(() => lab?.stop())
  beforeEach(async () => {
    daemon = await host.startDaemon(impatient)
    await upstream(true)
  })

  const upstream = (isThere: boolean): Promise<unknown> =>
    waitFor(
      async () => {
        const hops = await Promise.all([vip4, vip6].map((vip) => nextHopsOf(lab.node('router'), vip)))
        return hops.every((each) => (each !== undefined) === isThere)
      },
      { what: `both VIPs are ${isThere ? '' : 'not '}upstream`, explain: () => daemon.explain() },
    )

  /** Upstream, in the router and in the kernel; what somebody else put there stays. */
  async function nothingIsLeft(): Promise<void> {
    await upstream(false)
    await waitFor(async () => (await host.addresses()).length === 0, {
      what: 'unbound',
      explain: () => daemon.explain(),
    })
    assert.deepEqual(await host.rib(), [foreign])
  }

  it('that was killed, what it announced is withdrawn and unbound', async () => {
    await daemon.crash()
    await nothingIsLeft()
  })

  it('that was frozen, the same, and it is killed', async () => {
    daemon.process.kill('SIGSTOP')
    assert.deepEqual(await daemon.process.exited, { code: null, signal: 'SIGKILL' })
    await nothingIsLeft()
  })

  it('the configuration that was in force counts, whatever the file says meanwhile', async () => {
    await host.configure('nonsense: true\n')
    await daemon.crash()
    await nothingIsLeft()
  })
})
