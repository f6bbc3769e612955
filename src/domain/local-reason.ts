import type { Intent } from './desired.js'
import type { Silence } from './arp.js'
import type { Leak } from './leak.js'
import type { Believed, BindingBelief } from './plan.js'
import type { Because } from './route-reason.js'

export interface LocalCase {
  readonly intent: Intent
  readonly binding: Believed<BindingBelief>
  /** Whether neighbors get no answer for it. */
  readonly silent: boolean
  readonly silence: Silence
  /** That a router of this host announced it; null: none did. */
  readonly leak: Leak | null
}

/**
 * The one reason of one address of mode local, which no router announces:
 *
 * | intent   | leak | kernel           | silence   | reason |
 * |----------|------|------------------|-----------|--------|
 * | any      | yes  | any              | any       | leaked |
 * | hold     | no   | holds it         | yes       | as intended |
 * | hold     | no   | holds it, found  | no        | not-silent: it was there before us, and is not ours to remove |
 * | hold     | no   | holds it, ours   | not (yet) | not-silent, or pending |
 * | hold     | no   | not              | failed    | not-silent |
 * | hold     | no   | refused it       | yes       | bind-failed, or vip-unbound where somebody else removes it |
 * | hold     | no   | not yet          | any other | pending |
 * | withdraw | no   | not, or found    | any       | as intended |
 * | withdraw | no   | ours             | any       | withdraw-failed, or pending |
 */
export function localReason(it: LocalCase): Because {
  if (it.leak !== null) return leaked(it.leak)
  return it.intent.kind === 'hold' ? holdReason(it, it.intent) : leavingReason(it)
}

function leaked({ by, router }: Leak): Because {
  const detail = `${by} at ${router} announced it while it was bound; it stays unbound until vipcast is started again`
  return { reason: 'leaked', detail }
}

function holdReason({ binding: { belief, error }, silent, silence }: LocalCase, { reason }: Intent): Because {
  if (belief.state === 'present') {
    if (silent) return { reason, detail: null }
    if (belief.owner === 'found') return { reason: 'not-silent', detail: foundInWords(belief.interface) }
  }
  if (silence.kind === 'failed') return { reason: 'not-silent', detail: silence.error.message }
  if (error === null) return { reason: 'pending', detail: belief.state === 'present' ? null : 'it is being bound' }
  return { reason: error.code === 'conflict' ? 'vip-unbound' : 'bind-failed', detail: error.message }
}

function leavingReason({ binding: { belief, error }, intent: { reason } }: LocalCase): Because {
  if (belief.state === 'absent') return { reason, detail: null }
  if (belief.state === 'present' && belief.owner === 'found')
    return { reason, detail: `the address was on ${belief.interface} before vipcast, which leaves it there` }
  if (error !== null) return { reason: 'withdraw-failed', detail: error.message }
  return { reason: 'pending', detail: 'the address is about to be removed' }
}

function foundInWords(device: string): string {
  const where = `it was on ${device} before vipcast`
  return device === 'lo'
    ? `${where}, with a scope that neighbors get an answer for; remove it, and vipcast binds it with scope host`
    : `${where}, where neighbors get an answer for it; remove it, and vipcast binds it to lo`
}
