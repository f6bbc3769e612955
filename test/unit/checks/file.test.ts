import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import type { FileProbe } from '../../../src/domain/config.js'
import { probing } from '../../support/probing.js'

const folder = mkdtempSync(join(tmpdir(), 'vipcast-file-'))
after(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)

function looking(name: string, over: Partial<FileProbe> = {}): Promise<string> {
  return probing({ type: 'file', path: at(name), state: 'present', maxAge: null, contains: null, ...over })
}

/** Writes a file that was written so many seconds ago. */
function write(name: string, text = '', age = 0): void {
  writeFileSync(at(name), text)
  const time = Date.now() / 1000 - age
  utimesSync(at(name), time, time)
}

describe('a file check', () => {
  it('passes while there is something at the path, of any kind, and fails when there is nothing', async () => {
    write('there')
    mkdirSync(at('folder'))
    symlinkSync('there', at('link'))
    for (const name of ['there', 'folder', 'link']) assert.equal(await looking(name), 'pass: present', name)
    assert.equal(await looking('missing'), 'fail: absent')
    assert.equal(await looking('there/below'), 'fail: absent')
  })

  it('passes, when it asks for none, exactly while there is nothing', async () => {
    write('flag')
    symlinkSync('nowhere', at('dangling'))
    assert.equal(await looking('flag', { state: 'absent' }), 'fail: present')
    assert.equal(await looking('missing', { state: 'absent' }), 'pass: absent')
    assert.equal(await looking('dangling', { state: 'absent' }), 'pass: absent')
  })

  it('fails when it was written too long ago', async () => {
    write('heartbeat', '', 90)
    assert.match(await looking('heartbeat', { maxAge: 100_000 }), /^pass: written 90(\.\d)? s ago$/)
    assert.match(await looking('heartbeat', { maxAge: 60_000 }), /^fail: written 90(\.\d)? s ago, 60 s at most$/)
  })

  it('takes a file from the future for a fresh one', async () => {
    write('future', '', -3600)
    assert.equal(await looking('future', { maxAge: 1000 }), 'pass: written 0 s ago')
  })

  it('passes when it contains the text, or matches the expression, and says what is there when not', async () => {
    write('state', 'role=primary\nlag=3\n')
    assert.equal(await looking('state', { contains: 'role=primary' }), 'pass: present, as expected')
    assert.equal(await looking('state', { contains: '/^LAG=\\d$/im' }), 'pass: present, as expected')
    assert.match(await looking('state', { contains: 'lag', maxAge: 20_000 }), /^pass: written \S+ s ago, as expected$/)
    assert.equal(
      await looking('state', { contains: 'replica' }),
      'fail: file lacks "replica": "role=primary\\nlag=3\\n"',
    )
    write('empty')
    assert.equal(await looking('empty', { contains: 'x' }), 'fail: file lacks "x"')
  })

  it('finds a text that lies across two pieces, and characters too', async () => {
    write('long', `${'x'.repeat(64 * 1024 - 1)}ärger`)
    assert.equal(await looking('long', { contains: 'ärger' }), 'pass: present, as expected')
  })

  it('reads no more than the beginning of a huge file', async () => {
    write('huge', 'x'.repeat(300 * 1024) + 'needle')
    truncateSync(at('huge'), 100_000_000)
    assert.match(await looking('huge', { contains: 'needle' }), /^fail: file lacks "needle"/)
  })

  it('opens nothing but regular files: a pipe, a socket or a device has no text', async (t) => {
    execFileSync('mkfifo', [at('pipe')])
    const server = createServer().listen(at('socket'))
    await once(server, 'listening')
    t.after(() => server.close())
    for (const name of ['pipe', 'socket', '../../dev/zero', 'folder'])
      assert.equal(await looking(name, { contains: 'x' }), 'fail: not a regular file', name)
    assert.equal(await looking('pipe'), 'pass: present')
  })

  it('tells an error of the file system from a file that is not there', async () => {
    symlinkSync('circle', at('circle'))
    assert.equal(await looking('circle'), 'fail: can not be read: ELOOP')
    assert.equal(await looking('circle', { state: 'absent' }), 'fail: can not be read: ELOOP')
  })

  it('tests nothing where this daemon may not look', async () => {
    mkdirSync(at('closed'))
    write('closed/file', 'x')
    write('secret', 'x')
    chmodSync(at('closed'), 0)
    chmodSync(at('secret'), 0)
    const unknown = 'unknown: can not be read by this daemon: EACCES'
    assert.equal(await asNobody({ path: at('closed/file') }), unknown)
    assert.equal(await asNobody({ path: at('closed/file'), state: 'absent' }), unknown)
    assert.equal(await asNobody({ path: at('secret') }), 'pass: present')
    assert.equal(await asNobody({ path: at('secret'), contains: 'x' }), unknown)
    chmodSync(at('closed'), 0o700)
  })

  it('ends in time, and its process too, when the file system does not answer', async () => {
    const mount = at('stuck')
    mkdirSync(mount)
    symlinkSync('stuck/file', at('into'))
    for (const name of ['stuck/file', 'into', 'stuck']) {
      const late = `fail: no answer from the file system at ${mount} within 300 ms`
      assert.equal(await besideStuckMount(mount, { path: at(name) }), late, name)
    }
    assert.equal(await besideStuckMount(mount, { path: at('there') }), 'pass: present')
  })
})

const program = fileURLToPath(new URL('../../support/probe-main.js', import.meta.url))

function probeInChild(argv: readonly string[], over: Partial<FileProbe>): Promise<string> {
  const probe: FileProbe = { type: 'file', path: '', state: 'present', maxAge: null, contains: null, ...over }
  const child = spawn(argv[0]!, [...argv.slice(1), process.execPath, program, JSON.stringify(probe), '300'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (piece: Buffer) => (printed += piece.toString()))
  return once(child, 'close').then(([code]) => `${printed.trim()}${code === 0 ? '' : ` (exit ${String(code)})`}`)
}

/** Root may look everywhere. */
function asNobody(over: Partial<FileProbe>): Promise<string> {
  chmodSync(folder, 0o755)
  const other =
    process.getuid?.() === 0 ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : ['env']
  return probeInChild(other, over)
}

/**
 * In a mount namespace of its own, where a FUSE file system is mounted that nobody serves: whoever touches it waits, as
 * with an NFS server that is gone. Its last file descriptor ends with the process, and so does the waiting.
 */
function besideStuckMount(mount: string, over: Partial<FileProbe>): Promise<string> {
  const own = process.getuid?.() === 0 ? '-m' : '-Urm'
  const script = 'exec 3<>/dev/fuse && mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 x "$0" && exec "$@"'
  return probeInChild(['unshare', own, 'sh', '-c', script, mount], over)
}
