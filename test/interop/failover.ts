import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { LabNode } from '../../testnet/lab/node.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import type { Daemon, Host } from '../lab/support/host.js'

/** A host with a routing daemon, and a router upstream of it, in a lab where every session is up. */
export interface FailoverWorld {
  readonly lab: Lab
  /** Where vipcast and the service run. */
  readonly host: Host
  /** Whose kernel is asked. */
  readonly upstream: LabNode
  readonly vips: readonly string[]
  /** A service at port 8080 with these addresses, and everything that a person would have to wait for at its least. */
  readonly configuration: string
  /** What the daemon of the release says about itself. */
  saysVersion(): Promise<string>
  /** SIGKILL to the routing daemon of the host, and its start anew. */
  killRouter(): Promise<void>
  startRouter(): Promise<void>
}

/**
 * What users rely on, told over one routing daemon beside vipcast and one upstream; nothing but kernel tables is believed.
 * `version` is that of the package.
 */
export function failoverStory(name: string, version: string, open: () => Promise<FailoverWorld>): void {
  describe(`failover, ${name} ${version}`, () => {
    let world: FailoverWorld
    let daemon: Daemon
    let service: NodeProcess
    before(async () => {
      world = await open()
      service = await world.host.startService()
      daemon = await world.host.startDaemon(`lifecycle: {deadMan: 2s}\n${world.configuration}`)
    })
    after(() => world?.lab.stop())

    /** Waits until upstream has routes for all VIPs, or for none. */
    async function upstream(there: boolean): Promise<void> {
      const look = async (): Promise<boolean> => {
        const hops = await Promise.all(world.vips.map((vip) => nextHopsOf(world.upstream, vip)))
        return hops.every((each) => (each !== undefined) === there)
      }
      const what = `${world.vips.join(' and ')} ${there ? 'are' : 'are not'} upstream`
      await waitFor(look, { what, timeoutMs: 30_000, explain: () => daemon.explain() })
    }

    it('is told over that version', async () => {
      const [, ofProgram = ''] = /^(?:\d+:)?([\d.]+)/.exec(version) ?? []
      assert.ok((await world.saysVersion()).includes(ofProgram), `${version}: ${await world.saysVersion()}`)
    })

    it('announces a service that answers', () => upstream(true))

    it('withdraws it when it is killed, and announces it again with its return', async () => {
      service.kill('SIGKILL')
      await upstream(false)
      service = await world.host.startService()
      await upstream(true)
    })

    it('announces it again when the routing daemon was killed and is back', async () => {
      await world.killRouter()
      await upstream(false)
      await world.startRouter()
      await upstream(true)
    })

    it('withdraws what is disabled, and announces it again when it is enabled', async () => {
      assert.equal((await world.host.cli(['disable', '--all'])).code, 0)
      await upstream(false)
      assert.equal((await world.host.cli(['enable', '--all'])).code, 0)
      await upstream(true)
    })

    it('leaves nothing upstream when vipcast is killed and not started again', async () => {
      await daemon.crash()
      await upstream(false)
      await waitFor(async () => (await world.host.addresses()).length === 0, {
        what: 'every address is unbound',
        explain: () => daemon.explain(),
      })
    })

    it('leaves nothing upstream when vipcast is stopped', async () => {
      daemon = await world.host.startDaemon()
      await upstream(true)
      assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
      await upstream(false)
    })
  })
}
