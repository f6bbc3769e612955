import { fileURLToPath } from 'node:url'
import type { LabNode } from '../../testnet/lab/node.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { bulkAddress, bulkCounter, many } from './bulk.js'

/** Milliseconds for the same addresses and routes by one `ip -batch` and one bare stream, start of Node included. */
export async function measureBareSetUp(node: LabNode, router: LabNode): Promise<number> {
  const script = fileURLToPath(new URL('stream-floor.js', import.meta.url))
  const addresses = Array.from({ length: many }, (_, n) => bulkAddress(n))
  const batch = (verb: string): string =>
    addresses.map((text) => `address ${verb} ${text}/32 dev lo scope host\n`).join('')
  const routed = await bulkCounter(router)
  const startedAt = wallClock()
  await node.output(['ip', '-batch', '-'], { input: batch('add'), timeoutMs: 60_000 })
  const stream = await node.spawn([process.execPath, script])
  await waitFor(async () => (await routed()) === many, {
    what: 'the bare routes are there',
    intervalMs: 50,
    timeoutMs: 60_000,
  })
  const took = wallClock() - startedAt
  stream.stdin?.end()
  await waitFor(async () => (await routed()) === 0, {
    what: 'the bare routes are gone',
    intervalMs: 50,
    timeoutMs: 60_000,
  })
  await node.output(['ip', '-batch', '-'], { input: batch('delete'), timeoutMs: 60_000 })
  return took
}
