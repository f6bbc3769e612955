import type { Intent } from './desired.js'
import type { Believed, BindingBelief } from './plan.js'
import type { Because } from './route-reason.js'

/**
 * The one reason of one address at a router of type kernel, where it is announced exactly while it is bound:
 *
 * | intent   | kernel                    | reason |
 * |----------|---------------------------|--------|
 * | announce | holds it                  | as intended |
 * | announce | refused it                | bind-failed, or vip-unbound where somebody else removes it |
 * | announce | not yet                   | pending |
 * | keep     | holds it, or nobody knows | as intended |
 * | keep     | not                       | unknown |
 * | withdraw | not                       | as intended |
 * | withdraw | holds it, found           | leaked: it was there before us, and is not ours to remove |
 * | withdraw | ours, its removal failed  | withdraw-failed |
 * | withdraw | ours, or nobody knows     | pending |
 */
export function boundReason(intent: Intent, { belief, error }: Believed<BindingBelief>): Because {
  switch (intent.kind) {
    case 'announce':
      if (belief.state === 'present') return { reason: intent.reason, detail: boundInWords(belief) }
      if (error === null) return { reason: 'pending', detail: 'the address is being bound' }
      return { reason: error.code === 'conflict' ? 'vip-unbound' : 'bind-failed', detail: error.message }
    case 'keep':
      return { reason: belief.state === 'absent' ? 'unknown' : intent.reason, detail: null }
    case 'hold':
    case 'withdraw':
      if (belief.state === 'absent') return { reason: intent.reason, detail: null }
      if (belief.state === 'present' && belief.owner === 'found')
        return { reason: 'leaked', detail: foundInWords(belief) }
      if (error !== null) return { reason: 'withdraw-failed', detail: error.message }
      return { reason: 'pending', detail: 'the address is about to be removed' }
  }
}

/** It is all that can be said: the kernel does not know who listens, and to whom he passes it on. */
function boundInWords({ interface: on }: { readonly interface: string }): string {
  return `bound on ${on}; what a routing daemon makes of it is not known here`
}

function foundInWords({ interface: on }: { readonly interface: string }): string {
  return `the address was on ${on} before vipcast, which leaves it there: whatever redistributes connected routes announces it`
}
