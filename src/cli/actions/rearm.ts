import { printDocument, withDaemon, type Context } from '../context.js'
import { exit } from '../exit.js'

/** Lets an override that latched, or whose window is over, take its address over again. */
export async function rearm(context: Context, vip: string): Promise<number> {
  const done = await withDaemon(context, 'operator', (client, signal) => client.rearm(vip, signal))
  if (context.options.json) printDocument(context, done)
  else context.io.out(`${done.text}\n`)
  return exit.done
}
