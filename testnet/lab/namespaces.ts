import { closeSync, openSync, readlinkSync } from 'node:fs'

const kinds = ['user', 'net', 'mnt', 'uts', 'pid'] as const
type Kind = (typeof kinds)[number]

const enterOptions: Record<Kind, string> = { user: 'user', net: 'net', mnt: 'mount', uts: 'uts', pid: 'pid' }

/**
 * The namespaces of one node, held open. A pid could meanwhile have become that of a process of the host, and what is
 * started by it would run there; an open file can't.
 */
export class Namespaces {
  readonly #files = new Map<Kind, number>()

  /** Opens those of process `pid` that are not ours. Throws when its network namespace is ours. */
  constructor(pid: number) {
    for (const kind of kinds) {
      const theirs = namespaceOf(pid, kind)
      if (theirs !== namespaceOf('self', kind)) {
        this.#files.set(kind, openSync(`/proc/${pid}/ns/${kind}`, 'r'))
      } else if (kind === 'net' || kind === 'pid') {
        this.close()
        throw new Error(`process ${pid} is in the ${kind} namespace of the starter: refusing to run a lab there`)
      }
    }
  }

  /** The command that runs `command` inside. */
  enter(command: readonly string[]): string[] {
    const options = [...this.#files].map(([kind, file]) => `--${enterOptions[kind]}=/proc/${process.pid}/fd/${file}`)
    // Without it nsenter calls setgroups, which a user namespace made without root forbids.
    if (this.#files.has('user')) options.push('--preserve-credentials')
    return ['nsenter', ...options, '--', ...command]
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file)
    this.#files.clear()
  }
}

/** The name of a namespace, `net:[4026531840]`. */
export function namespaceOf(pid: number | 'self', kind: Kind): string {
  return readlinkSync(`/proc/${pid}/ns/${kind}`)
}
