/**
 * Every answer to "why is this VIP (not) announced?", worst first. One per VIP, address and router; a VIP shows the worst
 * of its routes. The text is for people: what it means and what to do.
 */
export const reasons = {
  leaked:
    'Announced by other means although it must not be: look for a redistribute or network statement of somebody else.',
  'withdraw-failed': 'It must not be announced, and the router did not confirm the withdrawal; it is tried again.',
  'check-failed': 'Withdrawn: its checks say that the service is down.',
  'bind-failed': 'Not announced: the kernel refused to hold the address.',
  'not-silent':
    'Of mode local, and this host cannot be silent to ARP about it: it is unbound, unless somebody else bound it.',
  'address-conflict': 'Not announced: somebody else originates the same host route.',
  'router-unreachable': 'The routing daemon does not answer; the route is sent as soon as it does.',
  'router-conflict': "Not announced: an operator's own object holds its place in the router.",
  'announce-failed': 'Not announced: the router refused the route.',
  'no-session': 'In the router, but no established session could carry it.',
  'not-advertised': 'In the router, but sent to no neighbor: a policy filters it, or none permits it.',
  'no-next-hop':
    'In the router, but no session has a next hop of its family: set nextHop.ipv6, or add a session over IPv6.',
  'vip-unbound': 'Not announced: the host lost the address; it is bound again.',
  'no-covering-route': 'Not announced: no less specific route would carry the traffic after a fallback.',
  'override-latched': 'Given back after a failure; `vipcast rearm` takes it over again.',
  'override-expired': 'Given back, since its window is over; `vipcast rearm` begins another.',
  'hold-down': 'Healthy again, and waiting for the hold-down after its last withdrawal to end.',
  damped: 'Healthy again, and held down for longer because it flapped.',
  drained: 'Withdrawn by an operator, after its connections had time to end.',
  draining:
    'Its connections have time to end; until then it is still announced, less preferred, where it is announced.',
  disabled: 'Withdrawn by an operator until enabled.',
  unclaimed: 'Not announced: nobody has claimed it here.',
  unknown: 'Not announced: its checks have no verdict yet.',
  pending: 'A change is on its way.',
  stopping: 'Withdrawn: the daemon is stopping.',
  'last-resort': 'Announced although unhealthy: no other host is better.',
  'fail-open': 'Announced although unhealthy, as whenDown says.',
  degraded: 'Announced with the attributes of whenDegraded.',
  kept: 'Announced as the life before left it, until its checks have a verdict.',
  'local-mode': 'Bound, silent to ARP, and never announced: its mode is local.',
  announced: 'Announced.',
} as const

export type Reason = keyof typeof reasons

const order = Object.keys(reasons) as Reason[]
const rank = new Map(order.map((reason, at) => [reason, at]))

/** The worst of several reasons; `announced` of none. */
export function worstReason(all: Iterable<Reason>): Reason {
  let worst: Reason = 'announced'
  for (const reason of all) if ((rank.get(reason) ?? 0) < (rank.get(worst) ?? 0)) worst = reason
  return worst
}

/** Whether an operator, the mode or the life cycle wants it like that: `status` does not call it a fault. */
export function isIntended(reason: Reason): boolean {
  return intended.has(reason)
}

const intended: ReadonlySet<Reason> = new Set([
  'announced',
  'degraded',
  'kept',
  'fail-open',
  'last-resort',
  'local-mode',
  'drained',
  'draining',
  'disabled',
  'unclaimed',
  'override-latched',
  'override-expired',
  'stopping',
])
