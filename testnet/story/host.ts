import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ExecOptions, ExecResult, LabNode } from '../lab/node.js'
import type { Exit, NodeProcess, SpawnOptions } from '../lab/process.js'
import { lineSplitter } from '../observe/lines.js'
import { waitFor } from '../observe/wait.js'

const service = fileURLToPath(new URL('../service.js', import.meta.url))

/** The executable, for those who start it through another program. */
export const vipcast = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

export const configFile = '/etc/vipcast/vipcast.yaml'

/** A line of the daemon's log. */
export interface LogLine {
  readonly level: string
  readonly time: string
  readonly msg: string
  readonly kind?: string
  readonly vip?: string
  readonly address?: string
  readonly router?: string
  readonly reason?: string
}

/** What stories and tests look at in `status --json`. */
export interface StatusDocument {
  readonly daemon: { readonly phase: string; readonly config: { readonly stale: string | null } }
  readonly vips: readonly {
    readonly name: string
    readonly verdict: string
    readonly reason: string
    readonly asWished: boolean
    readonly addresses: readonly {
      readonly address: string
      readonly binding: string
      readonly routes: readonly { readonly router: string; readonly reason: string; readonly detail: string | null }[]
    }[]
  }[]
}

/** A daemon in a node, and its log so far. */
export class Daemon {
  readonly log: LogLine[] = []
  #process: NodeProcess | undefined

  get process(): NodeProcess {
    if (this.#process === undefined) throw new Error('the daemon was not started')
    return this.#process
  }

  /** For Host. */
  async start(node: LabNode, command: readonly string[], options: SpawnOptions): Promise<void> {
    const onStdout = lineSplitter((lines) => {
      for (const line of lines) this.log.push(JSON.parse(line) as LogLine)
    })
    this.#process = await node.spawn(command, { ...options, onStdout })
  }

  /** The first line, past or to come, that fits; throws when the daemon ends before. */
  async logged(what: string, fits: (line: LogLine) => boolean): Promise<LogLine> {
    const look = (): LogLine | 'ended' | undefined =>
      this.log.find(fits) ?? (this.process.running ? undefined : 'ended')
    const found = await waitFor(look, { what: `the log says ${what}`, explain: () => this.explain() })
    if (found === 'ended') throw new Error(`the daemon ended before its log said ${what}:\n${this.explain()}`)
    return found
  }

  /** SIGTERM, and how it ended. */
  stop(): Promise<Exit> {
    return this.process.stop(15_000)
  }

  /** As a crash would end it. */
  async crash(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.process.exited
  }

  explain(): string {
    return `${this.log.map((line) => JSON.stringify(line)).join('\n')}\n${this.#process?.tail() ?? ''}`
  }
}

/** Stops a process, and waits until none of its threads runs any more: on a busy machine that takes a while. */
export async function freeze(frozen: NodeProcess): Promise<void> {
  frozen.kill('SIGSTOP')
  const threads = `/proc/${frozen.pid}/task`
  const stopped = async (thread: string): Promise<boolean> =>
    /^State:\s+T/m.test(await readFile(`${threads}/${thread}/status`, 'utf8'))
  const allStopped = async (): Promise<boolean> =>
    (await Promise.all((await readdir(threads)).map(stopped))).every(Boolean)
  await waitFor(allStopped, { what: `${frozen.command.join(' ')} stops` })
}

/** A host of the lab: its service, and vipcast. */
export class Host {
  constructor(readonly node: LabNode) {}

  /** The small web service of the labs, once it listens. */
  async startService(port = 8080): Promise<NodeProcess> {
    const command = [process.execPath, service, '--port', String(port), '--name', this.node.name]
    const started = await this.node.spawn(command)
    await waitFor(() => started.tail().includes('listens'), {
      what: `${this.node.name}: a service listens on port ${port}`,
      explain: () => started.tail(),
    })
    return started
  }

  /** Starts vipcast with this configuration, or with the one that is there; resolves when it runs. */
  async startDaemon(configuration?: string, options: SpawnOptions = {}): Promise<Daemon> {
    if (configuration !== undefined) await this.configure(configuration)
    const daemon = new Daemon()
    await daemon.start(this.node, [process.execPath, vipcast, 'run'], options)
    await daemon.logged('that it runs', ({ msg }) => msg.includes('is running with'))
    return daemon
  }

  /** The host's gobgpd. */
  get gobgpd(): NodeProcess {
    if (this.node.main === undefined) throw new Error(`${this.node.name} has no gobgpd`)
    return this.node.main
  }

  configure(configuration: string): Promise<void> {
    return this.node.writeFile(configFile, configuration)
  }

  cli(words: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.node.exec(['vipcast', ...words], { timeoutMs: 20_000, ...options })
  }

  /** `status --json`, whatever it exits with. */
  async status(): Promise<StatusDocument> {
    return JSON.parse((await this.cli(['status', '--json'])).stdout) as StatusDocument
  }

  /** gobgpd's own command line: somebody else than vipcast. */
  gobgp(...words: string[]): Promise<string> {
    return this.node.output(['gobgp', ...words])
  }

  /** What is in the table of the host's gobgpd, whoever put it there. */
  async rib(port = 50051): Promise<string[]> {
    const tables = await Promise.all(
      ['ipv4', 'ipv6'].map((family) => this.gobgp('-p', String(port), 'global', 'rib', '-a', family, '-j')),
    )
    return tables.flatMap((text) => Object.keys(JSON.parse(text) as object)).toSorted()
  }

  /** Addresses of an interface with their lengths, without link-local ones and those that every host has. */
  async addresses(on = 'lo'): Promise<string[]> {
    const text = await this.node.output(['ip', '-json', 'address', 'show', 'dev', on])
    const [{ addr_info: found }] = JSON.parse(text) as [{ addr_info: readonly { local: string; prefixlen: number }[] }]
    const all = found.map(({ local, prefixlen }) => `${local}/${prefixlen}`)
    return all.filter((each) => !each.startsWith('fe80:') && each !== '127.0.0.1/8' && each !== '::1/128').toSorted()
  }
}
