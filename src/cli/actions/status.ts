import { setTimeout } from 'node:timers/promises'
import type { Client, StatusDocument } from '../../control/client.js'
import { printDocument, printLine, withDaemon, type Context } from '../context.js'
import { asCliError, errorInWords } from '../error.js'
import { exit } from '../exit.js'
import { statusText } from '../text/status.js'

/** Shows VIPs, routers and sessions. Not as wished: a VIP that should be announced here and is not. */
export async function status(context: Context, vip: string | null, watch: boolean): Promise<number> {
  if (watch) return watchStatus(context, vip)
  const document = await ask(context, vip)
  if (context.options.json) printDocument(context, document)
  else context.io.out(statusText(document, context.io.columns, context.style))
  return document.vips.every(({ asWished }) => asWished) ? exit.done : exit.notAsWished
}

function ask(context: Context, vip: string | null): Promise<StatusDocument> {
  return withDaemon(context, 'viewer', (client, signal) =>
    vip === null ? client.status(signal) : statusOfOne(client, vip, signal),
  )
}

async function statusOfOne(client: Client, name: string, signal: AbortSignal): Promise<StatusDocument> {
  const { daemon, routers, vip } = await client.vip(name, signal)
  if (daemon === null || vip === null) throw new Error('the answer of the daemon lacks the VIP')
  return { daemon, routers, vips: [vip] }
}

/** Shows it anew every second, or less often when asking takes long, until interrupted. It outlives the daemon. */
async function watchStatus(context: Context, vip: string | null): Promise<number> {
  const { io } = context
  const interrupted = new AbortController()
  const undo = io.onInterrupt(() => interrupted.abort())
  const { signal } = interrupted
  try {
    while (!signal.aborted) {
      const began = performance.now()
      await showOnce(context, vip)
      const pause = Math.max(1000, (performance.now() - began) * 5)
      // It rejects when it is interrupted, and the loop looks at the signal itself.
      await setTimeout(pause, undefined, { signal }).catch(() => {})
    }
    return exit.done
  } finally {
    undo()
  }
}

async function showOnce(context: Context, vip: string | null): Promise<void> {
  const { io, options, style } = context
  try {
    const document = await ask(context, vip)
    if (options.json) printLine(context, document)
    else show(context, statusText(document, io.columns, style))
  } catch (thrown) {
    const error = asCliError(thrown)
    if (error.exitCode !== exit.noDaemon && error.code !== 'disconnected') throw error
    show(context, errorInWords(error))
  }
}

const home = '\u001b[H'
const clearBelow = '\u001b[J'

/** On a terminal in place, as much as fits; elsewhere one after the other. */
function show({ io }: Context, text: string): void {
  if (io.rows === null) {
    io.out(`${text}\n`)
    return
  }
  const lines = text.trimEnd().split('\n')
  const room = io.rows - 1
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`]
  io.out(`${home}${clearBelow}${shown.join('\n')}\n`)
}
