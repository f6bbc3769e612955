import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Lab } from '../../testnet/lab/lab.js'
import { waitFor } from '../../testnet/observe/wait.js'
import { Daemon, edge, Host, vipcast, web } from './support/host.js'
import { startTwoHosts, vip4 } from './support/two-hosts.js'

const run = [process.execPath, vipcast, 'run']
const quick = 'holdDown: 0s, damping: false, settle: 50ms'

/** Listens, and does to each connection what is said: answers nonsense, or nothing. */
const listener = (port: number, answer: 'nonsense' | 'nothing'): string[] => [
  process.execPath,
  '-e',
  `require('net').createServer((socket) => { socket.on('error', () => {}); ${
    answer === 'nonsense' ? "socket.end('this is no API\\r\\n\\r\\n')" : ''
  } }).listen(${port}, '127.0.0.1', () => console.log('listening'))`,
]

describe('a daemon', () => {
  let lab: Lab
  let host: Host
  before(async () => {
    lab = await startTwoHosts()
    host = new Host(lab.node('host1'))
    await host.startService()
  })
  after(() => lab?.stop())

  /** Starts it, and expects that it refuses: one sentence, and nothing half-done. */
  async function refuses(code: number, sentence: RegExp, command: readonly string[] = run): Promise<void> {
    const result = await host.node.exec(command)
    assert.equal(result.code, code, result.stderr)
    assert.match(result.stderr, sentence)
    assert.equal(result.stderr.trim().split('\n').length, 1, result.stderr)
    assert.deepEqual([await host.rib(), await host.addresses()], [[], []])
  }

  async function spawned(command: readonly string[]): Promise<Awaited<ReturnType<typeof host.node.spawn>>> {
    const started = await host.node.spawn(command)
    await waitFor(() => started.tail().includes('listening'), { what: `${command.join(' ')} listens` })
    return started
  }

  it('refuses to be the second of its run directory, and the first goes on', async () => {
    const first = await host.startDaemon(`${edge}vips: {}\n`)
    await refuses(
      1,
      /^Another vipcast runs with the run directory \/run\/vipcast; stop it first, or set another runDir/,
    )
    assert.equal((await host.cli(['status'])).code, 0)
    assert.deepEqual(await first.stop(), { code: 0, signal: null })
  })

  it('says which address for metrics is taken, and by what key to move it', async () => {
    await host.configure(web(quick))
    const taker = await spawned(listener(9179, 'nothing'))
    await refuses(1, /127\.0\.0\.1:9179.*http/)
    await taker.stop()
  })

  it('says that something else is where its control socket is to be, and leaves it', async () => {
    await host.node.output(['mkdir', '-p', '/run/vipcast'])
    await host.node.writeFile('/run/vipcast/control.sock', 'somebody else')
    await refuses(1, /\/run\/vipcast\/control\.sock/)
    assert.equal(await host.node.readFile('/run/vipcast/control.sock'), 'somebody else')
    await host.node.output(['rm', '/run/vipcast/control.sock'])
  })

  it('without the capability to bind says which one it needs, announces nothing, and stops in order', async () => {
    const daemon = new Daemon()
    await daemon.start(host.node, ['setpriv', '--inh-caps=-all', '--bounding-set=-all', ...run], {})
    const line = await daemon.logged('why', ({ reason }) => reason === 'bind-failed')
    assert.match(line.msg, /CAP_NET_ADMIN/)
    assert.deepEqual([await host.rib(), await host.addresses()], [[], []])
    assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
  })

  for (const [what, port, words] of [
    ['is not there', 50061, /127\.0\.0\.1:50061: nobody listens there; start gobgpd/],
    ['answers nonsense', 50062, /127\.0\.0\.1:50062/],
    ['never answers', 50063, /127\.0\.0\.1:50063|did not answer|no answer/],
  ] as const) {
    it(`with a router that ${what} says so in one sentence, serves the other router, and stops in order`, async () => {
      const other =
        what === 'is not there' ? undefined : listener(port, what === 'never answers' ? 'nothing' : 'nonsense')
      const listening = other === undefined ? undefined : await spawned(other)
      const routers = `${edge}  odd: {type: gobgp, address: "127.0.0.1:${port}"}\n`
      const daemon = await host.startDaemon(`${routers}vips: {web: {addresses: [${vip4}], settle: 50ms}}\n`)
      const line = await daemon.logged(
        'why',
        ({ router, reason }) => router === 'odd' && reason === 'router-unreachable',
      )
      assert.match(line.msg, words)
      await waitFor(async () => (await host.rib()).length === 1, { what: 'announced at the other router' })
      const { code, stdout } = await host.cli(['status'])
      assert.equal(code, 3)
      assert.match(stdout, /^odd +unreachable/m)
      assert.deepEqual(await daemon.stop(), { code: 0, signal: null })
      assert.deepEqual([await host.rib(), await host.addresses()], [[], []])
      await listening?.stop()
    })
  }
})
