import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ManagedNeighbor } from '../../../domain/config.js'
import { TargetError } from '../../../domain/target.js'
import { socketAnswers } from '../../../platform/socket-probe.js'
import type { ReadyNeighbor } from './render.js'

/** Where a managed gobgpd has its things. */
export interface SpeakerPaths {
  readonly socket: string
  readonly config: string
}

export function speakerPaths(runDir: string, router: string): SpeakerPaths {
  return { socket: join(runDir, `gobgpd-${router}.sock`), config: join(runDir, `gobgpd-${router}.toml`) }
}

/** Longest path of a Unix socket (sun_path, with its final zero byte). */
const longestSocketPath = 107
/** Longest key of a TCP MD5 signature that Linux takes. */
const longestPassword = 80

/** Makes room for the API's socket. Throws TargetError. */
export async function clearSocket({ socket }: SpeakerPaths): Promise<void> {
  if (Buffer.byteLength(socket) > longestSocketPath) {
    const message = `${socket} is too long for a socket (at most ${longestSocketPath} bytes): choose a shorter runDir or router name`
    throw new TargetError('rejected', message)
  }
  if (await socketAnswers(socket)) {
    // Two gobgpd with one identity would tear down each other's sessions for ever.
    const message = `another gobgpd still serves ${socket}: end that process (fuser ${socket} names it)`
    throw new TargetError('conflict', message)
  }
  await rm(socket, { force: true })
}

/** Written whole or not at all, since gobgpd may be reading it; for nobody else, since it holds passwords. */
export async function writeConfig({ config }: SpeakerPaths, text: string): Promise<void> {
  const fresh = `${config}.new`
  try {
    await rm(fresh, { force: true })
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' })
    await chmod(fresh, 0o600)
    await rename(fresh, config)
  } catch (error) {
    throw new TargetError('not-permitted', `${config} can't be written (${reason(error)}): correct runDir`, {
      cause: error,
    })
  }
}

/** A password must not outlive its use, and a socket file that nobody serves only misleads. */
export async function removeFiles({ socket, config }: SpeakerPaths): Promise<void> {
  for (const path of [socket, config, `${config}.new`]) await rm(path, { force: true })
}

/** Reads a neighbor's password. Throws TargetError. */
export async function readyNeighbor(neighbor: ManagedNeighbor): Promise<ReadyNeighbor> {
  const { passwordFile } = neighbor
  if (passwordFile === null) return { neighbor, password: null }
  let text: string
  try {
    text = await readFile(passwordFile, 'utf8')
  } catch (error) {
    const message = `the password file ${passwordFile} can't be read (${reason(error)}): create it, readable for vipcast`
    throw new TargetError('not-permitted', message, { cause: error })
  }
  const password = text.replace(/\r?\n$/, '')
  if (password === '' || password.includes('\n') || Buffer.byteLength(password) > longestPassword) {
    const message = `the password file ${passwordFile} must hold one line of 1 to ${longestPassword} bytes`
    throw new TargetError('rejected', message)
  }
  return { neighbor, password }
}

function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
