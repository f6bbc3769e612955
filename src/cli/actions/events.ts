import type { EventDocument } from '../../control/client.js'
import { printLine, withDaemon, type Context } from '../context.js'
import { CliError } from '../error.js'
import { exit } from '../exit.js'
import { localTime, wrapped } from '../text/words.js'

/** Prints the kept events, and with `follow` those that come, until interrupted. */
export async function events(context: Context, follow: boolean): Promise<number> {
  const interrupted = new AbortController()
  const undo = follow ? context.io.onInterrupt(() => interrupted.abort()) : () => {}
  try {
    await withDaemon(context, 'viewer', async (client) => {
      for await (const event of client.events({ after: 0, follow }, interrupted.signal)) print(context, event)
    })
  } finally {
    undo()
  }
  if (!follow || interrupted.signal.aborted) return exit.done
  throw new CliError(exit.noDaemon, 'no-daemon', 'the daemon has stopped', 'start it with `systemctl start vipcast`')
}

/** Longest line before a text goes on below, when it goes to a terminal; a file gets one line for each event. */
function print(context: Context, event: EventDocument): void {
  const { io, style, options } = context
  if (options.json) {
    printLine(context, event)
    return
  }
  const head = `${localTime(event.at ?? '')}  ${event.kind.padEnd(widestKind)}  `
  const width = io.rows === null ? Infinity : io.columns
  io.out(`${style.dim(head)}${wrapped(sentence(event), width, head.length).trimStart()}\n`)
}

const widestKind = 'verdict'.length

/** What it is about, then what happened; a text that names its router itself needs no more. */
function sentence(event: EventDocument): string {
  const subject = subjectText(event)
  const { text, router } = event
  const named = subject === router && (text.startsWith(`${router} `) || text.startsWith(`router ${router}`))
  return subject === '' || named ? text : `${subject}: ${text}`
}

/** `web 203.0.113.80 at edge`, `web/http`, `core`. */
function subjectText({ vip, check, address, router }: EventDocument): string {
  const what = [vip === null ? check : check === null ? vip : `${vip}/${check}`, address].filter(
    (part) => part !== null,
  )
  if (router === null) return what.join(' ')
  return what.length === 0 ? router : `${what.join(' ')} at ${router}`
}
