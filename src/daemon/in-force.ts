import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The configuration in force, for whoever cleans up after a crash: the file that it was read from may hold a draft by then,
 * or a mistake that a reload refused, and what this life announced would stay for ever.
 */
export function inForcePath(runDir: string): string {
  return join(runDir, 'in-force.yaml')
}

/** Replaces the copy in one step. Nobody else may read it: headers of checks can hold secrets. */
export function keepInForce(runDir: string, text: string): void {
  const path = inForcePath(runDir)
  writeFileSync(`${path}.next`, text, { mode: 0o600 })
  renameSync(`${path}.next`, path)
}
