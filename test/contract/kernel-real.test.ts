import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parseAddress } from '../../src/domain/address.js'
import { sourceInWords } from '../../src/domain/learned.js'
import type { AddressChange, KernelTarget } from '../../src/domain/target.js'
import { createKernelTarget } from '../../src/kernel/target.js'
import { systemClock } from '../../src/platform/clock.js'
import type { ProcessRunner } from '../../src/platform/process.js'
import { openNamespace } from '../support/namespace.js'
import type { Namespace } from '../support/namespace.js'
import { bind, unbind } from './kernel.contract.js'

const never = new AbortController().signal

// What only a real kernel can show. Without namespaces `make test` says as its last line that LAB=none left it out.
describe('the real kernel', { skip: process.env['LAB'] === 'none' && 'LAB=none' }, () => {
  let space: Namespace
  let target: KernelTarget
  before(async () => {
    space = await openNamespace()
    target = kernel(space.runner)
    await space.exec('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'peer0')
    for (const device of ['eth0', 'peer0']) await space.exec('ip', 'link', 'set', device, 'up')
    for (const address of ['192.0.2.10/24', '192.0.2.11/24', '2001:db8::10/64']) {
      await space.exec('ip', 'address', 'add', address, 'dev', 'eth0', ...(address.includes(':') ? ['nodad'] : []))
    }
  })
  after(async () => await space?.close())
  const lines = async (...argv: string[]): Promise<string[]> =>
    (await space.exec('ip', ...argv)).split('\n').filter((line) => line !== '')
  const apply = async (changes: AddressChange[]): Promise<void> => {
    const outcomes = await target.apply(changes, never)
    assert.deepEqual(
      outcomes.filter((outcome) => outcome.kind !== 'done'),
      [],
    )
  }

  it('never chooses a VIP as a source address', async () => {
    const vips = ['192.0.2.1', '2001:db8::1']
    for (const device of ['lo', 'eth0']) {
      await apply(vips.map((vip) => bind(vip, device)))
      const [v4 = ''] = await lines('-o', 'route', 'get', '192.0.2.99')
      const [v6 = ''] = await lines('-o', 'route', 'get', '2001:db8::99')
      assert.match(v4, / src 192\.0\.2\.10 /)
      assert.match(v6, / src 2001:db8::10 /)
      await apply(vips.map((vip) => unbind(vip, device)))
    }
  })

  it('uses an IPv6 address at once, without duplicate address detection', async () => {
    await apply([bind('2001:db8::1', 'eth0')])
    const shown = (await lines('-o', 'address', 'show', 'dev', 'eth0')).find((line) => line.includes('2001:db8::1/128'))
    assert.match(shown ?? '', / nodad /)
    assert.doesNotMatch(shown ?? '', /tentative/)
    await apply([unbind('2001:db8::1', 'eth0')])
  })

  it('tells of subnets and routes around an address that is sought, and nothing while none is', async () => {
    const vip = parseAddress('192.0.2.77')
    assert.ok(vip !== undefined)
    await space.exec('ip', 'route', 'add', '192.0.0.0/16', 'via', '192.0.2.99', 'proto', 'bird')
    assert.equal((await target.observe(never)).learned.routes.size, 0)
    target.seek([vip])
    const { learned, inSubnet } = await target.observe(never)
    assert.deepEqual(
      (learned.routes.get(vip.text) ?? [])
        .map(({ prefix, source }) => `${prefix.text} ${sourceInWords(source)}`)
        .sort(),
      ['192.0.0.0/16 in the kernel (bird) via 192.0.2.99 on eth0', '192.0.2.0/24 connected on eth0'],
    )
    assert.ok(inSubnet.has(vip.text))
    await space.exec('ip', 'link', 'set', 'peer0', 'down')
    const down = await target.observe(never)
    assert.deepEqual([...(down.learned.routes.get(vip.text) ?? [])], [], 'a link that is down carries nothing')
    assert.ok(down.inSubnet.has(vip.text), 'and it may come again')
    await space.exec('ip', 'link', 'set', 'peer0', 'up')
    await space.exec('ip', 'route', 'del', '192.0.0.0/16')
    target.seek([])
  })

  it('leaves every address and route of the host as it was, primary and secondary', async () => {
    const state = async (): Promise<string[]> => [
      ...(await lines('-o', 'address')),
      ...(await lines('route', 'show', 'table', 'all')),
      ...(await lines('-6', 'route', 'show', 'table', 'all')),
    ]
    const before = await state()
    const vips = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '198.51.100.1', '2001:db8::1', '2001:db8::2', '2001:db8:1::1']
    for (const device of ['lo', 'eth0']) {
      await apply(vips.map((vip) => bind(vip, device)))
      await apply(vips.map((vip) => unbind(vip, device)))
      assert.deepEqual(await state(), before)
    }
    // The host's own, with another prefix length: never ours, so never removed.
    await apply([unbind('192.0.2.10', 'eth0'), unbind('2001:db8::10', 'eth0')])
    assert.deepEqual(await state(), before)
  })

  it('binds and removes thousands of addresses of both families', async () => {
    const texts = Array.from({ length: 1200 }, (_, at) => at + 1).flatMap((at) => [
      `198.18.${at >> 8}.${at & 255}`,
      `2001:db8:2::${at.toString(16)}`,
    ])
    await apply(texts.map((text) => bind(text)))
    const { addresses } = await target.observe(never)
    assert.deepEqual(
      texts.filter((text) => addresses.get(text) !== 'lo'),
      [],
    )
    await apply(texts.map((text) => unbind(text)))
    assert.equal((await target.observe(never)).addresses.has(texts[0] ?? ''), false)
  })

  it('says which privilege is missing', async () => {
    const drop = ['setpriv', '--bounding-set', '-net_admin', '--inh-caps', '-net_admin']
    const [outcome] = await kernel(prefixed(space.runner, drop)).apply([bind('192.0.2.1')], never)
    assert.ok(outcome?.kind === 'failed')
    assert.equal(outcome.error.code, 'not-permitted')
    assert.match(outcome.error.message, /CAP_NET_ADMIN/)
  })

  it('says that IPv6 is turned off on the interface', async () => {
    await space.exec('ip', 'link', 'add', 'noipv6', 'type', 'bridge')
    await space.exec('sh', '-c', 'echo 1 >/proc/sys/net/ipv6/conf/noipv6/disable_ipv6')
    const [outcome] = await target.apply([bind('2001:db8::1', 'noipv6')], never)
    assert.ok(outcome?.kind === 'failed')
    assert.match(outcome.error.message, /IPv6 is turned off on noipv6; set net\.ipv6\.conf\.noipv6\.disable_ipv6=0/)
  })

  it('watches again after its watcher was killed, and says so', async () => {
    const seen: string[] = []
    const pids: number[] = []
    const spying: ProcessRunner = {
      ...space.runner,
      start: (argv, options) => {
        const started = space.runner.start(argv, options)
        if (started.pid !== undefined) pids.push(started.pid)
        return started
      },
    }
    for await (const hint of kernel(spying).hints(never)) {
      seen.push(hint.kind)
      if (seen.length === 1) process.kill(pids[0] ?? 0, 'SIGKILL')
      if (hint.kind === 'disconnected') assert.match(hint.error.message, /ip was killed by SIGKILL/)
      if (seen.length === 3) break
    }
    assert.deepEqual(seen, ['connected', 'disconnected', 'connected'])
  })
})

function kernel(runner: ProcessRunner): KernelTarget {
  return createKernelTarget({ runner, clock: systemClock, random: Math.random })
}

function prefixed(runner: ProcessRunner, prefix: string[]): ProcessRunner {
  return {
    run: (argv, options) => runner.run([...prefix, ...argv], options),
    runGroup: (argv, options) => runner.runGroup([...prefix, ...argv], options),
    start: (argv, options) => runner.start([...prefix, ...argv], options),
  }
}
