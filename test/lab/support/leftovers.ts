import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Processes of this PID namespace that run, by their pids outside; what only waits to be reaped does not count. */
export function processesIn(pidNamespace: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => linkOrUndefined(`/proc/${pid}/ns/pid`) === pidNamespace)
    .filter((pid) => !/^State:\tZ/m.test(textOrNothing(`/proc/${pid}/status`)))
}

/** What a lab could leave on the machine: mounts, names of network namespaces, links. */
export function traces(): { mounts: string; names: string[]; links: string[] } {
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    names: listOrNothing('/run/netns'),
    links: listOrNothing('/sys/class/net'),
  }
}

function linkOrUndefined(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    // Ended meanwhile, or another user's.
    return undefined
  }
}

function textOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function listOrNothing(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
