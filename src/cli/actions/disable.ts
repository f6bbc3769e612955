import { printDocument, usageError, withDaemon, type Context } from '../context.js'
import { exit } from '../exit.js'

/** Disables, enables or undrains VIPs. */
export async function switchVips(
  context: Context,
  word: 'disable' | 'enable' | 'undrain',
  vips: readonly string[],
  all: boolean,
): Promise<number> {
  const chosen = chooseVips(word, vips, all)
  const done = await withDaemon(context, 'operator', (client, signal) => client[word](chosen, signal))
  if (context.options.json) printDocument(context, done)
  else context.io.out(`${done.text}\n`)
  return exit.done
}

/** The VIPs that a command is about. An empty list is an error: it must not come to mean all of them. */
export function chooseVips(word: string, vips: readonly string[], all: boolean): readonly string[] | 'all' {
  if (all && vips.length > 0) throw usageError('both VIPs and --all are given', 'name some, or give --all')
  if (!all && vips.length === 0) throw usageError(`nothing to ${word} is named`, 'name VIPs, or give --all')
  return all ? 'all' : vips
}
