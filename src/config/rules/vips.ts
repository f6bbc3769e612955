import { bindingAnnounces, bindsWithRoute, isAtTimes } from '../../domain/bond.js'
import type { ReadFile } from '../read/file.js'
import type { ReadVip } from '../read/vips.js'
import { durationText } from '../schema/scalars.js'

/** What can't be as the VIP wishes. */
export function vipRules(file: ReadFile): void {
  if (file.vips.length === 0 && !file.fields.own('vips')) {
    file.fields.place.warn('there are no VIPs', 'Describe one under `vips`')
  }
  const routers = file.fields.at('routers')
  const routersReadable = routers === undefined || routers.node.kind === 'map'
  for (const vip of file.vips) {
    if (routersReadable) requireRouter(vip)
    settleFits(vip, file)
    boundWhileAnnounced(vip, file)
    reachesStates(vip)
    bindsAtTimes(vip)
  }
}

/** A VIP that no router announces would only be bound. */
function requireRouter({ config, fields }: ReadVip): void {
  if (!fields.good('mode') || config.mode === 'local' || config.routers.length > 0) return
  const place = fields.at('routers')
  if (place !== undefined && (place.node.kind !== 'list' || place.items().length > 0)) return
  fields.place.problems.refuse(
    place ?? fields.place.key,
    'no router announces this VIP',
    'Describe a router under `routers`, such as edge: {type: gobgp, address: 127.0.0.1:50051}',
  )
}

/** Stopping waits `settle` between withdrawal and unbinding; past stopTimeout it would be cut short. */
function settleFits({ config, fields }: ReadVip, file: ReadFile): void {
  const { stopTimeout } = file.config.lifecycle
  if (!fields.good('settle') || config.settle < stopTimeout) return
  fields
    .at('settle')
    ?.refuse(
      `settle ${durationText(config.settle)} does not fit into lifecycle.stopTimeout ${durationText(stopTimeout)}`,
      'Write less, or a longer stopTimeout',
    )
}

function bindsAtTimes({ config, fields }: ReadVip): void {
  if (!isAtTimes(config.mode) || config.bind !== 'always' || !fields.good('mode', 'bind')) return
  fields
    .at('bind')
    ?.refuse(`a VIP of mode ${config.mode} is bound only while announced`, 'Write `bind: announced`, or remove it')
}

/** Where binding is announcing, an address that is always bound is always announced; a stub link of OSPF is the address itself. */
function boundWhileAnnounced({ config, fields }: ReadVip, { routers }: ReadFile): void {
  if (!fields.good('bind') || fields.lookup('bind') !== 'always') return
  const router = routers.find(
    (each) => each.config && bindsWithRoute(each.config, config) && config.routers.includes(each.name),
  )
  if (!router?.config) return
  const { type } = router.config
  fields
    .at('bind')
    ?.refuse(
      bindingAnnounces(router.config)
        ? `at the router \`${router.name}\` of type ${type} the VIP \`${config.name}\` is announced while it is bound`
        : `the VIP \`${config.name}\` is a stub link of OSPF at the router \`${router.name}\`, and bound while it is announced`,
      'Remove `bind`, or write `bind: announced`; or name other routers in `routers`',
    )
}

/** A state that no check can bring about. */
function reachesStates({ config, checks, states, fields }: ReadVip): void {
  if (!checks.complete) return
  for (const [state, impact] of [
    ['whenDegraded', 'degrade'],
    ['whenDown', 'withdraw'],
  ] as const) {
    if (states[state] === undefined || !fields.own(state)) continue
    if (config.checks.some((check) => check.impact === impact)) continue
    fields
      .at(state)
      ?.warn(`no check of this VIP has impact ${impact}, so this has no effect`, 'Add such a check, or remove it')
  }
}
