import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

import { createProber, probeKinds } from '../../src/checks/kinds.js'
import type { Prober, ProbeTools } from '../../src/checks/probe.js'
import type { ProcessRunner } from '../../src/platform/process.js'
import { repliesLike } from '../support/icmp-host.js'
import { openNamespace, type Namespace } from '../support/namespace.js'
import { lookupOf, probeBy, probeTools } from '../support/probing.js'
import { isAlive, waitFor } from '../support/wait.js'

// Without namespaces there is no place to run it; `make test` says as its last line that LAB=none left it out.
describe('a ping check with a real fping', { skip: process.env['LAB'] === 'none' && 'LAB=none' }, () => {
  let own: Namespace
  let peer: Namespace
  before(async () => {
    own = await openNamespace()
    peer = await openNamespace(own)
    await own.exec('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1')
    await own.exec('ip', 'link', 'set', 'eth1', 'netns', String(peer.pid))
    await addresses(own, 'eth0', '192.0.2.1/24', '2001:db8::1/64')
    await addresses(peer, 'eth1', '192.0.2.2/24', '192.0.2.3/24', '2001:db8::2/64')
    await own.exec('ip', 'route', 'add', '198.51.100.0/24', 'via', '192.0.2.2')
    await peer.exec('ip', 'route', 'add', 'unreachable', '198.51.100.0/24')
    await peer.exec('sysctl', '-qw', 'net.ipv4.ip_forward=1')
  })
  after(async () => {
    await peer?.close()
    await own?.close()
  })

  /** Checks that share one fping, as those of a daemon do. */
  const checks = (t: TestContext, runner: ProcessRunner = own.runner) => {
    const tools: ProbeTools = probeTools({ runner, lookup: lookupOf({ peer: '192.0.2.2' }) })
    return (host: string, timeout = 5_000): Prober => {
      const timing = { interval: 1000, fastInterval: 50, timeout }
      const prober = createProber(probeKinds, { type: 'ping', host }, tools, timing)
      t.after(() => prober.close())
      return prober
    }
  }

  it('passes while the host replies, by IPv4, IPv6 or name, and this host too', async (t) => {
    const check = checks(t)
    const probers = ['192.0.2.2', '2001:db8::2', 'peer', '192.0.2.1', '::1'].map((host) => check(host))
    for (const prober of probers) assert.match(await probeBy(prober), /^pass: reply in [\d.]+ ms$/)
    for (const prober of probers) assert.match(await probeBy(prober), /^pass/)
  })

  it('fails while nobody has the address, and while the host does not reply, and passes again when it does', async (t) => {
    const check = checks(t)
    assert.equal(await probeBy(check('192.0.2.9', 200), 200), 'fail: no reply within 200 ms')
    const prober = check('192.0.2.2')
    assert.match(await probeBy(prober), /^pass/)
    await repliesLike(t, peer, 'silent')
    await waitFor('a failure', async () => (await probeBy(prober, 200)) === 'fail: no reply within 200 ms')
    await repliesLike(t, peer, 'prompt')
    assert.match(await probeBy(prober), /^pass/)
  })

  it('fails while the link is down', async (t) => {
    const prober = checks(t)('2001:db8::2')
    assert.match(await probeBy(prober), /^pass/)
    await peer.exec('ip', 'link', 'set', 'eth1', 'down')
    t.after(() => addresses(peer, 'eth1', '2001:db8::2/64'))
    await waitFor('a failure', async () => (await probeBy(prober, 200)) === 'fail: no reply within 200 ms')
  })

  it('fails on replies that come too late, and says how late', async (t) => {
    await repliesLike(t, peer, { delay: 0.3, source: '192.0.2.2' })
    const check = checks(t)
    const prober = check('192.0.2.2', 200)
    const late = /^fail: a reply after 3\d\d ms, and none within 200 ms$/
    await waitFor('a late reply', async () => late.test(await probeBy(prober, 200)))
    assert.match(await probeBy(check('192.0.2.2')), /^pass: reply in 3\d\d ms$/)
  })

  it('says who else answered in place of the host', async (t) => {
    const check = checks(t)
    const refused = /^fail: 192\.0\.2\.2 said (Host|Destination Host|Network) Unreachable, and no reply within 300 ms$/
    const unreachable = check('198.51.100.7', 300)
    await waitFor('a refusal', async () => refused.test(await probeBy(unreachable, 300)))
    await repliesLike(t, peer, { delay: 0, source: '192.0.2.3' })
    const taken = 'fail: 192.0.2.3 replied in its place, and no reply within 300 ms'
    const prober = check('192.0.2.2', 300)
    await waitFor('a reply from elsewhere', async () => (await probeBy(prober, 300)) === taken)
  })

  it('goes on without a failure while other hosts come and go', async (t) => {
    const check = checks(t)
    const prober = check('192.0.2.2')
    assert.match(await probeBy(prober), /^pass/)
    for (let n = 10; n < 15; n += 1) {
      const other = check(`192.0.2.${n}`)
      for (let probe = 0; probe < 4; probe += 1) assert.match(await probeBy(prober), /^pass/)
      other.close()
    }
  })

  it('shares one process with all others, which ends with the last of them', async (t) => {
    const check = checks(t)
    const probers = ['192.0.2.2', '192.0.2.3', '192.0.2.2'].map((host) => check(host))
    await Promise.all(probers.map((prober) => probeBy(prober)))
    const pids = fpings()
    assert.equal(pids.length, 1)
    for (const prober of probers) prober.close()
    await waitFor('fping to end', () => fpings().length === 0)
  })

  it('concludes nothing when fping is killed, and passes when another one was started', async (t) => {
    const prober = checks(t)('192.0.2.2')
    assert.match(await probeBy(prober), /^pass/)
    process.kill(fpings()[0]!, 'SIGKILL')
    await waitFor('it is noticed', async () => (await probeBy(prober, 100)) === 'unknown: fping was killed by SIGKILL')
    await waitFor('another one', async () => (await probeBy(prober)).startsWith('pass'))
  })

  it('concludes nothing when fping hangs, and has it replaced', async (t) => {
    const prober = checks(t)('192.0.2.2', 100)
    assert.match(await probeBy(prober), /^pass/)
    const [hanging] = fpings()
    process.kill(hanging!, 'SIGSTOP')
    // That it hangs shows after some time: until then silence may be the host's.
    await waitFor('it is noticed', async () => (await probeBy(prober, 200)) === 'unknown: fping hangs')
    await waitFor('another one', async () => (await probeBy(prober)).startsWith('pass'))
    await waitFor('the end of the first', () => !isAlive(hanging!))
  })

  it('concludes nothing where fping is missing', async (t) => {
    const start: ProcessRunner['start'] = (argv, options) =>
      own.runner.start(
        argv.map((word) => (word === 'fping' ? 'no-such-fping' : word)),
        options,
      )
    const prober = checks(t, { ...own.runner, start })('192.0.2.2')
    assert.equal(await probeBy(prober, 200), 'unknown: fping is not installed (Debian: fping)')
  })

  const root = process.getuid?.() === 0
  const program = fileURLToPath(new URL('../support/probe-main.js', import.meta.url))
  const asNobody = (host: string, timeout: number, ...more: readonly string[]) => {
    const probe = JSON.stringify({ type: 'ping', host })
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', ...more]
    const inside = ['-t', String(own.pid), '-n', ...nobody, process.execPath, program, probe, String(timeout)]
    return spawn('nsenter', inside, { stdio: ['ignore', 'pipe', 'inherit'] })
  }

  /** What a daemon says that has these capabilities alone, as the unit gives them. */
  const withCapabilities = async (list: string): Promise<string> => {
    const sets = ['--inh-caps', '--ambient-caps', '--bounding-set'].flatMap((set) => [set, `-all,${list}`])
    let said = ''
    for await (const piece of asNobody('127.0.0.1', 5_000, '--no-new-privs', ...sets).stdout) said += String(piece)
    return said
  }

  it('says which privilege the unit lacks, and is content with that one', { skip: !root }, async () => {
    const said = await withCapabilities('+net_admin')
    assert.match(said, /^unknown: fping exited with (4|126): .+; vipcast lacks CAP_NET_RAW\n$/)
    assert.match(await withCapabilities('+net_admin,+net_raw'), /^pass/)
  })

  it('has an fping that ends with the daemon, however that ends and whoever it runs as', { skip: !root }, async () => {
    const daemon = asNobody('192.0.2.9', 60_000)
    await waitFor('fping to run', () => fpings(daemon.pid).length === 1)
    const [pid] = fpings(daemon.pid)
    daemon.kill('SIGKILL')
    await waitFor('fping to end', () => !isAlive(pid!))
  })
})

async function addresses(space: Namespace, device: string, ...list: readonly string[]): Promise<void> {
  await space.exec('ip', 'link', 'set', device, 'up')
  for (const address of list)
    await space.exec('ip', 'address', 'replace', address, 'dev', device, ...(address.includes(':') ? ['nodad'] : []))
}

/** Process ids of every fping that a process has started. */
function fpings(parent: number = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isFping(pid, parent))
}

function isFping(pid: number, parent: number): boolean {
  try {
    const [, name, of] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return name === 'fping' && Number(of) === parent && isAlive(pid)
  } catch {
    return false
  }
}
