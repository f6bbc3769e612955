import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { namespaceOf } from './namespaces.js'
import { childOf, sendSignal } from './proc.js'

/** The folder of the project; this file is compiled to build/testnet/lab/. */
const project = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

export const scripts = `${project}/testnet/lab`

/** Programs are found here; the first holds `vipcast`. */
export const nodePath = [
  ...new Set([
    ...'/run/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'.split(':'),
    dirname(process.execPath),
  ]),
].join(':')

/** What a node has for itself, so that what the host has there is hidden. */
const hidden = ['/run/', '/tmp/', '/var/', '/etc/']

type Mode = 'root' | 'user namespace'

/** The first process of a lab, with every node's namespaces made. */
export interface FirstProcess {
  /** Its pid, outside. */
  readonly pid: number
  /** Per node the pid of the process that holds its namespaces, outside. */
  readonly nodePids: ReadonlyMap<string, number>
  /** Where nodes see the host's file system. */
  readonly anchor: string
  /** Resolves when the lab's last process is gone; never rejects. */
  readonly ended: Promise<void>
}

/**
 * Makes the namespaces of a lab: as root, or in a user namespace of its own. Throws one sentence when this machine
 * allows neither.
 */
export async function startFirstProcess(nodes: readonly string[], signal: AbortSignal): Promise<FirstProcess> {
  if (!existsSync(`/proc/self/task/${process.pid}/children`)) {
    throw new Error('no lab can be made on this machine: its kernel was built without CONFIG_PROC_CHILDREN')
  }
  const modes: Mode[] = process.geteuid?.() === 0 ? ['root', 'user namespace'] : ['user namespace']
  const failures: string[] = []
  for (const mode of modes) {
    const attempt = await tryMode(mode, nodes, signal)
    if (typeof attempt !== 'string') return attempt
    failures.push(`${mode === 'root' ? 'as root' : 'in a user namespace'}: ${attempt}`)
  }
  throw new Error(
    `no lab can be made on this machine, which needs root or user namespaces for everybody ` +
      `(sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces>0): ${failures.join('; ')}`,
  )
}

async function tryMode(mode: Mode, nodes: readonly string[], signal: AbortSignal): Promise<FirstProcess | string> {
  const anchor = chooseAnchor()
  const shown = [project, dirname(process.execPath)].filter((path) => hidden.some((each) => path.startsWith(each)))
  // Two ways to end with the starter, however that ends: pdeathsig, and the end of standard input, see init.sh.
  const [program = '', ...unshare] = 'setpriv --pdeathsig KILL unshare --fork --kill-child=SIGKILL'.split(' ')
  const namespaces = [...(mode === 'root' ? [] : ['--user', '--map-root-user']), '--net', '--mount', '--uts', '--pid']
  const init = ['/bin/bash', `${scripts}/init.sh`, namespaceOf('self', 'net'), anchor, shown.join('\n'), ...nodes]
  const env = { PATH: nodePath, LANG: 'C.UTF-8' }
  const child = spawn(program, [...unshare, ...namespaces, ...init], { stdio: 'pipe', detached: true, cwd: '/', env })
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done())
    child.once('error', () => done())
  })
  const nodePids = await collectNodes(child, nodes, signal)
  const pid = childOf(child.pid ?? 0)
  if (typeof nodePids === 'string' || pid === undefined) {
    kill(child)
    await ended
    signal.throwIfAborted()
    return typeof nodePids === 'string' ? nodePids : 'the first process ended at once'
  }
  return { pid, nodePids, anchor, ended }
}

/** The pids of all nodes; or what went wrong. */
function collectNodes(
  child: ChildProcess,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | string> {
  const pids = new Map<string, number>()
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stdin?.on('error', () => {})
  const failure = (what: string): string => said.trim().replaceAll('\n', ' ') || what
  return new Promise((done) => {
    const onLine = (line: string): void => {
      const [word, name = '', pid] = line.split(' ')
      if (word === 'failed') done(failure(`node ${name} failed`))
      pids.set(name, Number(pid))
      if (pids.size === nodes.length) done(pids)
    }
    if (child.stdout) createInterface(child.stdout).on('line', onLine)
    child.once('error', (error) => done(error.message))
    child.once('close', (code, name) => done(failure(`unshare ended with ${name ?? code}`)))
    signal.addEventListener('abort', () => done('aborted'), { once: true })
    if (signal.aborted) done('aborted')
  })
}

/** Kills the first process, if it is there yet, and with it the lab. */
function kill(child: ChildProcess): void {
  const first = child.pid === undefined ? undefined : childOf(child.pid)
  if (first !== undefined) sendSignal(first, 'SIGKILL')
  else child.kill('SIGKILL')
}

function chooseAnchor(): string {
  const usable = (path: string): boolean =>
    existsSync(path) && ![project, process.execPath].some((each) => each.startsWith(`${path}/`))
  const anchor = ['/mnt', '/media', '/srv'].find(usable)
  if (anchor === undefined) throw new Error('a lab needs one of the directories /mnt, /media, /srv as a mount point')
  return anchor
}
