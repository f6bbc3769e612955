import { Frr } from '../../../testnet/lab/frr.js'
import { startLab, type Lab, type LabOptions } from '../../../testnet/lab/lab.js'
import { establishedSessions } from '../../../testnet/observe/bird.js'
import { waitFor } from '../../../testnet/observe/wait.js'
import { project } from './two-hosts.js'

/** How many sessions each router has: one per address family and neighbor. */
const sessions = { spine1: 6, spine2: 6, leaf1: 8, leaf2: 8, leaf3: 4 }

/** The lab leaf-spine with every BGP session established. */
export async function startLeafSpine(options: LabOptions = {}): Promise<Lab> {
  const lab = await startLab(`${project}testnet/leaf-spine.clab.yml`, options)
  try {
    await new Frr(lab.node('host3')).ready()
    for (const [router, count] of Object.entries(sessions)) {
      await waitFor(async () => (await establishedSessions(lab.node(router))).length === count, {
        what: `${count} established sessions at ${router}`,
        explain: () => lab.explain(),
      })
    }
  } catch (error) {
    await lab.stop()
    throw error
  }
  return lab
}
