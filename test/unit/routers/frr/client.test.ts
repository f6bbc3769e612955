import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { systemClock } from '../../../../src/platform/clock.js'
import { VtyClient } from '../../../../src/routers/frr/vty/client.js'
import { refusal, VtyFailed } from '../../../../src/routers/frr/vty/errors.js'
import { answerBytes, openFakeVty, type FakeVty, type Reply } from '../../../support/fake-vty.js'

const never = new AbortController().signal
const echo: Reply = (command) => answerBytes(command)

describe('the client of a vty', () => {
  let fake: FakeVty | undefined
  afterEach(async () => {
    await fake?.close()
    fake = undefined
  })
  const open = async (reply: Reply): Promise<VtyClient> => {
    fake = await openFakeVty(reply)
    return clientAt(fake.path)
  }
  const clientAt = (path: string): VtyClient =>
    new VtyClient({ router: 'core', daemon: 'bgpd', path, clock: systemClock })
  const failure = async (client: VtyClient, timeout = 5_000, signal = never): Promise<VtyFailed> => {
    const failed: unknown = await client.ask(['one', 'two'], 'try it', timeout, signal).catch((error: unknown) => error)
    assert.ok(failed instanceof VtyFailed, String(failed))
    return failed
  }
  const texts = async (client: VtyClient, ...commands: string[]): Promise<string[]> =>
    (await client.ask(commands, 'try it', 5_000, never)).map(({ text }) => text)

  it('connects once, asks for its rights first, and gives each command its answer', async () => {
    const client = await open(echo)
    const [both, third] = await Promise.all([texts(client, 'one', 'two'), texts(client, 'three')])
    assert.deepEqual([both, third], [['one', 'two'], ['three']])
    assert.deepEqual(fake?.commands, ['enable', 'one', 'two', 'three'])
    assert.equal(fake?.connections(), 1)
  })

  it('knows that nothing was done where nobody listens', async () => {
    const { error, made } = await failure(clientAt('/nowhere/bgpd.vty'))
    assert.deepEqual([error.code, made], ['unreachable', 'no'])
    assert.equal(
      error.message,
      'router core: could not try it at /nowhere/bgpd.vty: nobody listens there; start bgpd, or correct `sockets` of the router',
    )
  })

  it('gives up one that accepts and never answers, and asks over a new connection the next time', async () => {
    let silent = true
    const client = await open((command) => (silent ? null : answerBytes(command)))
    const { error, made } = await failure(client, 50)
    assert.deepEqual([error.code, made], ['timeout', 'maybe'])
    silent = false
    assert.deepEqual(await texts(client, 'three'), ['three'])
    assert.equal(fake?.connections(), 2)
  })

  it('is unsure of commands when the daemon ends between two of them', async () => {
    const client = await open((command, socket) => {
      if (command !== 'two') return answerBytes(command)
      socket.destroy()
      return null
    })
    const { error, made } = await failure(client)
    assert.deepEqual([error.code, made], ['unreachable', 'maybe'])
    assert.deepEqual(await texts(client, 'three'), ['three'])
  })

  it('takes no answer for that of another command after one made no sense', async () => {
    let sane = false
    const client = await open((command) => (sane || command === 'enable' ? answerBytes(command) : 'a\0b\0c'))
    const { error, made } = await failure(client)
    assert.deepEqual([error.code, made], ['nonsense', 'maybe'])
    sane = true
    assert.deepEqual(await texts(client, 'three'), ['three'])
  })

  it('takes an answer that nobody asked for as the end of the connection', async () => {
    const client = await open((command) => {
      const bytes = answerBytes(command)
      return command === 'two' ? Buffer.concat([bytes, answerBytes('more')]) : bytes
    })
    assert.deepEqual(await texts(client, 'one', 'two'), ['one', 'two'])
    assert.equal(await client.lost(), true)
    assert.deepEqual(await texts(client, 'three'), ['three'])
    assert.equal(fake?.connections(), 2)
  })

  it('sends nothing once the signal is aborted, and gives up what waits when it aborts', async () => {
    const client = await open((command) => (command === 'enable' ? answerBytes('') : null))
    const before = await failure(client, 5_000, AbortSignal.abort())
    assert.deepEqual([before.error.code, before.made, fake?.commands], ['timeout', 'no', []])
    const life = new AbortController()
    const waiting = failure(client, 5_000, life.signal)
    life.abort()
    assert.equal((await waiting).error.code, 'timeout')
  })

  it('tells that its connection is lost when the daemon closes it', async () => {
    const client = await open((command, socket) => {
      if (command === 'bye') setImmediate(() => socket.destroy())
      return answerBytes(command)
    })
    await texts(client, 'bye')
    assert.equal(await client.lost(), true)
  })
})

describe('a refused command', () => {
  const question = { router: 'core', daemon: 'bgpd', path: '/run/frr/bgpd.vty', doing: 'announce 203.0.113.53' }

  it("is named with the daemon's own words", () => {
    const error = refusal({ text: '% Unknown command:\n  set bogus\n', status: 2 }, 'set bogus', question)
    assert.equal(
      error.message,
      'router core: could not announce 203.0.113.53: bgpd refused `set bogus`: % Unknown command: set bogus',
    )
  })

  it('may be tried again unless the release does not know the command', () => {
    const retryable = (status: number): boolean => refusal({ text: '', status }, 'x', question).retryable
    assert.deepEqual([2, 3, 4, 5].map(retryable), Array(4).fill(false))
    assert.deepEqual([1, 6, 13, 14].map(retryable), Array(4).fill(true))
  })
})
