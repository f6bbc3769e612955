import { write } from 'node:fs'

/** Lines kept while the reader of the log is slow; more are dropped and counted. */
const most = 10_000

/**
 * Where log lines go: a file descriptor, written in the thread pool. Node writes to pipes synchronously, and a pipe that
 * nobody reads would stop the whole daemon, withdrawals included.
 */
export class LogSink {
  #lines: string[] = []
  #dropped = 0
  #writing = false
  #idle: () => void = () => {}

  constructor(private readonly fd: number) {}

  write(line: string): void {
    if (this.#lines.length >= most) this.#dropped += 1
    else this.#lines.push(line)
    if (!this.#writing) this.#next()
  }

  /** Resolves when all is written; never, while nobody reads. */
  flushed(): Promise<void> {
    if (!this.#writing) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle = resolve
    })
  }

  #next(): void {
    const lost =
      this.#dropped === 0
        ? ''
        : `${JSON.stringify({ level: 'warn', msg: `${this.#dropped} log lines were dropped: nobody read them in time` })}\n`
    const bytes = Buffer.from(this.#lines.join('') + lost)
    this.#lines = []
    this.#dropped = 0
    this.#writing = bytes.length > 0
    if (this.#writing) this.#writeFrom(bytes, 0)
    else this.#idle()
  }

  #writeFrom(bytes: Buffer, at: number): void {
    write(this.fd, bytes, at, bytes.length - at, null, (error, written) => {
      if (error !== null && error.code === 'EAGAIN') setTimeout(() => this.#writeFrom(bytes, at), 20).unref()
      // A log that is gone (EPIPE, ENOSPC) must not take the daemon along; there is nowhere to say so.
      else if (error !== null || at + written >= bytes.length) this.#next()
      else this.#writeFrom(bytes, at + written)
    })
  }
}
