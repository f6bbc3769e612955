import { wallClock } from '../observe/clock.js'
import type { LabNode } from '../lab/node.js'
import type { Step } from '../story/step.js'
import { answeredBy, diverted, shop, url, viaEdge, type PreprodWorld } from './preprod-world.js'

/** The same file in production's own subnet: there the box must not answer ARP for what it is bound to. */
export const inProductionsSubnet: Step<PreprodWorld> = {
  title: "a box in production's subnet diverts routed clients, and neighbors still reach production",
  mayLose: 3,
  play: async (world) => {
    const { insider, running, traffic, lab } = world
    const neighbor = lab.node('neighbor')
    await traffic.start(neighbor, [url], 20)
    await insider.startService()
    const at = wallClock()
    running.insider = await insider.startDaemon(world.example)
    const routeAt = await diverted(world, viaEdge, at)
    // Whoever it has asked before, it asks again.
    await neighbor.output(['ip', 'neighbor', 'flush', 'dev', 'eth1'])
    const [routed, local] = [await answeredBy(world), await answeredBy(world, 'neighbor')]
    const silent = (await hardwareOf(neighbor, shop)) === (await ownHardware(lab.node('production')))
    return {
      did: 'started vipcast on insider',
      at,
      routeAt,
      ok: routed === 'insider' && local === 'production' && silent,
      saw: `${routed} answers the client, ${local} the neighbor, who has ${silent ? "production's" : "another's"} hardware address`,
    }
  },
}

async function hardwareOf(node: LabNode, address: string): Promise<string | undefined> {
  return / lladdr (\S+)/.exec(await node.output(['ip', 'neighbor', 'show', address]))?.[1]
}

async function ownHardware(node: LabNode): Promise<string | undefined> {
  return /link\/ether (\S+)/.exec(await node.output(['ip', 'link', 'show', 'eth1']))?.[1]
}
