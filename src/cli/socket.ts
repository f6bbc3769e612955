import { readFile } from 'node:fs/promises'
import type { GlobalOptions } from './context.js'
import { defaultSocket, type Environment } from './defaults.js'

/** The control socket, and the read socket if there is one. */
export type Sockets = readonly [control: string, read: string | null]

/**
 * Named on the command line, in the environment, or by the configuration. One that this user may not read, or that is
 * wrong, does not keep anybody from asking the daemon that runs with an older one.
 */
export async function socketsFor({ socket, config }: GlobalOptions, env: Environment): Promise<Sockets> {
  const named = socket ?? env['VIPCAST_SOCKET']
  if (named !== undefined && named !== '') return [named, null]
  const text = await readFile(config, 'utf8').catch(() => '')
  // Most files leave the socket where it is, and reading them as YAML takes longer than asking the daemon does.
  if (!/\b(control|runDir)\b/.test(text)) return [defaultSocket, null]
  const { socketsIn } = await import('../config/sockets.js')
  const { control, read } = socketsIn(text)
  return [control ?? defaultSocket, read]
}
