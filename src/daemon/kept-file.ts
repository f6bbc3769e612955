import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaces a file in one step, on the disk before this returns. */
export function keepJson(path: string, document: object): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  writeFileSync(`${path}.next`, `${JSON.stringify(document)}\n`, { mode: 0o644, flush: true })
  renameSync(`${path}.next`, path)
}

/** What `keepJson` kept, as far as it is an object; undefined when nothing was. */
export function readKept(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** An operator's word must not be lost in silence. */
export function notUnderstood(path: string): Error {
  return new Error(`${path} was not written by this release, or is damaged; look at it, then remove it.`)
}

export function areNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}
