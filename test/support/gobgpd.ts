import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { systemClock } from '../../src/platform/clock.js'
import { createProcessRunner, describeEnd, type RunningProcess } from '../../src/platform/process.js'
import { unpackedOfDebian } from './debian.js'
import type { Namespace } from './namespace.js'
import { waitFor } from './wait.js'

const run = promisify(execFile)
const runner = createProcessRunner(systemClock)

/** The programs of one GoBGP release. */
export interface GobgpRelease {
  readonly daemon: string
  readonly client: string
  /** `3.10.0`, as the daemon says. */
  readonly version: string
  /** Whether the daemon knows a flag. */
  has(flag: string): Promise<boolean>
}

/** The release that is installed on this machine: 3.10 on Debian 12. */
export function installedGobgp(): Promise<GobgpRelease> {
  return releaseAt('', 'install it with `make packages`')
}

/** GoBGP from another Debian release, unpacked into the cache. Throws a sentence when it can't be had. */
export async function gobgpOfDebian(release: string): Promise<GobgpRelease> {
  const { root } = await unpackedOfDebian(release, 'gobgpd')
  return releaseAt(`${root}/usr/bin/`, `remove .cache/debian/${release} and try again`)
}

async function releaseAt(folder: string, remedy: string): Promise<GobgpRelease> {
  const daemon = `${folder}gobgpd`
  try {
    const { stdout } = await run(daemon, ['--version'])
    const version = stdout.trim().split(' ').at(-1) ?? ''
    return { daemon, client: `${folder}gobgp`, version, has: async (flag) => (await help(daemon)).includes(flag) }
  } catch (error) {
    throw new Error(`${daemon} does not run: ${remedy}`, { cause: error })
  }
}

/** gobgpd prints its help and fails. */
async function help(daemon: string): Promise<string> {
  const { end, stdout, stderr } = await runner.run([daemon, '--help'], {
    timeout: 20_000,
    signal: new AbortController().signal,
  })
  assert.equal(end.kind, 'exited')
  return stdout + stderr
}

export interface GobgpdOptions {
  readonly release: GobgpRelease
  /** Path of the Unix socket of its API; files of the daemon are put beside it. */
  readonly socket: string
  /** TOML; null: nobody configures it before it runs. */
  readonly config: string | null
  readonly flags?: readonly string[]
}

/** A gobgpd inside a namespace; it dies with this process. */
export class Gobgpd {
  readonly socket: string
  readonly #space: Namespace
  readonly options: GobgpdOptions
  #life = new AbortController()
  #process: RunningProcess | undefined

  constructor(space: Namespace, options: GobgpdOptions) {
    this.socket = options.socket
    this.#space = space
    this.options = options
  }

  /** Resolves when the API's socket is there. */
  async start(): Promise<void> {
    const { release, socket, config, flags = [] } = this.options
    rmSync(socket, { force: true })
    if (config !== null) writeFileSync(`${socket}.toml`, config)
    const file = config === null ? [] : ['-f', `${socket}.toml`]
    const args = [...file, '--api-hosts', `unix://${socket}`, '--pprof-disable', ...flags]
    this.#life = new AbortController()
    const started = this.#space.runner.start([release.daemon, ...args], { signal: this.#life.signal })
    this.#process = started
    const log = drain(started.lines)
    let end: string | undefined
    void started.ended.then(({ end: how, stderr }) => (end = describeEnd(how, stderr)))
    await waitFor(`gobgpd ${release.version} opens its API`, async () => {
      if (end !== undefined) throw new Error(`gobgpd ${release.version} ${end}: ${(await log).slice(-3).join(' ')}`)
      return existsSync(socket)
    })
  }

  /** Kills it, as `kill -9` does. */
  async stop(): Promise<void> {
    this.#life.abort()
    await this.#process?.ended
  }

  /** SIGSTOP, SIGCONT and the like. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.#process?.pid ?? 0, signal)
  }

  /** Its own command line client: somebody else than the target. */
  async cli(...args: string[]): Promise<string> {
    const { client } = this.options.release
    const argv = [client, '--target', `unix://${this.socket}`, ...args]
    const { end, stdout, stderr } = await runner.run(argv, { timeout: 20_000, signal: this.#life.signal })
    if (end.kind === 'exited' && end.code === 0) return stdout
    throw new Error(`gobgp ${args.join(' ')} ${describeEnd(end, stderr + stdout)}`)
  }
}

async function drain(lines: AsyncIterable<string>): Promise<string[]> {
  const last: string[] = []
  for await (const line of lines) {
    last.push(line)
    if (last.length > 20) last.shift()
  }
  return last
}
