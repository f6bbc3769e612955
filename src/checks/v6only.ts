import { describeEnd, type ProcessRunner } from '../platform/process.js'

/** Says of sockets that listen on `::` which of them leave IPv4 alone. Throws an error for a person. */
export interface V6Only {
  ask(protocol: 'tcp' | 'udp', port: number, inode: string, signal: AbortSignal): Promise<boolean | 'gone'>
}

/** Answers that are remembered: services that come and go all the time must not fill the memory. */
const remembered = 4096

/**
 * The tables in /proc do not tell; `ss` does, which is a process. A socket can't change its mind after it was bound, so
 * each is asked about once.
 */
export function createV6Only(runner: ProcessRunner): V6Only {
  const known = new Map<string, boolean>()
  return {
    ask: async (protocol, port, inode, signal) => {
      const before = known.get(inode)
      if (before !== undefined) return before
      const argv = ['ss', '-H', '-n', '-l', '-e', protocol === 'tcp' ? '-t' : '-u', `sport = :${port}`]
      const { end, stdout, stderr } = await runner.run(argv, { timeout: patience, signal })
      if (end.kind !== 'exited' || end.code !== 0) throw new Error(`ss ${describeEnd(end, stderr)}`)
      if (known.size > remembered) known.clear()
      for (const [inode, only] of parseV6Only(stdout)) known.set(inode, only)
      return known.get(inode) ?? 'gone'
    },
  }
}

/** Milliseconds; the check's own timeout is shorter as a rule. */
const patience = 10_000

/** By inode; sockets for IPv4 have no such word. */
export function parseV6Only(output: string): ReadonlyMap<string, boolean> {
  const only = new Map<string, boolean>()
  for (const line of output.split('\n')) {
    const inode = /\sino:(\d+)(?=\s)/.exec(line)?.[1]
    const flag = /\sv6only:([01])(?=\s|$)/.exec(line)?.[1]
    if (inode !== undefined && flag !== undefined) only.set(inode, flag === '1')
  }
  return only
}
