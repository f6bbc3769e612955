import { readFile } from 'node:fs/promises'

/**
 * Whether a process listens to a group of kernel events. `ip monitor` does not say when it does, and what happens
 * before is lost; the kernel's table of netlink sockets (columns: socket, protocol, port id, groups, four more, lost events, …) tells. The
 * port id of a process's first socket is its process id. False too when there is no such process.
 */
export async function listensToNetlink(pid: number): Promise<boolean> {
  return (await listeningRow(pid)) !== undefined
}

/** How many events the kernel could not hand over to it, because it was too slow; 0 for a process that listens to none. */
export async function lostNetlinkEvents(pid: number): Promise<number> {
  return Number((await listeningRow(pid))?.[8] ?? 0)
}

async function listeningRow(pid: number): Promise<readonly string[] | undefined> {
  const table = await readFile(`/proc/${pid}/net/netlink`, 'utf8').catch(() => '')
  return table
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .find(([, , portId, groups]) => portId === String(pid) && Number.parseInt(groups ?? '0', 16) !== 0)
}
