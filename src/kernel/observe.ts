import { TargetError } from '../domain/target.js'
import type { ProcessRunner } from '../platform/process.js'
import { inSlices } from '../platform/slices.js'
import { parseAddressLine } from './addresses.js'
import type { AddressLine } from './addresses.js'
import { programError } from './errors.js'

/** Lines read between two turns of the event loop: well below a millisecond. */
const sliceLines = 500
const attempts = 5
const doing = 'listing the addresses of this host'

/**
 * Every address of the host, or of one interface. Throws TargetError. The kernel marks a listing that was disturbed by a
 * change: an address may be missing from it, and a VIP would be taken for lost, so it is listed anew.
 */
export async function listAddresses(
  runner: ProcessRunner,
  timeout: number,
  signal: AbortSignal,
): Promise<readonly AddressLine[]> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const result = await runner.run(['ip', '-o', 'address'], { timeout, signal })
    const disturbed = result.stderr.includes('interrupted')
    if (disturbed) continue
    if (result.end.kind !== 'exited' || result.end.code !== 0) throw programError(result, doing)
    if (result.truncated)
      throw new TargetError('nonsense', `${doing} gave more than can be kept: is ip the one of iproute2?`)
    return await parseLines(result.stdout, signal)
  }
  throw new TargetError('conflict', `${doing} was disturbed by changes ${attempts} times in a row; it is tried again`)
}

async function parseLines(text: string, signal: AbortSignal): Promise<AddressLine[]> {
  const found: AddressLine[] = []
  for await (const lines of inSlices(text.split('\n'), sliceLines, signal)) {
    for (const line of lines) {
      const address = parseAddressLine(line)
      if (address !== undefined) found.push(address)
    }
  }
  // Half a list would look like lost addresses.
  if (signal.aborted) throw new TargetError('timeout', `${doing} was stopped`)
  return found
}
