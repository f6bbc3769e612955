import { setTimeout } from 'node:timers/promises'
import type { Client, Done, VipDocument } from '../../control/client.js'
import { printDocument, withDaemon, type Context } from '../context.js'
import { durationOption } from '../duration.js'
import { CliError } from '../error.js'
import { exit } from '../exit.js'

/** Milliseconds between two looks. */
const lookEvery = 50

/** Claims or releases a VIP of mode manual; with `wait`, returns when it is announced, or unbound. */
export async function claimVip(
  context: Context,
  word: 'claim' | 'release',
  vip: string,
  wait: string | null,
): Promise<number> {
  const longest = wait === null ? 0 : durationOption('wait', wait)
  const done = await withDaemon(context, 'operator', async (client, signal) => {
    const asked = await client[word](vip, signal)
    return wait === null ? asked : waitFor(client, vip, word, longest, signal)
  })
  if (context.options.json) printDocument(context, done)
  else context.io.out(`${done.text}\n`)
  return exit.done
}

const reached = {
  claim: { text: 'announced', test: isAnnounced },
  release: { text: 'unbound', test: isUnbound },
} as const

async function waitFor(
  client: Client,
  name: string,
  word: keyof typeof reached,
  longest: number,
  signal: AbortSignal,
): Promise<Done> {
  const { text, test } = reached[word]
  const deadline = performance.now() + longest
  for (;;) {
    const { vip } = await client.vip(name, signal)
    if (vip !== null && test(vip)) return { text: `${name} is ${text}.` }
    if (performance.now() >= deadline) throw ranOut(name, text, vip)
    await setTimeout(lookEvery, undefined, { signal })
  }
}

function ranOut(name: string, text: string, vip: VipDocument | null): CliError {
  const why = vip === null ? '' : `: ${vip.reason}${vip.detail === null ? '' : `, ${vip.detail}`}`
  const remedy = `\`vipcast explain ${name}\` tells why; the request stays in force`
  return new CliError(exit.notAsWished, 'time-ran-out', `${name} is not ${text} in time${why}`, remedy)
}

function isAnnounced({ addresses }: VipDocument): boolean {
  return addresses.every(({ routes }) => routes.every(({ announced }) => announced))
}

/** An address that the host had before stays. */
function isUnbound({ addresses }: VipDocument): boolean {
  return addresses.every(({ binding }) => binding === 'absent' || binding === 'found')
}
