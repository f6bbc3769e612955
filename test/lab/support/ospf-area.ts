import { Frr } from '../../../testnet/lab/frr.js'
import { startLab, type Lab, type LabOptions } from '../../../testnet/lab/lab.js'
import { kernelRoutes } from '../../../testnet/observe/routes.js'
import { waitFor } from '../../../testnet/observe/wait.js'
import { project } from './two-hosts.js'

interface Summary {
  readonly ipv4Unicast?: { readonly peers: Readonly<Record<string, { readonly state: string }>> }
}

/** The lab ospf-area: the host knows both ways out, by OSPFv2 and OSPFv3, and its BGP sessions are established. */
export async function startOspfArea(options: LabOptions = {}): Promise<Lab> {
  const lab = await startLab(`${project}testnet/ospf-area.clab.yml`, options)
  const host = lab.node('host')
  const frr = new Frr(host)
  const explain = (): string => lab.explain()
  const waysOut = async (): Promise<boolean> => {
    const defaults = (await kernelRoutes(host)).filter(({ prefix }) => prefix === 'default')
    return defaults.length === 2 && defaults.every(({ nextHops }) => nextHops.length === 2)
  }
  const established = async (): Promise<boolean> => {
    const { ipv4Unicast } = await frr.json<Summary>('bgpd', 'show bgp summary json')
    const peers = Object.values(ipv4Unicast?.peers ?? {})
    return peers.length === 2 && peers.every(({ state }) => state === 'Established')
  }
  try {
    await Promise.all(['border', 'r1', 'r2', 'host'].map((name) => new Frr(lab.node(name)).ready()))
    await waitFor(waysOut, { what: 'two default routes of two next hops at host', explain })
    await waitFor(established, { what: 'two BGP sessions at host', explain })
  } catch (error) {
    await lab.stop()
    throw error
  }
  return lab
}
