import { readdirSync, readFileSync } from 'node:fs'
import type { LabNode } from '../../testnet/lab/node.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { project } from '../lab/support/two-hosts.js'

/** vipcast in a node of a lab, as the benches need it. */
export class BenchDaemon {
  private constructor(
    readonly node: LabNode,
    readonly process: NodeProcess,
  ) {}

  static async start(node: LabNode, configuration: string): Promise<BenchDaemon> {
    await node.writeFile('/etc/vipcast/vipcast.yaml', configuration)
    const process_ = await node.spawn([process.execPath, `${project}dist/main.js`, 'run'], { onStdout: () => {} })
    return new BenchDaemon(node, process_)
  }

  /** One command of the command line; throws when it fails. */
  async command(...words: string[]): Promise<string> {
    return this.node.output([process.execPath, `${project}dist/main.js`, ...words], { timeoutMs: 60_000 })
  }

  /** Waits until it has started; then its metrics, by name with labels. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const page = await waitFor(() => this.node.output(['curl', '-sf', 'http://127.0.0.1:9179/metrics']), {
      what: 'the daemon serves its metrics',
    })
    const samples = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(
      samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    )
  }

  /** Resident memory of the daemon itself, in MB. */
  memory(): number {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000
  }

  /** CPU seconds of the daemon and of every process that it started. */
  cpu(): number {
    return descendants(this.process.pid).reduce((sum, pid) => sum + cpuOf(pid), 0)
  }

  async stop(): Promise<void> {
    await this.process.stop(60_000)
  }
}

/** Clock ticks of /proc in a second; it is 100 on every Linux that Node runs on. */
const ticks = 100

function statOf(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** Its own time, and that of children that it has reaped. */
function cpuOf(pid: number): number {
  const [user, system, childUser, childSystem] = statOf(pid).slice(11, 15).map(Number)
  return ((user ?? 0) + (system ?? 0) + (childUser ?? 0) + (childSystem ?? 0)) / ticks
}

function descendants(root: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      parents.set(Number(name), Number(statOf(Number(name))[1]))
    } catch {
      // It has ended since the listing.
    }
  }
  const found = [root]
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child)
  return found
}
