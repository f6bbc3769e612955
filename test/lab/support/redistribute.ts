import { Frr } from '../../../testnet/lab/frr.js'
import { startLab, type Lab, type LabOptions } from '../../../testnet/lab/lab.js'
import { establishedSessions } from '../../../testnet/observe/bird.js'
import { nextHopsOf } from '../../../testnet/observe/routes.js'
import { waitFor } from '../../../testnet/observe/wait.js'
import { project } from './two-hosts.js'

/** The routers of the lab redistribute: each hears of host routes by one protocol. */
export const protocols = ['bgp', 'ospf', 'rip'] as const

/** The lab redistribute with its four BGP sessions established. */
export async function startRedistribute(options: LabOptions = {}): Promise<Lab> {
  const lab = await startLab(`${project}testnet/redistribute.clab.yml`, options)
  try {
    await new Frr(lab.node('host2')).ready()
    const established = async (): Promise<boolean> => (await establishedSessions(lab.node('bgp'))).length === 4
    await waitFor(established, { what: 'four BGP sessions', explain: () => lab.explain() })
  } catch (error) {
    await lab.stop()
    throw error
  }
  return lab
}

/** Waits until all of these addresses, or none, have a route in the kernel of each of these routers. */
export async function routesAt(
  lab: Lab,
  routers: readonly (typeof protocols)[number][],
  addresses: readonly string[],
  isThere: boolean,
  explain: () => string,
): Promise<void> {
  const routed = async (router: string): Promise<boolean> => {
    const hops = await Promise.all(addresses.map((address) => nextHopsOf(lab.node(router), address)))
    return hops.every((each) => (each !== undefined) === isThere)
  }
  const said = `${addresses.join(', ')} ${isThere ? 'there' : 'gone'}`
  const wait = (router: string): Promise<unknown> =>
    waitFor(() => routed(router), { what: `${said} by ${router}`, timeoutMs: 30_000, explain })
  await Promise.all(routers.map(wait))
}
