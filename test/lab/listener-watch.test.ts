import assert from 'node:assert/strict'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { after, before, describe, it, type TestContext } from 'node:test'

import { listListeners } from '../../src/kernel/listener-table.js'
import { ListenerWatch, type ListenerWatchState } from '../../src/kernel/listener-watch.js'
import { systemClock } from '../../src/platform/clock.js'
import type { RunningProcess } from '../../src/platform/process.js'
import { openNamespace, type Namespace } from '../support/namespace.js'
import { waitFor } from '../support/wait.js'
import { project } from './support/two-hosts.js'

describe('watching listening sockets of a real kernel', () => {
  let space: Namespace
  before(async () => (space = await openNamespace()))
  after(() => space?.close())

  it('tells of a killed service, by protocol, address and port', async (t) => {
    const watch = await watching(t, space, [8080, 53])
    const web = await listen(t, space, 'tcp', '127.0.0.1', 8080)
    const dns = await listen(t, space, 'udp', '0.0.0.0', 53)
    web.kill('SIGKILL')
    await waitFor('the end of web', () => watch.gone.includes('tcp 127.0.0.1:8080'))
    dns.kill('SIGKILL')
    await waitFor('the end of dns', () => watch.gone.includes('udp *:53'))
    assert.deepEqual(watch.gone, ['tcp 127.0.0.1:8080', 'udp *:53'])
  })

  it('says nothing of connections, of other ports and of clients', async (t) => {
    const watch = await watching(t, space, [8080])
    await listen(t, space, 'tcp', '127.0.0.1', 8080)
    const other = await listen(t, space, 'tcp', '127.0.0.1', 8081)
    await space.exec('perl', `${project}test/lab/support/flood.pl`, '8080', '0.2')
    other.kill('SIGKILL')
    const last = await listen(t, space, 'udp', '127.0.0.1', 8080)
    last.kill('SIGKILL')
    await waitFor('the end of the last', () => watch.gone.length > 0)
    assert.deepEqual(watch.gone, ['udp 127.0.0.1:8080'])
  })

  it('tells of each that shared a port, so that whoever asks finds its successor', async (t) => {
    const watch = await watching(t, space, [8082])
    const old = await listen(t, space, 'tcp', '127.0.0.1', 8082)
    await listen(t, space, 'tcp', '127.0.0.1', 8082)
    old.kill('SIGKILL')
    await waitFor('the end of the old one', () => watch.gone.length === 1)
    const left = await listListeners([8082], space.runner, t.signal)
    assert.ok(Array.isArray(left))
    assert.equal(left.length, 1)
  })

  it('goes on after somebody killed the watcher, and tells that notices may be missing', async (t) => {
    const watch = await watching(t, space, [8083])
    const service = await listen(t, space, 'tcp', '127.0.0.1', 8083)
    for (const pid of watchers(space)) process.kill(pid, 'SIGKILL')
    await waitFor('the gap', () => watch.gaps() === 1)
    assert.deepEqual(watch.states, ['starting', 'watching', 'unavailable', 'starting', 'watching'])
    service.kill('SIGKILL')
    await waitFor('the end of the service', () => watch.gone.length === 1)
  })

  it('misses nothing while the ports change, and is one process before and after', async (t) => {
    const watch = await watching(t, space, [8084])
    const services = await Promise.all(Array.from({ length: 8 }, () => listen(t, space, 'tcp', '127.0.0.1', 8084)))
    for (const [n, service] of services.entries()) {
      watch.update([8084, 9000 + n])
      service.kill('SIGKILL')
      await new Promise((resolve) => setTimeout(resolve, 7 * n)) // at any moment of the change
    }
    await waitFor('the end of all', () => watch.ends(8084) >= services.length)
    await waitFor('one watcher', () => watchers(space).length === 1)
    assert.equal(watch.gaps(), 0)
    watch.update([])
    await waitFor('no watcher', () => watchers(space).length === 0)
    await waitFor('idle', () => watch.states.at(-1) === 'idle')
  })

  it('is suspended while connections cost it too much, and comes back', async (t) => {
    await listen(t, space, 'tcp', '127.0.0.1', 9100)
    const watch = await watching(t, space, [8085], { maxCpu: 0.005, firstPause: 1_000 })
    const flood = space.exec('perl', `${project}test/lab/support/flood.pl`, '9100', '5')
    await waitFor('its suspension', () => watch.states.includes('suspended'))
    assert.deepEqual(watchers(space), [])
    await flood
    await waitFor('its return', () => watch.states.at(-1) === 'watching')
  })

  it('watches thousands of ports', async (t) => {
    const ports = Array.from({ length: 3_000 }, (_, n) => 10_000 + n)
    const watch = await watching(t, space, ports)
    const service = await listen(t, space, 'tcp', '127.0.0.1', 12_999)
    service.kill('SIGKILL')
    await waitFor('the end of the service', () => watch.ends(12_999) === 1)
  })

  it('leaves no process when it ends', async (t) => {
    const watch = await watching(t, space, [8086])
    await watch.stop()
    assert.deepEqual(watchers(space), [])
  })
})

interface Watching {
  readonly gone: string[]
  readonly states: ListenerWatchState['kind'][]
  gaps(): number
  ends(port: number): number
  update(ports: readonly number[]): void
  stop(): Promise<void>
}

/** A watch that watches; it ends with the test. */
async function watching(
  t: TestContext,
  space: Namespace,
  ports: readonly number[],
  { maxCpu = 1, firstPause = 60_000 } = {},
): Promise<Watching> {
  const gone: string[] = []
  const states: ListenerWatchState['kind'][] = []
  let gaps = 0
  const watch = new ListenerWatch({
    runner: space.runner,
    clock: systemClock,
    random: () => 0.5,
    firstPause,
    onGone: ({ protocol, address, port }) => gone.push(`${protocol} ${address ?? '*'}:${port}`),
    onGap: () => (gaps += 1),
    onState: ({ kind }) => states.push(kind),
  })
  const life = new AbortController()
  watch.update(new Set(ports), maxCpu)
  const run = watch.run(life.signal)
  const stop = async (): Promise<void> => {
    life.abort()
    await run
  }
  t.after(stop)
  await waitFor('the watch watches', () => states.includes('watching'))
  return {
    gone,
    states,
    gaps: () => gaps,
    ends: (port) => gone.filter((line) => line.endsWith(`:${port}`)).length,
    update: (next) => watch.update(new Set(next), maxCpu),
    stop,
  }
}

/** A service in the namespace, once it listens; it ends with the test. */
async function listen(
  t: TestContext,
  space: Namespace,
  protocol: 'tcp' | 'udp',
  address: string,
  port: number,
): Promise<RunningProcess> {
  const life = new AbortController()
  const script = `${project}test/lab/support/listen.pl`
  const service = space.runner.start(['perl', script, protocol, address, String(port)], { signal: life.signal })
  t.after(async () => {
    life.abort()
    await service.ended
  })
  const lines = service.lines[Symbol.asyncIterator]()
  assert.deepEqual(await lines.next(), { value: 'listening', done: false })
  return service
}

/** Processes `ss` in the namespace. */
function watchers(space: Namespace): number[] {
  const net = readlinkSync(`/proc/${space.pid}/ns/net`)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'ss\n' && readlinkSync(`/proc/${pid}/ns/net`) === net
      } catch {
        return false // it has ended since the listing
      }
    })
}
