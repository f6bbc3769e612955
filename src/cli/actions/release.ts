import type { Client, VipDocument } from '../../control/client.js'
import type { ManualVip } from '../entries.js'
import { printDocument, withDaemon, type Context } from '../context.js'
import { durationOption } from '../duration.js'
import { CliError } from '../error.js'
import { exit } from '../exit.js'
import { loadValid } from '../load-valid.js'
import { explainIt, why } from './claim.js'
import { Deadline, isOneOf } from './deadline.js'

/** Gives a VIP of mode manual back, whether a daemon runs or not; with `wait`, returns when nothing of it is left here. */
export async function releaseVip(context: Context, name: string, wait: string | null): Promise<number> {
  const text =
    wait === null ? await askOnce(context, name) : await untilGone(context, name, durationOption('wait', wait))
  return tell(context, text)
}

/** Whether nothing of a VIP of mode manual is left here; needs no daemon, and asks nothing of anybody. */
export async function checkReleased(context: Context, name: string): Promise<number> {
  const { isReleased } = await context.entries.released()
  if (isReleased(await findVip(context, name))) return tell(context, `${name} is released.`)
  const message = `${name} is not released: it is claimed, bound or announced here`
  throw new CliError(exit.notAsWished, 'not-released', message, explainIt(name))
}

async function askOnce(context: Context, name: string): Promise<string> {
  try {
    return (await withDaemon(context, 'operator', (client, signal) => client.release(name, signal))).text
  } catch (error) {
    if (!isOneOf(error, ['no-daemon'])) throw error
    const { releaseWithoutDaemon } = await context.entries.released()
    if ((await releaseWithoutDaemon(await findVip(context, name))) === 'held') throw error
    return `${name}: released; no daemon runs.`
  }
}

/** What a daemon that ends, starts or freezes answers, or what is left of its answer. */
const passing = ['no-daemon', 'disconnected', 'timeout', 'busy', 'not-understood'] as const

/** The daemon may end, start or freeze meanwhile: whoever is there is asked, until nothing is left or the time is over. */
async function untilGone(context: Context, name: string, longest: number): Promise<string> {
  const deadline = new Deadline(longest)
  for (;;) {
    try {
      return await withDaemon(context, 'operator', (client, signal) => throughDaemon(client, name, deadline, signal))
    } catch (error) {
      if (!isOneOf(error, passing)) throw error
      const vip = await findVip(context, name)
      if (await isReleasedOffline(context, vip, deadline)) return `${name} is unbound; no daemon runs.`
      if (deadline.isOver) throw ranOut(name, `: ${error.message}`)
    }
    await deadline.pause()
  }
}

/** Where no daemon runs; once the claim is taken back, what is left goes by the guard of the last one, or by the next one. */
async function isReleasedOffline(context: Context, vip: ManualVip, deadline: Deadline): Promise<boolean> {
  const { isReleased, releaseWithoutDaemon } = await context.entries.released()
  if ((await releaseWithoutDaemon(vip)) === 'held') return false
  while (!isReleased(vip) && !deadline.isOver) await deadline.pause()
  return isReleased(vip)
}

async function throughDaemon(client: Client, name: string, deadline: Deadline, signal: AbortSignal): Promise<string> {
  await client.release(name, deadline.signal(signal))
  for (;;) {
    const { vip } = await client.vip(name, signal)
    if (vip !== null && isGone(vip)) return `${name} is unbound.`
    if (deadline.isOver) throw ranOut(name, why(vip))
    await deadline.pause()
  }
}

/** An address that the host had before stays. */
function isGone({ addresses }: VipDocument): boolean {
  return addresses.every(
    ({ binding, routes }) =>
      (binding === 'absent' || binding === 'found') && routes.every(({ announced }) => !announced),
  )
}

function ranOut(name: string, reason: string): CliError {
  const remedy = `${explainIt(name)}; the request stays in force`
  return new CliError(exit.notAsWished, 'time-ran-out', `${name} is not unbound in time${reason}`, remedy)
}

async function findVip(context: Context, name: string): Promise<ManualVip> {
  const { findManual } = await context.entries.released()
  const found = await findManual(await loadValid(context.options.config), name)
  if (found === 'unknown') {
    const message = `the configuration has no VIP named ${JSON.stringify(name)}`
    throw new CliError(exit.usage, 'unknown-vip', message, 'name one that it has')
  }
  if (found === 'not-manual') {
    throw new CliError(exit.usage, 'not-manual', `${name} is not of mode manual`, 'see `vipcast status`')
  }
  return found
}

function tell(context: Context, text: string): number {
  if (context.options.json) printDocument(context, { text })
  else context.io.out(`${text}\n`)
  return exit.done
}
