import type { ReadFile } from '../read/file.js'
import type { ReadVip } from '../read/vips.js'

/** What a VIP that is bound and never announced can't have, and what has no effect on it. */
export function localRules({ config, vips }: ReadFile): void {
  const connected = config.routers.find(({ type }) => type === 'kernel')
  for (const vip of vips) {
    if (vip.config.mode !== 'local' || !vip.fields.good('mode')) continue
    boundToLoopback(vip)
    boundAlways(vip)
    noRoutes(vip)
    if (connected !== undefined) redistributed(vip, connected.name)
  }
}

/** On any other interface the neighbors there get an answer to ARP whatever is set. */
function boundToLoopback({ config, fields }: ReadVip): void {
  if (config.interface === 'lo' || !fields.good('interface')) return
  fields.at('interface')?.refuse('a VIP of mode local is silent to ARP on lo alone', 'Write `interface: lo`')
}

function boundAlways({ config, fields }: ReadVip): void {
  if (config.bind === 'always' || !fields.good('bind')) return
  fields
    .at('bind')
    ?.refuse('a VIP of mode local is never announced, and would never be bound', 'Write `bind: always`, or remove it')
}

const aboutRoutes = [
  'routers',
  'unique',
  'announce',
  'whenDegraded',
  'whenDown',
  'holdDown',
  'damping',
  'settle',
] as const

/** `defaults.vip` is for the others too, so only what the VIP says itself is refused. */
function noRoutes({ fields }: ReadVip): void {
  const remedy = 'Remove it, or write another mode'
  for (const key of aboutRoutes) {
    if (!fields.own(key) || !fields.good(key)) continue
    fields.at(key)?.refuse('a VIP of mode local is never announced, so this says nothing', remedy)
  }
  if (!fields.own('drain')) return
  for (const key of ['bgp', 'ospf'])
    fields.at('drain')?.entry(key)?.refuse('a VIP of mode local is never announced, so this says nothing', remedy)
}

function redistributed({ config, fields }: ReadVip, router: string): void {
  fields.place.warn(
    `what announces the connected routes of this host for the router \`${router}\` would announce ${config.addresses.map(({ text }) => text).join(', ')} too, which is bound`,
    'Filter it in the routing daemon',
  )
}
