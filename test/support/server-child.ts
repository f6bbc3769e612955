import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

/** A service in a process of its own. */
export interface ServerChild {
  readonly port: number
  /** SIGSTOP: the kernel goes on taking what comes in, nobody answers. */
  freeze(): void
  thaw(): void
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

/** Starts a program beside this file, which prints its port, and kills it when the test ends. */
export async function startServerChild(t: TestContext, program: string, ...args: string[]): Promise<ServerChild> {
  const child = await spawnServer(program, ...args)
  t.after(() => child.kill())
  return child
}

/** The same for whoever kills it himself; it dies with this process at the latest. */
export async function spawnServer(program: string, ...args: string[]): Promise<ServerChild> {
  const path = fileURLToPath(new URL(program, import.meta.url))
  // A stopped process can't notice the end of its parent; the kernel does.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    port: Number(line.toString()),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
