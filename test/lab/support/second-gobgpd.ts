import type { LabNode } from '../../../testnet/lab/node.js'
import type { NodeProcess } from '../../../testnet/lab/process.js'
import { waitFor } from '../../../testnet/observe/wait.js'

/** Another gobgpd in a host, without neighbors, its API on port 50052. Resolves when it answers. */
export async function startSecondGobgpd(node: LabNode): Promise<NodeProcess> {
  const path = '/etc/second/gobgpd.conf'
  await node.writeFile(path, '[global.config]\n  as = 65001\n  router-id = "192.0.2.1"\n  port = -1\n')
  const api = ['--api-hosts', '127.0.0.1:50052', '--pprof-disable']
  const gobgpd = await node.spawn(['gobgpd', '-f', path, ...api])
  await waitFor(async () => (await node.exec(['gobgp', '-p', '50052', 'global'])).stdout.includes('65001'), {
    what: 'the second gobgpd answers',
    explain: () => gobgpd.tail(),
  })
  return gobgpd
}

/** Both routers of a host that has the second gobgpd. */
export const bothRouters = `pools: [203.0.113.0/24, "2001:db8:53::/64"]
routers:
  edge: {type: gobgp, address: "127.0.0.1:50051"}
  second: {type: gobgp, address: "127.0.0.1:50052"}
`
