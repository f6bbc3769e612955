import { printDocument, usageError, withDaemon, type Context } from '../context.js'
import { exit } from '../exit.js'

/** Disables or enables VIPs. An empty list is an error: it must not come to mean all of them. */
export async function switchVips(
  context: Context,
  word: 'disable' | 'enable',
  vips: readonly string[],
  all: boolean,
): Promise<number> {
  if (all && vips.length > 0) throw usageError('both VIPs and --all are given', 'name some, or give --all')
  if (!all && vips.length === 0) throw usageError(`nothing to ${word} is named`, 'name VIPs, or give --all')
  const chosen = all ? 'all' : vips
  const done = await withDaemon(context, 'operator', (client, signal) => client[word](chosen, signal))
  if (context.options.json) printDocument(context, done)
  else context.io.out(`${done.text}\n`)
  return exit.done
}
