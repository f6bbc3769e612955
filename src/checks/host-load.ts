import { readFile } from 'node:fs/promises'

/** The kernel's figures of this host; null: it does not tell. */
export interface HostLoad {
  /** Mean number of runnable processes in the last minute. */
  readonly load1m: number | null
  /** Bytes. */
  readonly memory: { readonly total: number; readonly available: number } | null
  /** File descriptions in use, of all processes. */
  readonly openFiles: number | null
}

export async function readHostLoad(folder = '/proc'): Promise<HostLoad> {
  const [loadavg, meminfo, fileNr] = await Promise.all(
    ['loadavg', 'meminfo', 'sys/fs/file-nr'].map((name) => readFile(`${folder}/${name}`, 'latin1')),
  )
  return {
    load1m: parseLoadavg(loadavg ?? ''),
    memory: parseMeminfo(meminfo ?? ''),
    openFiles: parseFileNr(fileNr ?? ''),
  }
}

/** `0.20 0.18 0.12 1/80 11206` (proc(5)). */
export function parseLoadavg(text: string): number | null {
  const load = /^(\d+\.\d+) \d+\.\d+ \d+\.\d+ /.exec(text)?.[1]
  return load === undefined ? null : Number(load)
}

/** `MemAvailable:    1234 kB`, in lines of which the kernel gets more with every release. */
export function parseMeminfo(text: string): HostLoad['memory'] {
  const total = kilobytes(text, /^MemTotal: +(\d+) kB$/m)
  const available = kilobytes(text, /^MemAvailable: +(\d+) kB$/m)
  return total === null || available === null ? null : { total, available }
}

function kilobytes(text: string, pattern: RegExp): number | null {
  const written = pattern.exec(text)?.[1]
  return written === undefined ? null : Number(written) * 1024
}

/** `1632 0 9223372036854775807`: allocated, unused (always 0), the most. */
export function parseFileNr(text: string): number | null {
  const open = /^(\d+)\s+\d+\s+\d+\s*$/.exec(text)?.[1]
  return open === undefined ? null : Number(open)
}
