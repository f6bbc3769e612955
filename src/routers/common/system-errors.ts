export interface SystemError {
  readonly code: string
  readonly syscall?: unknown
  readonly path?: unknown
}

/** What Node's own errors say of themselves, the error first and then what caused it. */
export function systemErrors(reason: unknown): SystemError[] {
  const found: SystemError[] = []
  const seen = new Set<unknown>()
  for (let at = reason; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at)
    const { code, syscall, path } = at as { code?: unknown; syscall?: unknown; path?: unknown }
    if (typeof code === 'string') found.push({ code, syscall, path })
  }
  return found
}
