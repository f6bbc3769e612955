import { z } from 'zod'

import { hostAddress } from './addresses.js'
import { attributes, attributesShape } from './attributes.js'
import { check } from './checks.js'
import { leaf, shown, Wrong } from './leaf.js'
import { overrideShape } from './override.js'
import { duration, flag, interfaceName, name, oneOf, someTime } from './scalars.js'

export const dampingShape = {
  window: someTime('How long a withdrawal by health counts; default 10m').optional(),
  factor: leaf(
    { type: 'number', minimum: 1, description: 'What each one multiplies holdDown by; default 3' },
    (written) =>
      typeof written === 'number' && written >= 1 && written <= 1000
        ? written
        : new Wrong(`${shown(written)} is not a factor`, 'Write a number from 1 to 1000'),
  ).optional(),
  max: someTime('The longest hold-down; default 15m').optional(),
}

export const drainShape = {
  time: duration('How long it is announced less preferred before it is withdrawn; default 10s').optional(),
  ...attributesShape,
}

export type Require = { kind: 'all' } | { kind: 'any' } | { kind: 'count'; count: number }

const require = leaf<Require>(
  {
    anyOf: [{ enum: ['all', 'any'] }, { type: 'integer', minimum: 1 }],
    description: 'How many of the checks with impact withdraw must pass: all, any, or a number; default all',
  },
  (written) => {
    if (written === 'all' || written === 'any') return { kind: written }
    if (typeof written === 'number' && Number.isInteger(written) && written >= 1)
      return { kind: 'count', count: written }
    return new Wrong(`${shown(written)} is not known here`, 'Write all, any, or the number of checks that must pass')
  },
)

/** Keys of a VIP that `defaults.vip` may have too. */
export const vipDefaultsShape = {
  mode: oneOf(
    ['anycast', 'override', 'manual', 'local'],
    "anycast: announced wherever it is healthy; override: another server's address, taken over while healthy; manual: only between claim and release; local: never announced, bound and silent to ARP",
  ).optional(),
  override: z
    .strictObject(overrideShape)
    .meta({ description: 'Of mode override: when it takes the address over, and when it gives it back' })
    .optional(),
  unique: flag('Whether this host alone announces it; default false').optional(),
  routers: z.array(name('Name of a router')).meta({ description: 'Routers that announce it; default all' }).optional(),
  interface: interfaceName('Where it is bound; default lo').optional(),
  bind: oneOf(
    ['always', 'announced'],
    'When it is bound: while the daemon runs, or only while announced; default always, but announced for the modes override and manual, and at a router of type kernel or frr-grpc',
  ).optional(),
  require: require.optional(),
  checks: z.array(check).meta({ description: 'What must be healthy; none: the VIP is up' }).optional(),
  holdDown: duration('Least time from a withdrawal by health to the next announcement; default 5s').optional(),
  damping: z
    .union([z.literal(false), z.strictObject(dampingShape)])
    .meta({ description: 'Each withdrawal by health inside the window multiplies holdDown; false: off' })
    .optional(),
  settle: duration('From the acknowledged withdrawal to unbinding; default 1s').optional(),
  announce: attributes.meta({ description: 'Attributes of its routes while up' }).optional(),
  whenDegraded: attributes.meta({ description: 'Laid over `announce` while degraded' }).optional(),
  drain: z
    .strictObject(drainShape)
    .meta({ description: 'How `vipcast drain` withdraws it: attributes laid over `announce` for a time' })
    .optional(),
  whenDown: z
    .union([z.literal('withdraw'), attributes])
    .meta({ description: 'withdraw, or attributes to keep announcing with, less preferred; default withdraw' })
    .optional(),
}

export const vipShape = {
  addresses: z
    .array(hostAddress('IPv4 or IPv6 address'))
    .min(1)
    .meta({ description: 'The virtual addresses; each inside `pools`' }),
  ...vipDefaultsShape,
}
