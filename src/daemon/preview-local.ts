import { isSilentOn, planSilence, type Silence } from '../domain/arp.js'
import type { Config } from '../domain/config.js'
import { localReason } from '../domain/local-reason.js'
import type { Because } from '../domain/route-reason.js'
import { TargetError, type KernelObserved } from '../domain/target.js'
import { createArpTarget } from '../kernel/arp-target.js'
import type { Subject } from './fleet.js'
import { journalPath, readJournal } from './journal.js'

/** As if the address were bound already, by whoever holds it. */
export function previewLocal(
  { address, intent, wanted }: Subject,
  { addresses, hostScope, silence }: KernelObserved & { readonly silence: Silence },
): Because {
  if (wanted.holdOn === null) return { reason: intent.reason, detail: null }
  const on = addresses.get(address.text) ?? wanted.holdOn
  const found = addresses.has(address.text) && !(on === 'lo' && hostScope.has(address.text))
  const belief = { state: 'present', interface: on, owner: found ? 'found' : 'ours' } as const
  const silent = isSilentOn(on, address, !found, silence)
  return localReason({ intent, binding: { belief, error: null }, silent, silence, leak: null })
}

/** Whether this host could be silent to ARP, as far as can be told without trying. */
export async function previewSilence({ vips, runDir }: Config, signal: AbortSignal): Promise<Silence> {
  if (!vips.some(({ mode }) => mode === 'local')) return { kind: 'pending' }
  try {
    const kept = readJournal(journalPath(runDir)).state.arp
    const plan = planSilence(await createArpTarget().observe(signal), kept)
    if (plan.kind === 'possible') return { kind: 'silent', anyScope: plan.anyScope }
    return { kind: 'failed', error: new TargetError('rejected', plan.why) }
  } catch (error) {
    if (!(error instanceof TargetError)) throw error
    return { kind: 'failed', error }
  }
}
