import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { freeze, Host, web } from './support/host.js'
import { project, startTwoHosts } from './support/two-hosts.js'

/** Prints each datagram that arrives at a Unix socket; Node has no datagram Unix sockets. */
const receiver = `
use strict; use warnings; use Socket;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "$!";
bind($socket, pack_sockaddr_un($ARGV[0])) or die "$!";
$| = 1;
print "listening\\n";
while (defined recv($socket, my $said, 4096, 0)) { print "$said\\n" }
`

describe('the unit of systemd', () => {
  let lab: Lab
  let host: Host
  let notified: NodeProcess
  before(async () => {
    lab = await startTwoHosts()
    host = new Host(lab.node('host1'))
    notified = await host.node.spawn(['perl', '-e', receiver, '/run/notify.sock'])
    await waitFor(() => notified.tail().includes('listening'), { what: 'somebody listens as systemd does' })
  })
  after(() => lab?.stop())

  it('is told that the daemon is ready once it runs, and that it stops before anything is withdrawn', async () => {
    const configuration = web('holdDown: 0s, damping: false, settle: 50ms')
    await host.startService()
    const env = { NOTIFY_SOCKET: '/run/notify.sock' }
    const daemon = await host.startDaemon(configuration, { env })
    await waitFor(() => notified.tail().includes('READY=1'), { what: 'READY=1', explain: () => notified.tail() })
    assert.doesNotMatch(notified.tail(), /STOPPING/)
    await waitFor(async () => (await host.rib()).length === 2, { what: 'announced' })
    await freeze(host.gobgpd)
    daemon.process.kill('SIGTERM')
    await waitFor(() => notified.tail().includes('STOPPING=1'), { what: 'STOPPING=1', explain: () => notified.tail() })
    host.gobgpd.kill('SIGCONT')
    assert.deepEqual(await daemon.process.exited, { code: 0, signal: null })
  })

  it('leaves /proc/sys/net writable, which VIPs of mode local need', async () => {
    const unit = await readFile(`${project}packaging/vipcast.service`, 'utf8')
    assert.doesNotMatch(unit, /^(ProtectKernelTunables=yes|ReadOnlyPaths=.*\/proc)/m)
    assert.match(unit, /^AmbientCapabilities=.*CAP_NET_ADMIN/m)
  })

  it('is one that systemd understands', async (test) => {
    const isThere = await promisify(execFile)('systemd-analyze', ['--version']).then(Boolean, () => false)
    if (!isThere) return test.skip('systemd-analyze is not installed here')
    const folder = await mkdtemp(join(tmpdir(), 'vipcast-unit-'))
    try {
      const unit = await readFile(`${project}packaging/vipcast.service`, 'utf8')
      // The program is not installed here.
      const here = join(folder, 'vipcast.service')
      const program = join(folder, 'vipcast')
      await writeFile(program, '#!/bin/sh\n')
      await chmod(program, 0o755)
      await writeFile(here, unit.replaceAll(/\/\S*\/bin\/vipcast/g, program))
      const { stdout, stderr } = await promisify(execFile)('systemd-analyze', ['verify', here])
      assert.doesNotMatch(stdout + stderr, /vipcast/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
