import { reasons, type Reason } from '../../domain/reason.js'
import { listed } from './words.js'

/** What a reason code means; a newer daemon may have codes that this command does not know. */
export function reasonText(reason: string): string {
  return reasons[reason as Reason] ?? reason
}

/** How many of the checks that can withdraw a VIP must pass: all, any, or a number. */
export function requireText(require: string, checks: readonly string[]): string {
  const [first, ...others] = checks
  if (first === undefined) return 'none of them can withdraw it'
  if (others.length === 0) return `${first} must pass`
  if (require === 'all') return `all of ${listed(checks)} must pass`
  return `${require === 'any' ? 'one' : require} of ${listed(checks)} must pass`
}

/** Why a router does not answer; most of its errors begin with its name already. */
export function routerTrouble(name: string, error: string): string {
  return error.startsWith(`router ${name}`) ? error : `router ${name}: ${error}`
}
