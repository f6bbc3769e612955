import { printDocument, withDaemon, type Context } from '../context.js'
import { exit } from '../exit.js'

export async function reload(context: Context): Promise<number> {
  const done = await withDaemon(context, 'operator', (client, signal) => client.reload(signal))
  if (context.options.json) printDocument(context, done)
  else context.io.out(`${done.text}\n`)
  return exit.done
}
