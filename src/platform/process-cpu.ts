import { readFile } from 'node:fs/promises'

/** USER_HZ: in what user space is told, Linux counts a hundred ticks a second on every architecture of today. */
const millisecondsPerTick = 10

/** CPU time that a process has used so far, in milliseconds; undefined when there is no such process. */
export async function cpuTime(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return stat === undefined ? undefined : parseCpuTime(stat)
}

/** Of /proc/PID/stat (proc(5)): fields 14 and 15. The second one, the name, may hold blanks and parentheses. */
export function parseCpuTime(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return Number.isNaN(ticks) ? undefined : ticks * millisecondsPerTick
}
