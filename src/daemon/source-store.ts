import { join } from 'node:path'
import { noSourceChanges, type SourceChanges } from '../domain/source.js'
import { areNames, keepJson, notUnderstood, readKept } from './kept-file.js'

/**
 * What operators changed about source addresses, in the run directory: it survives a restart of the daemon and not a
 * reboot, after which the file says what holds.
 */
export class SourceStore {
  private constructor(
    private readonly path: string,
    private kept: SourceChanges,
  ) {}

  /** Throws where the file is there and can't be read. */
  static open(runDir: string): SourceStore {
    const path = join(runDir, 'sources.json')
    const kept = readKept(path)
    return new SourceStore(path, kept === undefined ? noSourceChanges : changesIn(kept, path))
  }

  get changes(): SourceChanges {
    return this.kept
  }

  write(changes: SourceChanges): void {
    const { enabled, moved, off } = changes
    keepJson(this.path, { format: 1, enabled, moved: Object.fromEntries(moved), off: [...off].sort() })
    this.kept = changes
  }
}

function changesIn({ format, enabled, moved, off }: Readonly<Record<string, unknown>>, path: string): SourceChanges {
  if (format !== 1 || !isMoves(moved) || !areNames(off)) throw notUnderstood(path)
  return {
    enabled: typeof enabled === 'boolean' ? enabled : null,
    moved: new Map(Object.entries(moved)),
    off: new Set(off),
  }
}

function isMoves(value: unknown): value is Readonly<Record<string, string | null>> {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every((vip) => vip === null || typeof vip === 'string')
}
