import { printDocument, usageError, type Context } from '../context.js'
import type { CheckedOnce } from '../entries.js'
import { exit } from '../exit.js'
import { loadValid } from '../load-valid.js'
import { checkedDocument } from '../text/checked.js'
import { table } from '../text/table.js'
import { durationText } from '../text/words.js'

/** Runs the checks of one VIP once. Not as wished: one that could withdraw the VIP does not pass. */
export async function check(context: Context, name: string): Promise<number> {
  const config = await loadValid(context.options.config)
  const vip = config.vips.find((candidate) => candidate.name === name)
  if (vip === undefined) {
    const names = config.vips.map((candidate) => candidate.name).join(', ')
    throw usageError(`${config.file} has no VIP ${JSON.stringify(name)}`, `it has ${names === '' ? 'none' : names}`)
  }
  const { checkOnce } = await context.entries.preview()
  const interrupted = new AbortController()
  const undo = context.io.onInterrupt(() => interrupted.abort())
  const checked = await checkOnce([vip], config, interrupted.signal).finally(undo)
  if (context.options.json) printDocument(context, { vip: name, checks: checked.map(checkedDocument) })
  else context.io.out(checkedText(context, name, checked))
  const wrong = checked.some(
    ({ instance, result }) => instance.check.impact === 'withdraw' && result.outcome !== 'pass',
  )
  return wrong ? exit.notAsWished : exit.done
}

function checkedText({ io, style }: Context, vip: string, checked: readonly CheckedOnce[]): string {
  if (checked.length === 0) return `${vip} has no checks, so it counts as up.\n`
  return table(
    [
      { head: 'CHECK' },
      { head: 'ADDRESS' },
      { head: 'IMPACT' },
      { head: 'RESULT', paint: (text, { green, red }) => (text === 'pass' ? green(text) : red(text)) },
      { head: 'TIME' },
      { head: 'DETAIL' },
    ],
    checked.map(({ instance, result }) => [
      instance.check.name,
      instance.address?.text ?? '-',
      instance.check.impact,
      result.outcome,
      durationText(result.duration / 1000),
      result.detail,
    ]),
    io.columns,
    style,
  )
}
