import { TargetError } from '../../../domain/target.js'
import { describeEnd } from '../../../platform/process.js'
import type { ProcessRunner } from '../../../platform/process.js'

const timeout = 10_000

/** Link-local neighbors of each interface, by its name; one without any is missing. */
export type NeighborCounts = ReadonlyMap<string, number>

/**
 * Counts link-local neighbors. gobgpd looks for exactly one when it reads its configuration, and ends when one link of
 * all has another number. Throws TargetError.
 */
export async function linkNeighbors(runner: ProcessRunner, signal: AbortSignal): Promise<NeighborCounts> {
  const { end, stdout, stderr } = await runner.run(['ip', '-6', '-o', 'neigh'], { timeout, signal })
  if (end.kind !== 'exited' || end.code !== 0) {
    const message = `listing the IPv6 neighbors of this host failed: ip ${describeEnd(end, stderr)}`
    throw new TargetError('unreachable', message)
  }
  const counts = new Map<string, number>()
  for (const line of stdout.split('\n')) {
    // fe80::1 dev eth0 lladdr c2:d4:d2:6c:d9:67 router REACHABLE
    const device = /^fe[89ab][0-9a-f]:\S* dev (\S+) .*/.exec(line)?.[1]
    if (device !== undefined && !/\bFAILED\b/.test(line)) counts.set(device, (counts.get(device) ?? 0) + 1)
  }
  return counts
}

/**
 * Asks all hosts on the links to answer, so that they look for this one and become known by that: not every router
 * advertises itself with its link address. Nobody may answer, and the program may be missing: then it is left to the
 * routers.
 */
export async function wakeNeighbors(
  runner: ProcessRunner,
  devices: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  const pings = [...devices].map((device) =>
    runner.run(['ping', '-6', '-c', '1', '-w', '1', `ff02::1%${device}`], { timeout, signal }),
  )
  await Promise.all(pings)
}

/** Why the session of an interface can't be opened yet; undefined: it can. */
export function linkProblem(device: string, counts: NeighborCounts): TargetError | undefined {
  const count = counts.get(device) ?? 0
  if (count === 1) return undefined
  const remedy =
    count === 0 ? `connect a router there that answers  ping ff02::1%${device}` : 'name the neighbor by its address'
  return new TargetError(
    'unreachable',
    `${device} has ${count === 0 ? 'no IPv6 neighbor yet' : `${count} IPv6 neighbors`}, and an interface session needs exactly one: ${remedy}`,
  )
}
