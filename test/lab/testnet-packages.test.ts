import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { project } from './support/two-hosts.js'

const script = `${project}testnet/packages.sh`
const policy = '/usr/sbin/policy-rc.d'

interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a bash script as root of a mount namespace, where files can be covered and nothing lasts. */
function inPrivateMounts(text: string, ...parameters: string[]): Promise<Result> {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  return new Promise((done) => {
    execFile('unshare', [...user, '--mount', 'bash', '-euc', text, 'bash', ...parameters], (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

/** What shows whether services could have been let off or on. */
function servicesState(): string[] {
  return [policy, '/usr/sbin/invoke-rc.d', '/usr/bin/deb-systemd-helper'].map((path) =>
    existsSync(path) ? readFileSync(path, 'utf8') : 'none',
  )
}

function fakeAptGet(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'apt-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'apt-get')
  const lines = [
    '#!/bin/bash',
    'echo "apt-get $*"',
    'invoke-rc.d no-such-service start && echo "starting is a no-op"',
    'deb-systemd-invoke start no-such.service && echo "starting a unit is a no-op"',
    'deb-systemd-helper --quiet was-enabled no-such.service || echo "new units count as disabled"',
  ]
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o755 })
  return path
}

describe('testnet/packages.sh', () => {
  it('says nothing when nothing is missing', async () => {
    assert.deepEqual(await inPrivateMounts('exec "$1"', script), { code: 0, stdout: '', stderr: '' })
  })

  it('tells somebody without privileges what is missing, why, and the one command that installs it', async () => {
    const result = await inPrivateMounts('mount --bind /dev/null /usr/bin/gobgpd; exec unshare --user "$1"', script)
    assert.equal(result.code, 1)
    assert.match(
      result.stdout,
      /^The demo and the lab tests need what this machine lacks:\n {2}gobgpd +the routing daemon .*\n$/,
    )
    assert.match(
      result.stderr,
      /^packages\.sh: not root, .*: run {2}(sudo|su -c) \S+\/packages\.sh {2}once, then try again\n$/,
    )
  })

  it('lets no service be started or enabled by what it installs, and leaves no trace of that', async (t) => {
    const before = servicesState()
    const result = await inPrivateMounts(
      'mount --bind /dev/null /usr/bin/gobgpd; mount --bind "$2" /usr/bin/apt-get; exec "$1"',
      script,
      fakeAptGet(t),
    )
    assert.match(result.stdout, /apt-get .* install --no-install-recommends --no-upgrade gobgpd\n/)
    assert.match(result.stdout, /starting is a no-op\nstarting a unit is a no-op\nnew units count as disabled\n/)
    assert.match(result.stderr, /still missing after the installation: gobgpd/)
    assert.equal(result.code, 1)
    assert.deepEqual(servicesState(), before)
  })
})
