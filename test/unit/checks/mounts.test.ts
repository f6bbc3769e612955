import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'

import fc from 'fast-check'

import { readRemoteMounts, remoteMounts, remoteOnTheWay } from '../../../src/checks/mounts.js'

const line = (point: string, type: string): string => `36 35 0:31 / ${point} rw,noatime shared:1 - ${type} dev rw`

const noted = (...lines: string[]): string[] => [...remoteMounts(lines.join('\n'))]

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'vipcast-mounts-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

describe('file systems that may hang', () => {
  it('are those that need a server, and every one that is not known', () => {
    const mounts = ['nfs4', 'cifs', 'fuse.sshfs', '9p', 'autofs', 'never-heard-of'].map((type) =>
      line(`/${type}`, type),
    )
    assert.deepEqual(noted(line('/', 'ext4'), ...mounts, line('/run', 'tmpfs')), [
      '/nfs4',
      '/cifs',
      '/fuse.sshfs',
      '/9p',
      '/autofs',
      '/never-heard-of',
    ])
  })

  it('are seen under the last one that is mounted there', () => {
    assert.deepEqual(noted(line('/a', 'nfs4'), line('/a', 'tmpfs'), line('/b', 'autofs'), line('/b', 'nfs4')), ['/b'])
  })

  it('are found at a path with blanks, and with any number of optional fields', () => {
    assert.deepEqual(noted(line('/mnt/my\\040share\\134x', 'nfs')), ['/mnt/my share\\x'])
    assert.deepEqual(
      noted('36 35 0:31 / /a rw - nfs server:/x rw', '36 35 0:31 / /b rw shared:1 master:2 - nfs x rw'),
      ['/a', '/b'],
    )
  })

  it('are told from any text without an error', () => {
    const piece = fc.oneof(fc.constantFrom(' ', ' - ', '\n', '\\040', '\\9', '/', 'nfs', 'ext4'), fc.string())
    fc.assert(fc.property(fc.array(piece), (pieces) => void remoteMounts(pieces.join(''))))
  })

  it("are told from this machine's own table", async () => {
    assert.equal((await readRemoteMounts()).has('/proc'), false)
  })
})

describe('the way to a path', () => {
  it('is free where no such file system lies on it', async () => {
    assert.equal(await remoteOnTheWay('/etc/passwd', new Set(['/etc/pass', '/mnt'])), null)
    assert.equal(await remoteOnTheWay('/no/such/path', new Set(['/mnt'])), null)
  })

  it('ends at the mount point, however the path is written', async () => {
    const remote = new Set(['/mnt/share'])
    for (const path of ['/mnt/share', '/mnt/share/', '//mnt//share/a/b', '/mnt/./share/a', '/etc/../mnt/share/a'])
      assert.equal(await remoteOnTheWay(path, remote), '/mnt/share', path)
  })

  it('leads through links, absolute and relative ones', async (t) => {
    const root = folder(t)
    const share = join(root, 'share')
    mkdirSync(join(root, 'a'))
    symlinkSync(share, join(root, 'absolute'))
    symlinkSync('../share/deeper', join(root, 'a/relative'))
    symlinkSync('a/relative', join(root, 'twice'))
    for (const path of ['absolute', 'absolute/file', 'a/relative/file', 'twice'])
      assert.equal(await remoteOnTheWay(join(root, path), new Set([share])), share, path)
  })

  it('is given up where links lead in a circle', async (t) => {
    const root = folder(t)
    symlinkSync('circle', join(root, 'circle'))
    assert.equal(await remoteOnTheWay(join(root, 'circle/file'), new Set(['/mnt'])), null)
  })
})
