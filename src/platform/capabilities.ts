import { readFile } from 'node:fs/promises'

/** Bits of linux/capability.h. */
const bits = { CAP_KILL: 5n, CAP_SETGID: 6n, CAP_SETUID: 7n, CAP_NET_ADMIN: 12n, CAP_NET_RAW: 13n } as const

export type Capability = keyof typeof bits

/** Those of the capabilities that this process lacks. */
export async function lackedCapabilities(needed: readonly Capability[]): Promise<Capability[]> {
  const status = await readFile('/proc/self/status', 'utf8')
  return lackedIn(status, needed)
}

/** Of /proc/PID/status (proc(5)): the effective set. */
export function lackedIn(status: string, needed: readonly Capability[]): Capability[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  return needed.filter((name) => (effective & (1n << bits[name])) === 0n)
}
