import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { spawn } from 'node:child_process'

/** A dbus-daemon of its own, on a Unix socket in a folder of its own, that lets everybody do everything. */
export interface MessageBus {
  readonly path: string
  freeze(): void
  thaw(): void
  /** Ends it; resolves when it is gone. */
  stop(): Promise<void>
}

/** Of a dbus-daemon that listens at a path. */
export const busConfiguration = (path: string): string => `<!DOCTYPE busconfig PUBLIC
  "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=${path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
`

/** Starts one that ends with the test, on the socket of an earlier one if that is given. */
export async function startMessageBus(t: TestContext, at?: string): Promise<MessageBus> {
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-bus-'))
  const path = at ?? join(folder, 'socket')
  const config = join(folder, 'bus.conf')
  writeFileSync(config, busConfiguration(path))
  const argv = ['--pdeathsig', 'KILL', 'dbus-daemon', `--config-file=${config}`, '--nofork', '--print-address']
  const child = spawn('setpriv', argv, { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  t.after(async () => {
    await stop()
    rmSync(folder, { recursive: true })
  })
  const [said] = (await Promise.race([once(child.stdout, 'data'), exited])) as [Buffer | number]
  if (!Buffer.isBuffer(said)) throw new Error('dbus-daemon could not be started')
  return {
    path,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop,
  }
}
