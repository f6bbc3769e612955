import { ClientError } from '../../control/client.js'
import type { WithdrawAllResult } from '../entries.js'
import { printDocument, withDaemon, type Context } from '../context.js'
import { CliError } from '../error.js'
import { exit } from '../exit.js'
import { loadConfig } from '../../config/load.js'
import { invalidConfig } from '../load-valid.js'
import { counted } from '../text/words.js'

/** Withdraws everything: a running daemon is asked to; without one, what its journal lists goes. */
export async function withdrawAll(context: Context): Promise<number> {
  try {
    const done = await withDaemon(context, 'operator', (client, signal) => client.withdrawAll(signal))
    return tell(context, { withdrawn: null, unbound: null, text: done.text })
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    if (error.code === 'timeout') throw frozen(error)
    if (error.code !== 'no-daemon') throw error
    return withdrawWithoutDaemon(
      context,
      'panic',
      ' A daemon that is started stays disabled until `vipcast enable --all`.',
    )
  }
}

/** What the guard of a daemon calls that died: takes back what it left. */
export function withdrawAfterCrash(context: Context): Promise<number> {
  return withdrawWithoutDaemon(context, 'after-crash', '')
}

async function withdrawWithoutDaemon(context: Context, cause: 'panic' | 'after-crash', note: string): Promise<number> {
  const loaded = await loadConfig(context.options.config)
  if (loaded.kind === 'invalid') throw invalidConfig(loaded.errors, orByTheCopy)
  const { config } = loaded
  const { withdrawAll } = await context.entries.oneShot()
  const interrupted = new AbortController()
  const undo = context.io.onInterrupt(() => interrupted.abort())
  try {
    const result = await withdrawAll(config, cause, interrupted.signal)
    if (result.kind !== 'done') throw failure(result)
    const { withdrawn, unbound } = result
    const what = `${counted(withdrawn, 'route')} withdrawn, ${counted(unbound, 'address', 'addresses')} unbound`
    return tell(context, {
      withdrawn,
      unbound,
      text: `No daemon runs; ${what}.${note}`,
    })
  } finally {
    undo()
  }
}

/** Who presses the panic button may have a draft in the file: the daemon keeps what it ran with in its `runDir`. */
const orByTheCopy =
  'Correct the file, or go by what the last daemon ran with: `vipcast withdraw --all --config /run/vipcast/in-force.yaml`.'

/** Who presses the panic button needs a way that works without that daemon. */
function frozen(error: ClientError): CliError {
  const remedy = 'end it with `systemctl kill --signal=KILL vipcast`, and run this again'
  return new CliError(exit.failed, error.code, error.message, remedy, { cause: error })
}

function failure(result: Exclude<WithdrawAllResult, { kind: 'done' }>): CliError {
  if (result.kind === 'refused') {
    return new CliError(exit.failed, 'refused', result.message, 'ask the daemon that holds it, with --socket')
  }
  return new CliError(
    exit.failed,
    'left',
    `not withdrawn: ${result.left.join(', ')}`,
    'run it again when the router answers',
  )
}

function tell(context: Context, done: { withdrawn: number | null; unbound: number | null; text: string }): number {
  if (context.options.json) printDocument(context, done)
  else context.io.out(`${done.text}\n`)
  return exit.done
}
