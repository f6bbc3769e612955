import { join } from 'node:path'
import { areNames, keepJson, notUnderstood, readKept } from './kept-file.js'

/**
 * Which VIPs of mode manual are claimed here, in the run directory: a claim survives a restart of the daemon and not a
 * reboot, after which the cluster may have moved the VIP.
 */
export class ClaimStore {
  private constructor(
    private readonly path: string,
    private claimed: ReadonlySet<string>,
  ) {}

  /** Throws where the file is there and can't be read. */
  static open(runDir: string): ClaimStore {
    const path = join(runDir, 'claims.json')
    const kept = readKept(path)
    if (kept === undefined) return new ClaimStore(path, new Set())
    const { format, claimed } = kept
    if (format !== 1 || !areNames(claimed)) throw notUnderstood(path)
    return new ClaimStore(path, new Set(claimed))
  }

  has(vip: string): boolean {
    return this.claimed.has(vip)
  }

  claim(vip: string): void {
    this.#write(new Set([...this.claimed, vip]))
  }

  release(vip: string): void {
    this.#write(new Set([...this.claimed].filter((name) => name !== vip)))
  }

  #write(claimed: ReadonlySet<string>): void {
    if (claimed.size === this.claimed.size) return
    keepJson(this.path, { format: 1, claimed: [...claimed].sort() })
    this.claimed = claimed
  }
}
