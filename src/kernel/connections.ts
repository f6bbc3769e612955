import type { Address } from '../domain/address.js'
import type { ProcessRunner } from '../platform/process.js'
import { programError } from './errors.js'

const doing = 'counting the connections of a VIP'

/** How many TCP connections to any of the addresses are established in this network namespace. Throws TargetError. */
export async function countConnections(
  runner: ProcessRunner,
  addresses: readonly Address[],
  timeout: number,
  signal: AbortSignal,
): Promise<number> {
  const ours = addresses.map(({ family, text }) => `src ${family === 'ipv6' ? `[${text}]` : text}`).join(' or ')
  const result = await runner.run(['ss', '-Htn', 'state', 'established', `( ${ours} )`], { timeout, signal })
  if (result.end.kind !== 'exited' || result.end.code !== 0) throw programError(result, doing, 'ss')
  return result.stdout.split('\n').length - 1
}
