/** One thing that is wrong, and where. JSON-friendly: every key is always there. */
export interface ConfigError {
  readonly file: string
  /** From 1; null when the file itself could not be read. */
  readonly line: number | null
  /** From 1, in characters; null when the file itself could not be read. */
  readonly column: number | null
  /** `vips.resolver.checks[0].timeout`; empty for the file as a whole. */
  readonly path: string
  /** What is wrong, without a full stop at its end. */
  readonly message: string
  /** What would be right, without a full stop at its end. */
  readonly remedy: string
}

/** `vips.resolver.checks[0]`; a key that is no plain word stands in brackets and quotes. */
export function pathText(path: readonly (string | number)[]): string {
  return path.map((part, at) => partText(part, at === 0)).join('')
}

function partText(part: string | number, first: boolean): string {
  if (typeof part === 'number') return `[${part}]`
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return `[${JSON.stringify(part)}]`
  return first ? part : `.${part}`
}

/** For people, one line each: `file:line:column: path: message. remedy`. */
export function formatErrors(errors: readonly ConfigError[]): string {
  return errors.map((error) => `${formatError(error)}\n`).join('')
}

function formatError({ file, line, column, path, message, remedy }: ConfigError): string {
  const where = line === null ? file : `${file}:${line}:${column}`
  return [where, ...(path === '' ? [] : [path]), `${message}. ${remedy}`].join(': ')
}
