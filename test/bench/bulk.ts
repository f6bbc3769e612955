import type { LabNode } from '../../testnet/lab/node.js'

/** How many VIPs the measurements of scale have. */
export const many = 10_000

/** The n-th address for measurements. */
export function bulkAddress(n: number): string {
  return `198.18.${n >> 8}.${n & 255}`
}

/** How many of them the router's kernel has a route for. */
export async function routedAt(router: LabNode): Promise<number> {
  const counted = await router
    .output(['sh', '-c', 'ip -4 route | grep -c "^198.18."'], { timeoutMs: 20_000 })
    .catch(() => '0')
  return Number(counted)
}
