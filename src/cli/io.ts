import type { Environment } from './defaults.js'

/** What a command has to do with the world besides its files and the daemon. */
export interface Io {
  out(text: string): void
  err(text: string): void
  readonly env: Environment
  /** Width in characters that tables keep to. */
  readonly columns: number
  /** Height of the terminal in lines; null when the output is none. */
  readonly rows: number | null
  readonly color: boolean
  /** Asks a person and returns the answer; null where nobody sits at a terminal. */
  ask(question: string): Promise<string | null>
  /** Calls back at SIGINT and SIGTERM; until then they end the process at once, as usual. Returns an undo. */
  onInterrupt(callback: () => void): () => void
}

/** What is not a terminal gets tables of the usual width: programs read --json. */
const usualColumns = 80

/** Standard output and error of this process. A reader that went away (`| head`) ends it quietly. */
export function processIo(): Io {
  const { stdout, stderr, env } = process
  const terminal = stdout.isTTY
  stdout.on('error', leaveQuietly)
  stderr.on('error', leaveQuietly)
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    env,
    columns: terminal ? Math.max(stdout.columns, 40) : usualColumns,
    rows: terminal ? stdout.rows : null,
    color: terminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    ask,
    onInterrupt,
  }
}

function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}

async function ask(question: string): Promise<string | null> {
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY) return null
  const { createInterface } = await import('node:readline/promises')
  const dialogue = createInterface({ input: stdin, output: stderr })
  try {
    return await dialogue.question(question)
  } finally {
    dialogue.close()
  }
}

function onInterrupt(callback: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, callback)
  return () => {
    for (const signal of signals) process.off(signal, callback)
  }
}
