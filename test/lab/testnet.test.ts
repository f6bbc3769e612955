import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import { establishedSessions } from '../../testnet/observe/bird.js'
import { wallClock } from '../../testnet/observe/clock.js'
import { followRoutes } from '../../testnet/observe/route-events.js'
import { kernelRoutes, nextHopsOf } from '../../testnet/observe/routes.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { host1, host2, project, sessionsOf, startTwoHosts, vip4, vip6 } from './support/two-hosts.js'

describe('the lab two-hosts', () => {
  let lab: Lab
  before(async () => {
    lab = await startTwoHosts()
  })
  after(() => lab.stop())

  it('has a BGP session per host and address family', async () => {
    const sessions = await establishedSessions(lab.node('router'))
    assert.deepEqual(sessions.toSorted(), ['host1_v4', 'host1_v6', 'host2_v4', 'host2_v6'])
  })

  it('lets each node be a machine of its own name, with the default paths of every program to itself', async () => {
    const node = lab.node('host1')
    assert.equal(await node.output(['hostname']), 'host1\n')
    assert.notEqual(hostname(), 'host1')
    for (const path of [
      '/run/vipcast/a',
      '/var/lib/vipcast/a',
      '/etc/vipcast/a',
      '/tmp/a',
      '/var/run/a',
      '/etc/bird/a',
    ]) {
      await node.writeFile(path, `of host1: ${path}`)
      assert.equal(await node.readFile(path), `of host1: ${path}`)
      assert.equal(existsSync(path), false, `${path} is on the machine`)
      assert.equal((await lab.node('host2').exec(['cat', path])).code, 1, `${path} is in host2`)
    }
    // Neither is told where its configuration, its socket or its API is.
    assert.match(await lab.node('router').output(['birdc', 'show', 'status']), /Router ID is 198\.51\.100\.1/)
    assert.match(await node.output(['gobgp', 'global']), /AS: +65001/)
  })

  it('shows the files of the machine, and lets no node change them', async () => {
    const target = `${project}testnet/two-hosts.clab.yml`
    const { code, stderr } = await lab.node('host1').exec(['touch', '/usr/new-file', target])
    assert.equal(code, 1)
    assert.match(stderr, /\/usr\/new-file.*(Read-only file system|Permission denied)/)
    assert.match(stderr, /two-hosts\.clab\.yml.*(Read-only file system|Permission denied)/)
    assert.equal(await lab.node('host1').readFile('/etc/debian_version'), readFileSync('/etc/debian_version', 'utf8'))
  })

  it('writes no change of a bound file back to where it came from', async () => {
    const node = lab.node('host1')
    const before = await node.readFile('/etc/gobgpd.conf')
    await node.writeFile('/etc/gobgpd.conf', 'other')
    assert.equal(await node.readFile('/etc/gobgpd.conf'), 'other')
    assert.equal(await node.readFile(`${project}testnet/two-hosts/host1.gobgpd.conf`), before)
    await node.writeFile('/etc/gobgpd.conf', before)
  })

  it('routes between client and hosts in both families', async () => {
    const host = lab.node('host1')
    const service = await host.spawn([
      'node',
      `${project}build/testnet/service.js`,
      '--port',
      '8080',
      '--name',
      'host1',
    ])
    await waitFor(() => service.tail().includes('listens'), {
      what: 'the service listens',
      explain: () => service.tail(),
    })
    const get = (url: string): Promise<string> => lab.node('client').output(['curl', '-sS', '--max-time', '5', url])
    assert.equal(await get(`http://${host1.ipv4}:8080/`), 'host1\n')
    assert.equal(await get(`http://[${host1.ipv6}]:8080/`), 'host1\n')
    assert.equal(await get(`http://${host1.ipv4}:8080/healthz`), 'ok\n')
    const unwell = ['curl', '-sS', '-X', 'PUT', '-d', '503', `http://${host1.ipv4}:8080/healthz`]
    assert.equal(await lab.node('client').output(unwell), 'not well\n')
    assert.deepEqual(await service.stop(), { code: 0, signal: null })
  })

  it('spreads over both hosts what both announce, and tells when each route changed', async () => {
    const router = lab.node('router')
    const events = await followRoutes(router)
    const began = wallClock()
    const gobgp = (host: string, family: string, verb: string, prefix: string): Promise<string> =>
      lab.node(host).output(['gobgp', 'global', 'rib', '-a', family, verb, prefix])
    for (const host of ['host1', 'host2']) {
      await gobgp(host, 'ipv4', 'add', `${vip4}/32`)
      await gobgp(host, 'ipv6', 'add', `${vip6}/128`)
    }
    await events.waitFor((event) => event.prefix === `${vip4}/32` && event.nextHops.length === 2, {
      what: 'two IPv4 paths',
    })
    await events.waitFor((event) => event.prefix === `${vip6}/128` && event.nextHops.length === 2, {
      what: 'two IPv6 paths',
    })
    assert.deepEqual(await nextHopsOf(router, vip4), [host1.ipv4, host2.ipv4])
    assert.deepEqual(await nextHopsOf(router, vip6), [host1.ipv6, host2.ipv6])

    for (const host of ['host1', 'host2']) {
      await gobgp(host, 'ipv4', 'del', `${vip4}/32`)
      await gobgp(host, 'ipv6', 'del', `${vip6}/128`)
    }
    const gone = await events.waitFor((event) => event.prefix === `${vip4}/32` && event.kind === 'gone', {
      what: 'no IPv4 path',
    })
    await events.waitFor((event) => event.prefix === `${vip6}/128` && event.kind === 'gone', { what: 'no IPv6 path' })
    assert.ok(began < gone.at && gone.at < wallClock(), 'the times of events are those of this process')
    assert.equal(await nextHopsOf(router, vip4), undefined)
    await events.stop()
  })

  it('loses the sessions over a link that goes down, and has them again', async () => {
    const link = lab.link('router:eth2')
    await link.down()
    await sessionsOf(lab, 2)
    await link.up()
    await sessionsOf(lab, 4)
    assert.ok((await kernelRoutes(lab.node('router'), 'ipv6')).some((route) => route.prefix === '2001:db8:1::/64'))
  })

  it('names node and command when a command fails, and when it takes too long', async () => {
    const node = lab.node('client')
    await assert.rejects(
      node.output(['ip', 'route', 'add', 'nonsense']),
      /^Error: client: ip route add nonsense exited with 1: Error: any valid prefix/,
    )
    await assert.rejects(
      node.output(['sleep', '60'], { timeoutMs: 50 }),
      /^Error: client: sleep 60 took more than 50 ms$/,
    )
    await assert.rejects(node.spawn(['no-such-program']), /^Error: client: no-such-program: No such file/)
    assert.throws(() => lab.node('host3'), /lab two-hosts has no node host3: client, router, host1, host2/)
  })

  it('stops, continues and ends exactly the process that is meant', async () => {
    const node = lab.node('host1')
    const sleeper = await node.spawn(['sleep', 'infinity'])
    const other = await node.spawn(['sleep', 'infinity'])
    const state = async (pid: number): Promise<string> =>
      (await node.output(['ps', '-o', 'state=', '-p', String(pid)])).trim()
    sleeper.kill('SIGSTOP')
    await waitFor(async () => (await state(sleeper.pidInside)) === 'T', { what: 'the process is stopped' })
    assert.equal(await state(other.pidInside), 'S')
    sleeper.kill('SIGCONT')
    await waitFor(async () => (await state(sleeper.pidInside)) === 'S', { what: 'the process goes on' })
    sleeper.kill('SIGSTOP')
    sleeper.kill('SIGKILL')
    assert.deepEqual(await sleeper.exited, { code: null, signal: 'SIGKILL' })
    assert.equal(other.running, true)
    other.kill()
    assert.deepEqual(await other.exited, { code: null, signal: 'SIGTERM' })
  })

  it('starts a killed main program again', async () => {
    const node = lab.node('host2')
    node.main?.kill('SIGKILL')
    await node.main?.exited
    await sessionsOf(lab, 2)
    await node.startMain()
    await sessionsOf(lab, 4)
  })
})
