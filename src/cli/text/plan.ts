import { attributesDocument, learnedDocument } from '../../control/client.js'
import type { CheckedOnce, Preview, PreviewedAddress, PreviewedRoute, PreviewedVip } from '../entries.js'
import { attributesText, effectText, kindText } from './attributes.js'
import { aroundLines } from './override.js'
import { reasonText, routerTrouble } from './reasons.js'
import type { Style } from './style.js'
import { counted, durationText, listed, outline, type OutlineLine } from './words.js'

/** What `run` would do, VIP by VIP. */
export function planText(preview: Preview, columns: number, style: Style): string {
  const parts = [
    [[0, summary(preview)] as const],
    ...preview.vips.map((vip) => vipLines(vip, preview, style)),
    trouble(preview, style),
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => outline(lines, columns))
    .join('\n')
}

function summary({ node, vips, sweeps }: Preview): string {
  const addresses = vips.flatMap((vip) => vip.addresses)
  const routes = addresses.flatMap((address) => address.routes)
  const doing = (action: PreviewedRoute['action']): number => routes.filter((route) => route.action === action).length
  const tasks = [
    [addresses.filter(({ binding }) => binding === 'bind').length, 'bind', 'address', 'addresses'],
    [addresses.filter(({ binding }) => binding === 'unbind').length, 'unbind', 'address', 'addresses'],
    [doing('announce'), 'announce', 'route', 'routes'],
    [doing('update'), 'change', 'route', 'routes'],
    [doing('withdraw') + sweeps.length, 'withdraw', 'route', 'routes'],
  ] as const
  const todo = tasks
    .filter(([count]) => count > 0)
    .map(([count, verb, one, many]) => `${verb} ${counted(count, one, many)}`)
  return `${node} would ${todo.length === 0 ? 'change nothing' : listed(todo)}. Nothing was changed.`
}

function vipLines(vip: PreviewedVip, preview: Preview, style: Style): OutlineLine[] {
  return [
    [0, style.bold(vip.name)],
    ...vip.checks.map((checked): OutlineLine => [1, checkText(checked, style)]),
    ...vip.addresses.flatMap((address) => addressLines(address, preview, style)),
  ]
}

function checkText({ instance, result }: CheckedOnce, style: Style): string {
  const { check, address } = instance
  const paint = result.outcome === 'pass' ? style.green : style.red
  const of = address === null ? '' : ` of ${address.text}`
  return `check ${check.name}${of}: ${paint(result.outcome)} in ${durationText(result.duration / 1000)}: ${result.detail}`
}

function addressLines(planned: PreviewedAddress, preview: Preview, style: Style): OutlineLine[] {
  return [
    [1, `${planned.address.text}: ${planned.verdict}, ${bindingText(planned)}`],
    ...ownReason(planned),
    ...aroundText(planned),
    ...sourceText(planned),
    ...planned.routes.flatMap((route) => routeLines(route, preview, style)),
  ]
}

function sourceText({ sourceThrough }: PreviewedAddress): OutlineLine[] {
  if (sourceThrough.length === 0) return []
  return [[2, `source of connections through ${listed([...sourceThrough])} that choose none, while it is announced`]]
}

function aroundText({ around }: PreviewedAddress): OutlineLine[] {
  if (around === null) return []
  const { covering, conflicts } = around
  const lines = aroundLines({ covering: covering.map(learnedDocument), conflicts: conflicts.map(learnedDocument) })
  return lines.map(([depth, text]) => [depth + 1, text])
}

function bindingText({ binding, interface: name }: PreviewedAddress): string {
  switch (binding) {
    case 'bind':
      return `bind on ${name}`
    case 'bound':
      return `bound on ${name} already`
    case 'found':
      return 'there already, and not ours'
    case 'unbind':
      return 'unbind'
    case 'none':
      return 'not bound'
  }
}

/** Of mode local: what holds for it without any router. */
function ownReason({ because }: PreviewedAddress): OutlineLine[] {
  if (because === null) return []
  const { reason, detail } = because
  return [[2, `${reason}: ${reasonText(reason)}`], ...(detail === null ? [] : [[2, detail] as const])]
}

const actions: Record<PreviewedRoute['action'], string> = {
  announce: 'announce',
  update: 'announce with other attributes',
  keep: 'leave as it is',
  withdraw: 'withdraw',
  none: 'not announced',
  unknown: 'unknown, the router does not answer',
}

function routeLines(
  { router, action, reason, detail, attributes }: PreviewedRoute,
  preview: Preview,
  style: Style,
): OutlineLine[] {
  const paint = action === 'announce' || action === 'update' ? style.green : (text: string) => text
  const code = reason === 'announced' ? '' : `, ${reason}`
  const document = attributes === null ? null : attributesDocument(attributes)
  const carried = document === null ? '' : attributesText(document)
  const meaning: OutlineLine[] = reason === 'announced' ? [] : [[3, reasonText(reason)]]
  return [
    [2, `${router}: ${paint(actions[action])}${code}${carried === '' ? '' : `; ${carried}`}`],
    ...meaning,
    ...(detail === null ? [] : [[3, detail] as const]),
    ...(document === null ? [] : neighborLines(router, document, preview)),
    ...(action === 'announce' || action === 'keep' ? byBinding(router, preview) : []),
  ]
}

function byBinding(name: string, { routers }: Preview): OutlineLine[] {
  const type = routers.find((router) => router.name === name)?.type
  if (type === 'kernel') return [[3, 'by being bound; what a routing daemon makes of it is not known here']]
  return type === 'frr-grpc' ? [[3, 'by being bound and let through; what was sent to whom is not known here']] : []
}

/** What reaches each neighbor, for a route that is or becomes announced. */
function neighborLines(
  router: string,
  attributes: ReturnType<typeof attributesDocument>,
  { routers }: Preview,
): OutlineLine[] {
  const sessions = routers.find(({ name }) => name === router)?.observed?.sessions ?? []
  return sessions.map(({ neighbor, kind, state, established }): OutlineLine => {
    const effect = effectText(attributes, kind)
    const carried = established ? (effect === '' ? 'no attributes' : effect) : state
    return [3, `${neighbor} (${kindText(kind)}): ${carried}`]
  })
}

function trouble({ routers, sweeps }: Preview, style: Style): OutlineLine[] {
  return [
    ...routers.flatMap(({ name, error }): OutlineLine[] =>
      error === null ? [] : [[0, style.red(routerTrouble(name, error))]],
    ),
    ...sweeps.map(({ router, address }): OutlineLine => [
      0,
      `Left over at ${router}, and to be withdrawn: ${address.text} is inside pools and no VIP wants it there.`,
    ]),
  ]
}
