import type { Done } from '../../control/client.js'
import { printDocument, withDaemon, type Context } from '../context.js'
import { exit } from '../exit.js'
import { sourcesText } from '../text/sources.js'

/** Prints what connections of this host leave with. */
export async function showSources(context: Context): Promise<number> {
  const document = await withDaemon(context, 'viewer', (client, signal) => client.sources(signal))
  const { io, style, options } = context
  if (options.json) printDocument(context, document)
  else io.out(sourcesText(document, io.columns, style))
  return exit.done
}

/** Puts an interface into the group of a VIP, or takes it out. */
export async function moveSource(
  context: Context,
  word: 'add' | 'remove',
  vip: string,
  device: string,
): Promise<number> {
  return tell(
    context,
    await withDaemon(context, 'operator', (client, signal) => client.moveSource(word, vip, device, signal)),
  )
}

/** Switches one interface, or all. */
export async function switchSource(
  context: Context,
  word: 'enable' | 'disable',
  device: string | null,
): Promise<number> {
  return tell(
    context,
    await withDaemon(context, 'operator', (client, signal) => client.switchSource(word, device, signal)),
  )
}

function tell(context: Context, done: Done): number {
  if (context.options.json) printDocument(context, done)
  else context.io.out(`${done.text}\n`)
  return exit.done
}
