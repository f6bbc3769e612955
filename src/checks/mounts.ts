import { readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** By mount point: file systems whose server, which is not this kernel, may keep whoever touches them waiting for ever. */
export type RemoteMounts = ReadonlySet<string>

/** What this process sees; reading the table touches none of the file systems. */
export async function readRemoteMounts(table = '/proc/self/mountinfo'): Promise<RemoteMounts> {
  return remoteMounts(await readFile(table, 'utf8'))
}

/** File systems that need nobody but this kernel. One that is not known here is taken for one that may hang. */
const local: ReadonlySet<string> = new Set(
  (
    'bcachefs btrfs cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs erofs exfat ext2 ext3 ext4 f2fs hugetlbfs ' +
    'iso9660 jfs mqueue nilfs2 nsfs ntfs3 overlay proc pstore ramfs reiserfs rootfs securityfs squashfs sysfs tmpfs ' +
    'tracefs ubifs udf ufs vfat xfs zfs'
  ).split(' '),
)

/** Reads /proc/self/mountinfo (proc(5)). Of file systems mounted over each other, the last one is what is seen. */
export function remoteMounts(mountinfo: string): RemoteMounts {
  const remote = new Set<string>()
  for (const line of mountinfo.split('\n')) {
    const [before = '', after] = line.split(' - ')
    const point = before.split(' ')[4]
    if (after === undefined || point === undefined) continue
    const path = point.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
    if (local.has(after.split(' ')[0] ?? '')) remote.delete(path)
    else remote.add(path)
  }
  return remote
}

/** As many symbolic links as the kernel follows (path_resolution(7)). */
const mostLinks = 40

/**
 * The mount point of the first such file system on the way to a path, null when there is none. Every step up to there is
 * taken on local ones, links included, so that looking can't hang.
 */
export async function remoteOnTheWay(path: string, remote: RemoteMounts): Promise<string | null> {
  if (remote.size === 0) return null
  let at = '/'
  let steps = path.split('/')
  for (let links = 0; links <= mostLinks;) {
    const step = steps.shift()
    if (step === undefined) return null
    const next = join(at, step)
    if (remote.has(next)) return next
    const link = await readlink(next).catch(() => null)
    if (link === null) {
      at = next
    } else {
      links += 1
      if (link.startsWith('/')) at = '/'
      steps = [...link.split('/'), ...steps]
    }
  }
  return null
}
