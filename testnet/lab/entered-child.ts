import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandBelow, sendSignal } from './proc.js'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface SpawnOptions {
  /** Added to the environment that the node gives. */
  readonly env?: Readonly<Record<string, string>>
  /** Aborted: the process is killed. */
  readonly signal?: AbortSignal
  /** Gets standard output as it comes. */
  readonly onStdout?: (chunk: Buffer) => void
  readonly onStderr?: (chunk: Buffer) => void
}

/** What a child process runs, and how many programs enter the node and wait in front of the command proper. */
export interface EnteringCommand {
  readonly command: readonly string[]
  readonly programsInFront: number
}

const tailLength = 16_384

/**
 * A command in a node and what waits for it outside. Entering a PID namespace needs a fork, so the child that Node knows is
 * nsenter, which ends as the command ends.
 */
export class EnteredChild {
  readonly process: ChildProcess
  /** The command has ended; never rejects. */
  readonly exited: Promise<Exit>
  /** And all its output has been read. */
  readonly closed: Promise<Exit>
  running = true
  readonly #programsInFront: number
  #tail = ''

  constructor(entering: EnteringCommand, env: Readonly<Record<string, string>>, options: SpawnOptions) {
    const [program = '', ...rest] = entering.command
    this.#programsInFront = entering.programsInFront
    // A session of its own: Ctrl-C in a terminal is for the starter, which then ends the lab in order.
    this.process = spawn(program, rest, { env: { ...env, ...options.env }, stdio: 'pipe', detached: true, cwd: '/' })
    // Standard output that somebody takes may be long, or no text.
    this.process.stdout?.on('data', options.onStdout ?? ((chunk: Buffer) => this.#keep(chunk)))
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.#keep(chunk)
      options.onStderr?.(chunk)
    })
    // A program may end without reading its input.
    this.process.stdin?.on('error', () => {})
    this.exited = this.#ending('exit')
    this.closed = this.#ending('close')
    void this.exited.then(() => (this.running = false))
    this.#listen(options.signal)
  }

  /** The pid of the command, outside, once it runs; undefined when it ended before it was seen. */
  async commandPid(): Promise<number | undefined> {
    while (this.running && this.process.pid !== undefined) {
      const pid = commandBelow(this.process.pid, this.#programsInFront)
      if (pid !== undefined) return pid
      await sleep(1)
    }
    return undefined
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const pid = await this.commandPid()
    if (pid !== undefined && this.running) sendSignal(pid, signal)
  }

  /** The last of what the command wrote: standard error, and standard output when nobody takes it. */
  tail(): string {
    return this.#tail
  }

  #keep(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.toString()).slice(-tailLength)
  }

  #ending(event: 'exit' | 'close'): Promise<Exit> {
    return new Promise((done) => {
      this.process.once(event, (code: number | null, signal: NodeJS.Signals | null) => done({ code, signal }))
      this.process.once('error', (error) => {
        this.#tail += error.message
        done({ code: 127, signal: null })
      })
    })
  }

  #listen(signal: AbortSignal | undefined): void {
    if (signal === undefined) return
    const abort = (): void => void this.kill('SIGKILL')
    signal.addEventListener('abort', abort, { once: true })
    void this.exited.then(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
  }
}
