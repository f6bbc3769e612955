import { fileURLToPath } from 'node:url'
import { startLab, type Lab, type LabOptions } from '../../../testnet/lab/lab.js'
import { establishedSessions } from '../../../testnet/observe/bird.js'
import { waitFor } from '../../../testnet/observe/wait.js'

/** The project; this file is compiled to build/test/lab/support/. */
export const project = fileURLToPath(new URL('../../../../', import.meta.url))

export const twoHosts = `${project}testnet/two-hosts.clab.yml`

/** The VIP of the labs and the addresses by which the router reaches the hosts. */
export const vip4 = '203.0.113.80'
export const vip6 = '2001:db8:53::80'
export const host1 = { ipv4: '192.0.2.1', ipv6: '2001:db8:1::2' }
export const host2 = { ipv4: '192.0.2.3', ipv6: '2001:db8:2::2' }

/** The lab two-hosts with all four BGP sessions established. */
export async function startTwoHosts(options: LabOptions = {}): Promise<Lab> {
  const lab = await startLab(twoHosts, options)
  try {
    await sessionsOf(lab, 4, options)
  } catch (error) {
    await lab.stop()
    throw error
  }
  return lab
}

/** Waits until the router has this many established sessions. */
export async function sessionsOf(lab: Lab, count: number, options: { signal?: AbortSignal } = {}): Promise<void> {
  await waitFor(async () => (await establishedSessions(lab.node('router'), options)).length === count, {
    what: `${count} established sessions at the router`,
    explain: () => lab.explain(),
    ...options,
  })
}
