import { printDocument, withDaemon, type Context } from '../context.js'
import { exit } from '../exit.js'
import { explainText } from '../text/explain.js'

export async function explain(context: Context, name: string): Promise<number> {
  const document = await withDaemon(context, 'viewer', (client, signal) => client.vip(name, signal))
  if (context.options.json) printDocument(context, document)
  else context.io.out(explainText(document, context.io.columns, context.style))
  return exit.done
}
