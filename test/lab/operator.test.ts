import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import type { NodeProcess } from '../../testnet/lab/process.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { edge, Host, quickly, type Daemon } from './support/host.js'
import { startTwoHosts, vip4 } from './support/two-hosts.js'

/** A web service that is checked, and one that is always up. */
function vips(med = 100): string {
  return `${edge}vips:
  web:
    addresses: [${vip4}]
    checks: [{type: http, url: "http://127.0.0.1:8080/healthz", ${quickly}}]
    holdDown: 0s
    damping: false
    settle: 50ms
  plain: {addresses: ["2001:db8:53::81"], announce: {bgp: {med: ${med}}}, settle: 50ms}
`
}

const web = `${vip4}/32`
const plain = '2001:db8:53::81/128'

describe('an operator', () => {
  let lab: Lab
  let host: Host
  let daemon: Daemon
  let service: NodeProcess
  before(async () => {
    lab = await startTwoHosts()
    host = new Host(lab.node('host1'))
    service = await host.startService()
  })
  after(() => lab?.stop())

  /** Runs a command that must succeed. */
  async function done(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await host.cli(words)
    assert.equal(code, 0, `vipcast ${words.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }

  const announced = (...prefixes: string[]): Promise<unknown> =>
    waitFor(async () => (await host.rib()).join() === prefixes.toSorted().join(), {
      what: `announced is ${prefixes.join(' and ') || 'nothing'}`,
      explain: () => daemon.explain(),
    })

  it('asks without a daemon and is told so: exit 4', async () => {
    for (const words of [['status'], ['explain', 'web'], ['events'], ['disable', 'web'], ['reload']]) {
      const { code, stdout, stderr } = await host.cli(words)
      assert.deepEqual([words, code, stdout], [words, 4, ''])
      assert.match(stderr, /^vipcast: no daemon listens on \/run\/vipcast\/control\.sock: [^\n]+\n$/)
    }
  })

  it('plans without changing anything in the kernel, in the router or in files', async () => {
    await host.configure(vips())
    const before = await everything(host)
    const plan = await done('plan')
    assert.match(plan, /203\.0\.113\.80/)
    assert.match(plan, /announce/)
    await done('check', 'web')
    await done('validate')
    assert.deepEqual(await everything(host), before)
  })

  it('sees with exit 0 that all is as wished', async () => {
    daemon = await host.startDaemon()
    await announced(web, plain)
    await daemon.logged('announced', ({ vip, reason }) => vip === 'web' && reason === 'announced')
    await daemon.logged('announced', ({ vip, reason }) => vip === 'plain' && reason === 'announced')
    const status = await done('status')
    assert.match(status, /^web +up +announced .* edge +203\.0\.113\.80$/m)
    assert.match(status, /^edge +gobgpd .* 192\.0\.2\.0 +eBGP +established +1$/m)
    assert.match(await done('explain', 'web'), /http: passing[\s\S]*kernel: bound on lo[\s\S]*192\.0\.2\.0: sent/)
  })

  it('may not ask as another user: exit 5', async () => {
    const other = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', 'vipcast', 'status']
    const { code, stderr } = await host.node.exec(other)
    assert.equal(code, 5, stderr)
    assert.match(stderr, /^vipcast: you may not use \/run\/vipcast\/control\.sock: [^\n]+\n$/)
  })

  it('sees with exit 3 that a service is down, and what its check said', async () => {
    await host.node.output(['curl', '-s', '-X', 'PUT', '-d', '503', 'http://127.0.0.1:8080/healthz'])
    await announced(plain)
    const { code, stdout } = await host.cli(['status'])
    assert.equal(code, 3)
    assert.match(stdout, /^- web: http: status 503, expected 200-399$/m)
    const check = await host.cli(['check', 'web'])
    assert.notEqual(check.code, 0)
    assert.match(check.stdout, /503/)
    await host.node.output(['curl', '-s', '-X', 'PUT', '-d', '200', 'http://127.0.0.1:8080/healthz'])
    await announced(web, plain)
  })

  it('disables a VIP until it is enabled, across a restart', async () => {
    await done('disable', 'web')
    await announced(plain)
    await done('status')
    await daemon.stop()
    daemon = await host.startDaemon()
    await announced(plain)
    await daemon.logged('why', ({ vip, reason }) => vip === 'web' && reason === 'disabled')
    await done('enable', 'web')
    await announced(web, plain)
  })

  it('withdraws all until all are enabled', async () => {
    await done('withdraw', '--all')
    await announced()
    const one = await host.cli(['enable', 'web'])
    assert.equal(one.code, 1)
    assert.match(one.stderr, /vipcast enable --all/)
    await done('enable', '--all')
    await announced(web, plain)
  })

  it('reloads a valid file, and an invalid one changes nothing and is shown as stale', async () => {
    await host.configure(`${vips()}nonsense: 1\n`)
    const { code, stderr } = await host.cli(['reload'])
    assert.equal(code, 2)
    assert.match(stderr, /vipcast\.yaml:\d+:1: nonsense: unknown key/)
    assert.equal(await metric(host, 'vipcast_config_stale'), '1')
    assert.match(await done('status'), /nonsense/)
    assert.deepEqual(await host.rib(), [plain, web])
    await host.configure(vips(200))
    daemon.process.kill('SIGHUP')
    await waitFor(async () => (await metric(host, 'vipcast_config_stale')) === '0', { what: 'it is in force' })
    await waitFor(async () => /Med: 200/.test(await host.gobgp('global', 'rib', '-a', 'ipv6')), { what: 'MED 200' })
  })

  it('is told that a change needs a restart, and nothing changes', async () => {
    await host.configure(`${vips(300)}http: false\n`)
    const { code, stderr } = await host.cli(['reload'])
    assert.notEqual(code, 0)
    assert.match(stderr, /http[\s\S]*Restart vipcast/i)
    assert.match(await host.gobgp('global', 'rib', '-a', 'ipv6'), /Med: 200/)
    await host.configure(vips(200))
    await done('reload')
  })

  it('reads what happened, and follows what happens', async () => {
    const past = (await done('events', '--json')).trim().split('\n')
    const events = past.map((line) => JSON.parse(line) as { sequence: number; kind: string; text: string })
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      events.map((_, at) => (events[0]?.sequence ?? 0) + at),
    )
    assert.ok(events.some(({ kind, text }) => kind === 'config' && text.includes('nonsense')))
    const follower = await host.node.spawn(['vipcast', 'events', '--follow'])
    await waitFor(() => follower.tail().includes('is in force'), { what: 'what happened is shown' })
    service.kill('SIGKILL')
    await waitFor(() => follower.tail().includes('check-failed'), {
      what: 'what happens',
      explain: () => follower.tail(),
    })
    await follower.stop()
  })
})

/** All that `plan` could change: addresses, routes, the router's table, files. */
function everything(host: Host): Promise<string[]> {
  const files = ['find', '/run', '/var/lib', '/etc/vipcast', '-printf', '%p %s %T@\n']
  const commands = [['ip', 'address'], ['ip', 'route'], ['ip', '-6', 'route'], files]
  const rib = host.rib().then((prefixes) => prefixes.join())
  return Promise.all([rib, ...commands.map((command) => host.node.output(command))])
}

async function metric({ node }: Host, name: string): Promise<string | undefined> {
  const text = await node.output(['curl', '-sf', 'http://127.0.0.1:9179/metrics'])
  return new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]
}
