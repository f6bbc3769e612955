import { z } from 'zod'

import { hostPort, prefix } from './addresses.js'
import { commonShape } from './checks.js'
import { leaf, shown, textWith, Wrong } from './leaf.js'
import { router } from './routers.js'
import {
  absolutePath,
  flag,
  interfaceName,
  name,
  oneOf,
  percentage,
  socketPath,
  someTime,
  text,
  wrongName,
} from './scalars.js'
import { vipDefaultsShape, vipShape } from './vip.js'

const onEnd = ['withdraw', 'keep'] as const

export const lifecycleShape = {
  onStop: oneOf(onEnd, 'What happens to the routes when the daemon stops; default withdraw').optional(),
  onCrash: oneOf(onEnd, 'What happens to them when it dies or freezes; default withdraw').optional(),
  deadMan: someTime('How long routes outlive its last sign of life then; default 15s').optional(),
  stopTimeout: someTime('How long stopping may take; default 15s').optional(),
  resync: someTime('Period of the full observation of kernel and routers; default 30s').optional(),
  adoptFor: someTime('How long an undecided VIP stays as the life before left it; default 30s').optional(),
}

export const controlShape = {
  socket: socketPath('The socket of the command line; default control.sock in runDir').optional(),
  group: text("Group that may use it; default the daemon's own").optional(),
  readSocket: socketPath('A second socket that can only look').optional(),
  readGroup: text("Group that may use that; default the daemon's own").optional(),
}

export const httpShape = {
  listen: hostPort(
    'Where metrics, health and the Viewer API are served; default 127.0.0.1:9179',
    '127.0.0.1:9179',
  ).optional(),
}

export const logShape = {
  level: oneOf(['trace', 'debug', 'info', 'warn', 'error'], 'The least that is logged; default info').optional(),
  format: oneOf(['auto', 'json', 'text'], 'auto: readable on a terminal, JSON lines elsewhere').optional(),
}

export const tripwiresShape = {
  enabled: flag('Whether listening sockets are watched; default true').optional(),
  maxCpu: percentage('What watching may cost, of one core; above it the checks only poll. Default 10%').optional(),
}

export const sourceGroupShape = {
  vip: name('The VIP that they leave with; it must be `unique: true`'),
  interfaces: z
    .array(interfaceName('An interface'))
    .min(1)
    .meta({ description: 'Through these; an interface is in one group' }),
}

export const sourceShape = {
  enabled: flag('Whether source addresses are selected at all; default true').optional(),
  groups: z
    .array(z.strictObject(sourceGroupShape))
    .meta({ description: 'Connections that choose no source leave with the VIP through its interfaces' })
    .optional(),
}

export const defaultsShape = {
  check: z.strictObject(commonShape).meta({ description: 'Defaults of every check of this file' }).optional(),
  vip: z
    .strictObject(vipDefaultsShape)
    .meta({ description: 'Defaults of every VIP of this file; a key that a VIP gives itself replaces the one here' })
    .optional(),
}

const version = leaf({ const: 1, description: 'Version of this format' }, (written) =>
  written === 1 ? written : new Wrong(`version ${shown(written)} is not known`, 'Write version: 1'),
)

const node = textWith(
  { description: "Name of this host in status and metrics; default the host's name" },
  (written) => wrongName(written) ?? written,
)

export const fileShape = {
  version: version.optional(),
  node: node.optional(),
  pools: z
    .array(prefix('A network'))
    .min(1)
    .meta({ description: 'Nothing outside is ever bound or announced; host routes inside are ours in the router' }),
  defaults: z.strictObject(defaultsShape).meta({ description: 'Defaults for this file' }).optional(),
  routers: z.record(z.string(), router).meta({ description: 'Routing daemons on this host, by name' }).optional(),
  vips: z.record(z.string(), z.strictObject(vipShape)).meta({ description: 'Virtual IPs, by name' }).optional(),
  lifecycle: z.strictObject(lifecycleShape).meta({ description: 'Start, stop and what outlives them' }).optional(),
  control: z.strictObject(controlShape).meta({ description: 'The sockets of the API' }).optional(),
  http: z
    .union([z.literal(false), z.strictObject(httpShape)])
    .meta({ description: 'Metrics, health of the daemon itself, and the Viewer API; false: off' })
    .optional(),
  log: z.strictObject(logShape).meta({ description: 'What is logged, and how' }).optional(),
  source: z
    .strictObject(sourceShape)
    .meta({ description: 'Source addresses of connections from this host' })
    .optional(),
  tripwires: z.strictObject(tripwiresShape).meta({ description: 'Probes upon notice of the kernel' }).optional(),
  runDir: absolutePath('Journal, lock, sockets; default /run/vipcast').optional(),
  stateDir: absolutePath('What must survive a reboot; default /var/lib/vipcast').optional(),
}
