import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startControl, type Control, type ControlOptions } from '../../src/control/server.js'
import { createMeters, type Meters } from '../../src/control/telemetry.js'
import type { DaemonPort } from '../../src/domain/snapshot.js'
import { systemClock } from '../../src/platform/clock.js'

export interface Harness {
  readonly directory: string
  readonly socket: string
  readonly readSocket: string
  readonly control: Control
  readonly meters: Meters
  /** Where the HTTP side listens, `http://127.0.0.1:1234`. */
  readonly url: string
  /** Ends the control side, and waits for that. */
  readonly stop: () => Promise<void>
}

/** A directory of its own that goes with the test. */
export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'vipcast-test-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Both sockets in a directory of their own and the HTTP side on a free port, until the test ends. */
export async function openControl(
  t: TestContext,
  port: DaemonPort,
  over: Partial<ControlOptions['config']['control']> = {},
  listen = '127.0.0.1',
): Promise<Harness> {
  const directory = await temporaryDirectory(t)
  const [socket, readSocket] = [join(directory, 'control.sock'), join(directory, 'read.sock')]
  const ending = new AbortController()
  const meters = createMeters()
  const control = await startControl({
    config: {
      control: { socket, group: null, readSocket: { path: readSocket, group: null }, ...over },
      http: { kind: 'listen', host: listen, port: 0 },
      node: 'web-a',
    },
    port,
    meters,
    clock: systemClock,
    signal: ending.signal,
    onError: (error) => t.diagnostic(error.stack ?? error.message),
  })
  const stop = async (): Promise<void> => {
    ending.abort()
    await control.closed
  }
  t.after(stop)
  return { directory, socket, readSocket, control, meters, url: `http://127.0.0.1:${control.httpPort}`, stop }
}
