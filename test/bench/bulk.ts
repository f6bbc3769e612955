import type { LabNode } from '../../testnet/lab/node.js'

/** How many VIPs the measurements of scale have. */
export const many = 10_000

/** The n-th address for measurements. */
export function bulkAddress(n: number): string {
  return `198.18.${n >> 8}.${n & 255}`
}

/**
 * Counts what a node's kernel has more than now, routes and addresses. The kernel keeps the number: listing 10,000 of them at
 * each look would take a core from what is measured.
 */
export async function bulkCounter(node: LabNode): Promise<() => Promise<number>> {
  const before = await prefixes(node)
  return async () => (await prefixes(node)) - before
}

async function prefixes(node: LabNode): Promise<number> {
  const statistics = await node.output(['cat', '/proc/net/fib_triestat'])
  return Number(/^\tPrefixes:\s+(\d+)$/m.exec(statistics)?.[1])
}
