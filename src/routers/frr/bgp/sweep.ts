import type { Bgpd } from './bgpd.js'

/**
 * Removes route-maps of our name that nothing names: of routes that were withdrawn or given other attributes, and what an earlier
 * life left. One that cannot be removed now is left for the next time. `timeout` is for each of the two questions, in milliseconds:
 * a withdrawal may wait behind them. Throws VtyFailed.
 */
export async function sweepMaps(bgpd: Bgpd, timeout: number, signal: AbortSignal): Promise<void> {
  const doing = 'remove unused route-maps'
  const [answer] = await bgpd.ask(['show running-config'], doing, timeout, signal)
  if (answer === undefined) return
  const { maps, used } = bgpd.readConfiguration(answer)
  const unused = [...maps.keys()].filter((name) => !used.has(name))
  if (unused.length === 0) return
  const commands = unused.map((name) => `no route-map ${name}`)
  await bgpd.ask(['configure terminal', ...commands, 'end'], doing, timeout, signal)
}
