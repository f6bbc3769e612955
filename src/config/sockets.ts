import { parseDocument } from 'yaml'

/** Paths of the control socket and of the read socket; null where the file names none. */
export interface SocketPaths {
  readonly control: string | null
  readonly read: string | null
}

/**
 * The sockets that a file names, whatever else is wrong with it: a daemon that runs with the last valid configuration must
 * be found above all when the file was just spoilt. Never throws.
 */
export function socketsIn(text: string): SocketPaths {
  const options = { prettyErrors: false, uniqueKeys: false, merge: true, logLevel: 'silent' } as const
  const document = parseDocument(relevant(text), options)
  const at = (...path: string[]): string | null => {
    const value: unknown = document.hasIn(path) ? document.getIn(path) : null
    return typeof value === 'string' && value.startsWith('/') ? value : null
  }
  const runDir = at('runDir')?.replace(/\/+$/, '')
  return {
    control: at('control', 'socket') ?? (runDir === undefined ? null : `${runDir}/control.sock`),
    read: at('control', 'readSocket'),
  }
}

/** A key at the beginning of a line, and all that is indented below it. */
const block = /^(?:control|runDir)[ \t]*:[^\n]*(?:\n[ \t#][^\n]*|\n(?=\n))*/gm

/** With thousands of VIPs, parsing the whole file would take longer than asking the daemon. */
function relevant(text: string): string {
  const flow = /^\s*\{/.test(text)
  return flow ? text : (text.match(block) ?? []).map((lines) => `${lines}\n`).join('')
}
