import { EnteredChild, type EnteringCommand } from './entered-child.js'
import { images } from './images.js'
import type { Namespaces } from './namespaces.js'
import { NodeProcess, type SpawnOptions } from './process.js'
import type { NodeSpec } from './topology.js'

export interface ExecOptions {
  readonly signal?: AbortSignal
  /** The command is killed after this long; 10 s. */
  readonly timeoutMs?: number
  readonly env?: Readonly<Record<string, string>>
  /** What it reads from standard input; nothing. */
  readonly input?: string | Uint8Array
}

export interface ExecResult {
  /** Exit code; -1 when a signal ended it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What a node needs of its lab. */
export interface NodeContext {
  /** The pid of the process that holds the node's namespaces, outside. */
  readonly pid: number
  readonly namespaces: Namespaces
  /** Where the nodes see the host's file system. */
  readonly anchor: string
  /** Paths of place.sh and supervise.pl. */
  readonly placeScript: string
  readonly superviseScript: string
  readonly env: Readonly<Record<string, string>>
  /** Keeps count of what runs; throws when the lab has ended. */
  started(child: () => EnteredChild): EnteredChild
}

/** A command line that enters a node first, and its environment; for those who start a process themselves. */
export interface NodeCommand {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export class LabNode {
  readonly spec: NodeSpec
  readonly #context: NodeContext
  #main: NodeProcess | undefined

  constructor(spec: NodeSpec, context: NodeContext) {
    this.spec = spec
    this.#context = context
  }

  get name(): string {
    return this.spec.name
  }

  /** The node's main program, as last started; undefined when it has none. */
  get main(): NodeProcess | undefined {
    return this.#main
  }

  /** Starts the main program, again after it was killed. Throws when the node has none. */
  async startMain(options: SpawnOptions = {}): Promise<NodeProcess> {
    if (this.spec.cmd.length === 0) throw new Error(`${this.name} has no main program: its image is local:none`)
    if (this.#main?.running === true) throw new Error(`${this.name}: ${this.spec.cmd.join(' ')} is still running`)
    this.#main = await this.spawn(this.spec.cmd, options)
    return this.#main
  }

  /** Starts a program; resolves when its pid is known. It is killed with the lab. */
  spawn(command: readonly string[], options: SpawnOptions = {}): Promise<NodeProcess> {
    const entering = this.#entering(['perl', this.#context.superviseScript, ...command], 2)
    return NodeProcess.of(this.name, command, this.#enter(entering, options))
  }

  /** Runs a command to its end. A code other than 0 is no error here; not ending in time is. */
  async exec(command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const { signal, timeoutMs = 10_000, env, input } = options
    const timeout = AbortSignal.timeout(timeoutMs)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const child = this.#enter(this.#entering(command), {
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      onStdout: (chunk) => stdout.push(chunk),
      onStderr: (chunk) => stderr.push(chunk),
      ...(env && { env }),
    })
    child.process.stdin?.end(input)
    const { code } = await child.closed
    signal?.throwIfAborted()
    if (timeout.aborted && code !== 0) throw new Error(`${this.#say(command)} took more than ${timeoutMs} ms`)
    return { code: code ?? -1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
  }

  /** Runs a command and returns its standard output. Throws when it fails, with what it said. */
  async output(command: readonly string[], options: ExecOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.exec(command, options)
    if (code !== 0) throw new Error(`${this.#say(command)} exited with ${code}: ${(stderr || stdout).trim()}`)
    return stdout
  }

  async readFile(path: string, options: ExecOptions = {}): Promise<string> {
    return this.output(['cat', '--', path], options)
  }

  /** Writes a file, and the directories that it needs. Below /etc/x it makes /etc/x the node's own. */
  async writeFile(path: string, content: string | Uint8Array, options: ExecOptions = {}): Promise<void> {
    await this.#place(['write', path], { ...options, input: content })
  }

  /**
   * Where a Unix socket or a file of the node is for this process. Links on the way to it would be followed outside:
   * use it below the node's own directories (/run, /tmp, /var) alone.
   */
  pathFromOutside(path: string): string {
    return `/proc/${this.#context.pid}/root${path}`
  }

  /** What runs `command` in this node; for a child process at a terminal. */
  command(command: readonly string[]): NodeCommand {
    return { command: this.#context.namespaces.enter(command), env: { ...this.#context.env, ...this.spec.env } }
  }

  /** For the lab: brings the files and kernel settings in that the topology wants. */
  async prepare(signal: AbortSignal): Promise<void> {
    const { directories = [], programs = [] } = images.get(this.spec.image) ?? {}
    const { binds } = this.spec
    const released = binds.some(({ target }) => target === '/run/release') ? programs : []
    const steps = [
      ...directories.flatMap((path) => ['directory', path]),
      ...binds.flatMap(({ source, target, readOnly }) => [readOnly ? 'bind' : 'copy', source, target]),
      ...released.flatMap((program) => ['release', program]),
    ]
    if (steps.length > 0) await this.#place(steps, { signal })
    const settings = Object.entries(this.spec.sysctls).map(([key, value]) => `${key}=${value}`)
    if (settings.length > 0) await this.output(['sysctl', '-q', '-w', ...settings], { signal })
  }

  /** Runs place.sh with these steps. */
  async #place(steps: readonly string[], options: ExecOptions = {}): Promise<void> {
    await this.output(['bash', this.#context.placeScript, this.#context.anchor, ...steps], options)
  }

  #entering(command: readonly string[], programsInFront = 1): EnteringCommand {
    return { command: this.#context.namespaces.enter(command), programsInFront }
  }

  #enter(entering: EnteringCommand, options: SpawnOptions): EnteredChild {
    const env = { ...this.#context.env, ...this.spec.env }
    return this.#context.started(() => new EnteredChild(entering, env, options))
  }

  #say(command: readonly string[]): string {
    return `${this.name}: ${command.join(' ')}`
  }
}
