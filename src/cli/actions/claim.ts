import type { Client, Done, VipDocument } from '../../control/client.js'
import { printDocument, withDaemon, type Context } from '../context.js'
import { durationOption } from '../duration.js'
import { CliError } from '../error.js'
import { exit } from '../exit.js'
import { Deadline, isOneOf } from './deadline.js'

/** Claims a VIP of mode manual; with `wait`, returns when it is announced. */
export async function claimVip(context: Context, vip: string, wait: string | null): Promise<number> {
  const deadline = wait === null ? null : new Deadline(durationOption('wait', wait))
  const done =
    deadline === null
      ? await withDaemon(context, 'operator', (client, signal) => client.claim(vip, signal))
      : await claimed(context, vip, deadline)
  if (context.options.json) printDocument(context, done)
  else context.io.out(`${done.text}\n`)
  return exit.done
}

/** Whether a VIP of mode manual is claimed and announced; asks nothing of anybody. */
export async function checkClaimed(context: Context, name: string): Promise<number> {
  const { vip } = await withDaemon(context, 'viewer', (client, signal) => client.vip(name, signal))
  if (vip !== null && vip.mode !== 'manual') {
    throw new CliError(exit.usage, 'not-manual', `${name} is not of mode manual`, 'see `vipcast status`')
  }
  if (vip === null || !isClaimed(vip)) {
    throw new CliError(exit.notAsWished, 'not-announced', `${name} is not announced${why(vip)}`, explainIt(name))
  }
  const text = `${name} is announced.`
  if (context.options.json) printDocument(context, { text })
  else context.io.out(`${text}\n`)
  return exit.done
}

/** A daemon that is still starting, or does not answer, is asked again. */
async function claimed(context: Context, name: string, deadline: Deadline): Promise<Done> {
  for (;;) {
    try {
      return await withDaemon(context, 'operator', async (client, signal) => {
        await client.claim(name, deadline.signal(signal))
        return await announced(client, name, deadline, signal)
      })
    } catch (error) {
      if (!isOneOf(error, ['busy', 'timeout', 'disconnected'])) throw error
      if (deadline.isOver) throw ranOut(name, `: ${error.message}`)
    }
    await deadline.pause()
  }
}

async function announced(client: Client, name: string, deadline: Deadline, signal: AbortSignal): Promise<Done> {
  for (;;) {
    const { vip } = await client.vip(name, signal)
    if (vip !== null && isClaimed(vip)) return { text: `${name} is announced.` }
    if (deadline.isOver) throw ranOut(name, why(vip))
    await deadline.pause()
  }
}

function ranOut(name: string, reason: string): CliError {
  const remedy = `${explainIt(name)}; the request stays in force`
  return new CliError(exit.notAsWished, 'time-ran-out', `${name} is not announced in time${reason}`, remedy)
}

function isClaimed({ request, addresses }: VipDocument): boolean {
  const claimed = request === 'none' || request === 'drained'
  return claimed && addresses.every(({ routes }) => routes.every((route) => route.announced))
}

/** Why it is as it is, to be put behind a statement. */
export function why(vip: VipDocument | null): string {
  return vip === null ? '' : `: ${vip.reason}${vip.detail === null ? '' : `, ${vip.detail}`}`
}

export function explainIt(name: string): string {
  return `\`vipcast explain ${name}\` tells why`
}
