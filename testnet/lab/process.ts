import { EnteredChild, type Exit, type SpawnOptions } from './entered-child.js'
import { pidInNamespace, sendSignal } from './proc.js'

/** A process in a node. It ends with the lab at the latest. */
export class NodeProcess {
  /** Its pid outside, as `ps` on this machine shows it; NaN when it ended before it was seen. */
  readonly pid: number
  /** Its pid as the node sees it. */
  readonly pidInside: number
  readonly command: readonly string[]
  readonly #child: EnteredChild

  private constructor(command: readonly string[], child: EnteredChild, pid: number) {
    this.command = command
    this.#child = child
    this.pid = pid
    this.pidInside = Number.isNaN(pid) ? pid : pidInNamespace(pid)
  }

  /** Waits until the command below `child` runs. Throws when there is no such program. */
  static async of(node: string, command: readonly string[], child: EnteredChild): Promise<NodeProcess> {
    const pid = await child.commandPid()
    if (pid === undefined) {
      await child.closed
      if (child.tail().startsWith(`${command[0] ?? ''}: No such file`))
        throw new Error(`${node}: ${child.tail().trim()}`)
      throw new Error(
        child
          .tail()
          .trim()
          .replace(/^nsenter: /, ''),
      )
    }
    return new NodeProcess(command, child, pid ?? Number.NaN)
  }

  /** How it ended; never rejects. */
  get exited(): Promise<Exit> {
    return this.#child.exited
  }

  get running(): boolean {
    return this.#child.running
  }

  get stdin(): NodeJS.WritableStream | null {
    return this.#child.process.stdin
  }

  /** Sends the signal to the process itself; nothing happens when it has ended. */
  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    if (this.running) sendSignal(this.pid, signal)
  }

  /** SIGTERM, and SIGKILL when it has not ended `graceMs` later. */
  async stop(graceMs = 5000): Promise<Exit> {
    this.kill('SIGTERM')
    const timer = setTimeout(() => this.kill('SIGKILL'), graceMs)
    const exit = await this.exited
    clearTimeout(timer)
    return exit
  }

  /** The last 16 kB of what it wrote: standard error, and standard output when nobody takes it. */
  tail(): string {
    return this.#child.tail()
  }
}

export type { Exit, SpawnOptions }
