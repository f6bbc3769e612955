import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'

import type { AgentProbe } from '../../../src/domain/config.js'
import { probing } from '../../support/probing.js'
import { startServerChild } from '../../support/server-child.js'
import { closedPort, serve, serveBadly, serveDripping } from '../../support/stream-servers.js'
import { waitFor } from '../../support/wait.js'

const agentAt = (port: number): AgentProbe => ({ type: 'agent', host: '127.0.0.1', port })

/** What a check makes of an agent that says this and goes on or closes. */
async function saying(t: TestContext, text: string, then: 'close' | 'stay' = 'stay'): Promise<string> {
  const say = (socket: Socket): void => void (then === 'close' ? socket.end(text) : socket.write(text))
  const { port } = await serve(t, createServer(say))
  return probing(agentAt(port))
}

describe('an agent check', () => {
  it('passes on one line that calls the service well, and waits for no more', async (t) => {
    assert.equal(await saying(t, 'up\n'), 'pass: says "up"')
    assert.equal(await saying(t, 'ready 75%\r\n'), 'pass: says "ready 75%"')
    assert.equal(await saying(t, '\n\n50%\ndown\n'), 'pass: says "50%"')
  })

  it('takes the close of the connection for the end of the line', async (t) => {
    assert.equal(await saying(t, 'up', 'close'), 'pass: says "up"')
  })

  it('fails on one that calls it unwell, in its own words', async (t) => {
    assert.equal(await saying(t, 'drain\n'), 'fail: says "drain"')
    assert.equal(await saying(t, '0%\n'), 'fail: says "0%"')
    assert.equal(await saying(t, 'up, down #disk full\n'), 'fail: says "up, down #disk full"')
  })

  it('fails on what is no word of an agent, without letting it reach a terminal', async (t) => {
    assert.equal(
      await saying(t, '\u001b[2Jboo\n'),
      'fail: says "\\u001b[2Jboo", and "\\u001b[2jboo" is no word of an agent',
    )
    assert.match(
      await saying(t, '220 mail.example ESMTP\r\n'),
      /^fail: says "220 mail.example ESMTP", and "220" is no word/,
    )
    assert.equal(await saying(t, 'maxconn:30\n'), 'fail: says "maxconn:30", which is neither up nor down')
  })

  it('fails when the service closes without a word, or resets', async (t) => {
    const closing = await serveBadly(t, 'closing')
    assert.equal(await probing(agentAt(closing.port)), 'fail: closed without an answer')
    assert.equal(await saying(t, '\r\n \n', 'close'), 'fail: closed without an answer')
    const resetting = await serve(
      t,
      createServer((socket) => void socket.resetAndDestroy()),
    )
    assert.equal(await probing(agentAt(resetting.port)), 'fail: connection reset')
  })

  it('fails at once where nobody listens', async () => {
    assert.equal(await probing(agentAt(await closedPort())), 'fail: connection refused')
  })

  it('fails without reading on when the service never ends its line', async (t) => {
    const server = await serveBadly(t, 'flooding')
    assert.equal(await probing(agentAt(server.port)), 'fail: says more than one line of 1,024 characters')
    await waitFor('the connection to be closed', () => server.open === 0)
  })

  it('fails in time when the line comes byte by byte, and lets go of the connection', async (t) => {
    const server = await serveDripping(t, Buffer.alloc(1000, 'up '))
    assert.equal(await probing(agentAt(server.port), 200), 'fail: connected, but no whole line within 200 ms')
    await waitFor('the connection to be closed', () => server.open === 0)
  })

  it('fails while the process of the service is stopped, and passes when it goes on', async (t) => {
    const service = await startServerChild(t, 'agent-server-main.js')
    assert.equal(await probing(agentAt(service.port)), 'pass: says "up 100%"')
    service.freeze()
    assert.equal(await probing(agentAt(service.port), 200), 'fail: connected, but no answer within 200 ms')
    service.thaw()
    assert.match(await probing(agentAt(service.port)), /^pass/)
  })
})
