/** One line of gobgpd's log that a person should see. */
export interface LogLine {
  readonly level: 'warn' | 'error'
  readonly text: string
}

const levels: Readonly<Record<string, LogLine['level']>> = {
  warning: 'warn',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
  panic: 'error',
}

/**
 * gobgpd logs JSON, with names that differ between its generations only in case. Undefined for what is below a warning;
 * a line that is no JSON comes from its runtime and is an error.
 */
export function parseLogLine(line: string): LogLine | undefined {
  if (line.trim() === '') return undefined
  const entry = parseEntry(line)
  if (entry === undefined) return { level: 'error', text: line }
  const level = levels[(entry.get('level') ?? '').toLowerCase()]
  if (level === undefined) return undefined
  const [message = line, about, error] = [entry.get('msg'), entry.get('key'), entry.get('error')]
  return { level, text: [message, about, error].filter((part) => part !== undefined && part !== '').join(': ') }
}

function parseEntry(line: string): Map<string, string> | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    return new Map(
      Object.entries(parsed).map(([key, value]: [string, unknown]) => [
        key.toLowerCase(),
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    )
  } catch {
    return undefined
  }
}
