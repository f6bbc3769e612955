import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'

import { probing } from '../../support/probing.js'
import { badServices } from '../../support/stream-servers.js'
import { waitFor } from '../../support/wait.js'

const unit = { type: 'systemd', unit: 'web.service' } as const
const late = 'fail: no answer from systemd within 150 ms'

/** Something that is no message bus, where the system bus should be. */
async function replaceBus(t: TestContext, onConnection: (socket: Socket) => void): Promise<{ open(): number }> {
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-bus-'))
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {}).on('close', () => open.delete(socket))
    onConnection(socket)
    socket.resume()
  })
  const before = process.env['DBUS_SYSTEM_BUS_ADDRESS']
  t.after(async () => {
    if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS']
    else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  })
  server.listen(join(folder, 'socket'))
  await once(server, 'listening')
  process.env['DBUS_SYSTEM_BUS_ADDRESS'] = `unix:path=${join(folder, 'socket')}`
  return { open: () => open.size }
}

/** Lets everybody in, and then does this. */
const lettingIn =
  (then: (socket: Socket) => void) =>
  (socket: Socket): void => {
    socket.once('data', () => {
      socket.write('OK 0123456789abcdef0123456789abcdef\r\n')
      socket.once('data', () => then(socket))
    })
  }

describe('a systemd check whose bus', () => {
  const cases: readonly (readonly [string, (socket: Socket) => void, RegExp])[] = [
    ['closes', badServices.closing, /^unknown: the message bus closed the connection$/],
    ['sends garbage', badServices.garbage, /^unknown: the message bus does not let this user in$/],
    ['never stops sending', badServices.flooding, /^unknown: the message bus does not let this user in$/],
    ['lets nobody in', (socket) => void socket.end('REJECTED EXTERNAL\r\n'), /^unknown: .* does not let this user in$/],
    ['closes after that', lettingIn((socket) => void socket.end()), /^unknown: the message bus closed the connection$/],
    ['sends garbage after that', lettingIn(badServices.garbage), /^unknown: what came is no message of D-Bus: /],
    ['never stops sending after that', lettingIn(badServices.flooding), /^unknown: what came is no message of D-Bus: /],
  ]
  for (const [what, does, result] of cases) {
    it(`${what} tests nothing, says why, and lets go`, async (t) => {
      const bus = await replaceBus(t, does)
      assert.match(await probing(unit), result)
      await waitFor('the connection to be closed', () => bus.open() === 0)
    })
  }

  it('is silent, or sends a byte at a time, fails in time, and lets go', async (t) => {
    const drip = (socket: Socket): void => {
      const timer = setInterval(() => socket.write('O'), 10)
      socket.on('close', () => clearInterval(timer)).resume()
    }
    for (const does of [badServices.silent, drip, lettingIn(badServices.silent)]) {
      const bus = await replaceBus(t, does)
      assert.equal(await probing(unit, 150), late)
      await waitFor('the connection to be closed', () => bus.open() === 0)
    }
  })
})
