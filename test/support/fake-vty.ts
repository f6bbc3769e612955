import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a fake daemon does with a command: bytes to write, or nothing at all. */
export type Reply = (command: string, socket: Socket) => Buffer | string | null

/** The bytes of a well-formed answer. */
export function answerBytes(text: string, status = 0): Buffer {
  return Buffer.concat([Buffer.from(text), Buffer.from([0, 0, 0, status])])
}

export interface FakeVty {
  readonly path: string
  /** Commands in the order in which they came, over all connections. */
  readonly commands: readonly string[]
  /** Connections that were made. */
  readonly connections: () => number
  close(): Promise<void>
}

/** A daemon's vty socket on which anything may be answered. */
export async function openFakeVty(reply: Reply): Promise<FakeVty> {
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-vty-'))
  const path = join(folder, 'bgpd.vty')
  const commands: string[] = []
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => {})
    let rest = ''
    socket.on('data', (bytes) => {
      const parts = (rest + bytes.toString()).split('\0')
      rest = parts.pop() ?? ''
      for (const command of parts) {
        commands.push(command)
        const bytesToWrite = reply(command, socket)
        if (bytesToWrite !== null && !socket.destroyed) socket.write(bytesToWrite)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    path,
    commands,
    connections: () => connections,
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
