import { setTimeout } from 'node:timers/promises'
import type { Client } from '../../control/client.js'
import { printDocument, usageError, withDaemon, type Context } from '../context.js'
import { durationOption } from '../duration.js'
import { exit } from '../exit.js'
import { counted } from '../text/words.js'
import { chooseVips } from './disable.js'

export interface DrainOptions {
  readonly vips: readonly string[]
  readonly all: boolean
  /** Draining every VIP needs a yes, here or at the terminal. */
  readonly agreed: boolean
  /** As written; null: until undrained. */
  readonly duration: string | null
  readonly wait: boolean
}

/** How the wait for one VIP ended. */
interface Drained {
  readonly vip: string
  /** `time-over`: drain.time ran out first, or there was nothing announced to drain. */
  readonly ended: 'no-connections' | 'time-over'
  readonly connections: number
}

/** Milliseconds between two looks. */
const lookEvery = 250
/** Nobody connected for so long, in milliseconds: with short requests, one look finds none now and then. */
const quietFor = 1_000

/** Drains VIPs; with `wait`, returns when nobody is connected any more or drain.time is over. */
export async function drainVips(context: Context, options: DrainOptions): Promise<number> {
  const { all, duration, wait } = options
  const chosen = chooseVips('drain', options.vips, all)
  const milliseconds = duration === null ? null : durationOption('for', duration)
  if (all && !options.agreed) await agree(context)
  return withDaemon(context, 'operator', async (client, signal) => {
    const seconds = milliseconds === null ? null : milliseconds / 1000
    const { text } = await client.drain(chosen, seconds, signal)
    if (!wait) return tell(context, text, null)
    const names = chosen === 'all' ? (await client.status(signal)).vips.map(({ name }) => name) : chosen
    return tell(context, text, await Promise.all(names.map((name) => waitUntilDrained(client, name, signal))))
  })
}

async function agree({ io }: Context): Promise<void> {
  const answer = await io.ask('Drain every VIP of this host? [y/N] ')
  if (answer !== null && /^y(es)?$/i.test(answer.trim())) return
  throw usageError('nothing was drained', 'to drain every VIP of this host say so with --yes')
}

async function waitUntilDrained(client: Client, name: string, signal: AbortSignal): Promise<Drained> {
  let busyAt = performance.now()
  for (;;) {
    const connections = await client.connections(name, signal)
    const { vip } = await client.vip(name, signal)
    const now = performance.now()
    if (connections > 0) busyAt = now
    if (now - busyAt >= quietFor) return { vip: name, ended: 'no-connections', connections }
    if (vip?.reason !== 'draining' && vip?.reason !== 'pending') return { vip: name, ended: 'time-over', connections }
    await setTimeout(lookEvery, undefined, { signal })
  }
}

function tell(context: Context, text: string, drained: readonly Drained[] | null): number {
  if (context.options.json) printDocument(context, { text, vips: drained })
  else context.io.out([text, ...(drained ?? []).map(inWords)].map((line) => `${line}\n`).join(''))
  return drained?.some(({ connections }) => connections > 0) === true ? exit.notAsWished : exit.done
}

function inWords({ vip, ended, connections }: Drained): string {
  if (ended === 'no-connections') return `${vip}: no TCP connection is left.`
  const left =
    connections === 0
      ? 'no TCP connection is'
      : `${counted(connections, 'TCP connection')} ${connections === 1 ? 'is' : 'are'}`
  return `${vip}: drain.time is over, ${left} left.`
}
