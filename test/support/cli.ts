import { daemonEntries, type Entries } from '../../src/cli/entries.js'
import { execute } from '../../src/cli/execute.js'
import type { Io } from '../../src/cli/io.js'
import { packageVersion } from '../../src/cli/version.js'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly env?: Io['env']
  readonly columns?: number
  readonly rows?: number | null
  readonly color?: boolean
  /** What the person at the terminal answers; by default nobody sits there. */
  readonly answer?: string
  readonly entries?: Partial<Entries>
  /** Called with everything that was printed so far, whenever something is; `interrupt` is Ctrl-C. */
  readonly watch?: (out: string, interrupt: () => void) => void
}

/** Runs a command line in this process, on a terminal of 80 columns without colour. */
export async function runCli(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  let out = ''
  let err = ''
  const interrupts = new Set<() => void>()
  const io: Io = {
    out: (text) => {
      out += text
      options.watch?.(out, () => {
        for (const interrupt of interrupts) interrupt()
      })
    },
    err: (text) => void (err += text),
    env: options.env ?? {},
    columns: options.columns ?? 80,
    rows: options.rows === undefined ? 24 : options.rows,
    color: options.color ?? false,
    ask: (question) => {
      err += `${question}\n`
      return Promise.resolve(options.answer ?? null)
    },
    onInterrupt: (callback) => {
      interrupts.add(callback)
      return () => interrupts.delete(callback)
    },
  }
  const code = await execute(argv, io, { ...daemonEntries, ...options.entries })
  return { code, out, err }
}

/** All of it as one text for a golden file, without what differs from one run to the next. */
export function transcript(
  argv: readonly string[],
  { code, out, err }: Ran,
  variable: Readonly<Record<string, string>>,
): string {
  const text = [
    `$ vipcast ${argv.join(' ')}\n`,
    out,
    err === '' ? '' : `--- standard error\n${err}`,
    `--- exit code ${code}\n`,
  ].join('')
  const replacements = { ...variable, [packageVersion()]: '<version>' }
  return Object.entries(replacements).reduce((rest, [from, to]) => rest.replaceAll(from, to), text)
}
