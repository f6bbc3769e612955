import { formatErrors, type ConfigError } from '../../config/errors.js'
import { isManaged, type Config, type VipConfig } from '../../domain/config.js'
import { detectionTimes, type DetectionTime, type DetectionTimes, type Watching } from '../../domain/detection.js'
import { protocolsOf } from '../../domain/protocol.js'
import { kindText } from './attributes.js'
import { deadManText, deadMen } from './dead-man.js'
import { attributeReach } from './reach.js'
import type { Style } from './style.js'
import { table } from './table.js'
import { counted, listed, wrapped } from './words.js'

/** Of a valid file: how fast each VIP notices a dead service, what reaches which neighbor, and warnings. */
export function validText(
  config: Config,
  warnings: readonly ConfigError[],
  watching: Watching,
  columns: number,
  style: Style,
): string {
  const { file, vips, routers } = config
  const local = vips.filter(({ mode }) => mode === 'local').map(({ name }) => name)
  const timed = vips
    .filter(({ mode }) => mode !== 'local')
    .map((vip) => ({ vip, times: detectionTimes(vip, watching) }))
  const parts = [
    `${style.green(`${file}: valid`)}, ${counted(vips.length, 'VIP')}, ${counted(routers.length, 'router')}.\n`,
    timed.length === 0 ? '' : detectionTable(timed, columns, style),
    [...timed.flatMap(remarks), ...localRemarks(local)]
      .map((remark) => `${wrapped(`- ${remark}`, columns, 0, 2)}\n`)
      .join(''),
    deadManLines(config, local, columns),
    reachTable(config, columns, style),
    warnings.length === 0 ? '' : `${style.yellow('Warnings:')}\n${formatErrors(warnings)}`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

interface Timed {
  readonly vip: VipConfig
  readonly times: DetectionTimes
}

function detectionTable(timed: readonly Timed[], columns: number, style: Style): string {
  const wired = timed.filter(({ times }) => worstOf(times.refused) < worstOf(times.unarmed))
  const rows = timed.map(({ vip, times: { refused, unarmed, hung } }) => [
    vip.name,
    ...timeCells(refused),
    ...(wired.length === 0 ? [] : timeCells(unarmed)),
    ...timeCells(hung),
  ])
  const unarmed = wired.length === 0 ? [] : ['UNARMED: MEAN', 'WORST']
  const heads = ['VIP', 'REFUSED: MEAN', 'WORST', ...unarmed, 'HUNG: MEAN', 'WORST']
  const drawn = table(
    heads.map((head) => ({ head })),
    rows,
    columns,
    style,
  )
  return `Withdrawn after a service refuses connections, or hangs:\n${drawn}${wrapped(wiredRemark(wired), columns)}`
}

/** What holds when the kernel does not tell. */
function wiredRemark(wired: readonly Timed[]): string {
  if (wired.length === 0) return ''
  const suspended = Math.max(...wired.map(({ times }) => worstOf(times.suspended)))
  return (
    'REFUSED holds while tripwires are armed, UNARMED while they are not: `vipcast explain` says which. While they are ' +
    `suspended for what they cost, checks poll at fastInterval: ${timeText(suspended)} at worst.\n`
  )
}

function worstOf(time: DetectionTime): number {
  return time.kind === 'never' ? Infinity : time.worst
}

function timeCells(time: DetectionTime): [string, string] {
  return time.kind === 'never' ? ['never', 'never'] : [timeText(time.mean), timeText(time.worst)]
}

/** As durations are written in the configuration: `750ms`, `1.25s`. */
function timeText(milliseconds: number): string {
  const whole = Math.round(milliseconds)
  if (whole === 0) return 'at once'
  return whole < 1000 ? `${whole}ms` : `${Number((whole / 1000).toFixed(2))}s`
}

function remarks({ vip, times: { unarmed, hung } }: Timed): string[] {
  const found: string[] = []
  if (vip.whenDown.kind === 'announce') found.push(`${vip.name} stays announced when it is down, as whenDown says`)
  if (unarmed.kind === 'never') found.push(`${vip.name} has no check that could withdraw it`)
  else if (hung.kind === 'never') {
    const need = hung.blind.length === 1 ? 'needs' : 'need'
    found.push(`${vip.name} never notices a service that hangs: ${listed(hung.blind)} ${need} no answer of it`)
  }
  return found
}

function localRemarks(local: readonly string[]): string[] {
  if (local.length === 0) return []
  const [are, their] = local.length === 1 ? ['is', 'its'] : ['are', 'their']
  return [`${listed(local)} ${are} bound and never announced; ${their} checks, if any, are shown, and withdraw nothing`]
}

function deadManLines(config: Config, local: readonly string[], columns: number): string {
  const men = deadMen(config).map((man) => deadManText(man, timeText))
  if (local.length > 0) men.push(localDeadManText(local, config.lifecycle))
  if (men.length === 0) return ''
  const lines = men.map((text) => `${wrapped(`- ${text}`, columns, 0, 2)}\n`)
  return `When vipcast itself dies or freezes:\n${lines.join('')}`
}

function localDeadManText(local: readonly string[], { onCrash, deadMan }: Config['lifecycle']): string {
  const names = listed(local)
  if (onCrash === 'keep') return `${names}: everything stays, as \`onCrash: keep\` says`
  return `${names}: the guard process unbinds, and puts the ARP settings back, after ${timeText(deadMan)} without a sign of life`
}

function reachTable(config: Config, columns: number, style: Style): string {
  const reach = attributeReach(config)
  const rows = reach.map(({ router, neighbor, kind, effective, ineffective }) => [
    router,
    neighbor,
    kindText(kind),
    effective.length === 0 ? '-' : effective,
    ineffective.length === 0 ? '-' : ineffective,
  ])
  const foreign = config.routers
    .filter((router) => protocolsOf(router).length > 0 && !isManaged(router))
    .map(({ name }) => name)
  const told =
    foreign.length === 0
      ? ''
      : `${wrapped(`Which attributes reach the neighbors of ${listed(foreign)}, \`vipcast plan\` finds out from the router.`, columns)}\n`
  if (rows.length === 0) return told
  const heads = ['ROUTER', 'NEIGHBOR', 'KIND', 'ATTRIBUTES', 'WITHOUT EFFECT']
  return `${table(
    heads.map((head) => ({ head })),
    rows,
    columns,
    style,
  )}${told}`
}
