import { formatErrors, type ConfigError } from '../../config/errors.js'
import type { Config, VipConfig } from '../../domain/config.js'
import { detectionTimes, type DetectionTime } from '../../domain/detection.js'
import { kindText } from './attributes.js'
import { attributeReach } from './reach.js'
import type { Style } from './style.js'
import { table } from './table.js'
import { counted, listed, wrapped } from './words.js'

/** Of a valid file: how fast each VIP notices a dead service, what reaches which neighbor, and warnings. */
export function validText(config: Config, warnings: readonly ConfigError[], columns: number, style: Style): string {
  const { file, vips, routers } = config
  const parts = [
    `${style.green(`${file}: valid`)}, ${counted(vips.length, 'VIP')}, ${counted(routers.length, 'router')}.\n`,
    vips.length === 0 ? '' : detectionTable(vips, columns, style),
    remarks(vips)
      .map((remark) => `${wrapped(`- ${remark}`, columns, 0, 2)}\n`)
      .join(''),
    reachTable(config, columns, style),
    warnings.length === 0 ? '' : `${style.yellow('Warnings:')}\n${formatErrors(warnings)}`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function detectionTable(vips: readonly VipConfig[], columns: number, style: Style): string {
  const rows = vips.map((vip) => {
    const { refused, hung } = detectionTimes(vip)
    return [vip.name, ...timeCells(refused), ...timeCells(hung)]
  })
  const heads = ['VIP', 'REFUSED: MEAN', 'WORST', 'HUNG: MEAN', 'WORST']
  return `Withdrawn after a service refuses connections, or hangs:\n${table(
    heads.map((head) => ({ head })),
    rows,
    columns,
    style,
  )}`
}

function timeCells(time: DetectionTime): [string, string] {
  return time.kind === 'never' ? ['never', 'never'] : [timeText(time.mean), timeText(time.worst)]
}

/** As durations are written in the configuration: `750ms`, `1.25s`. */
function timeText(milliseconds: number): string {
  const whole = Math.round(milliseconds)
  return whole < 1000 ? `${whole}ms` : `${Number((whole / 1000).toFixed(2))}s`
}

function remarks(vips: readonly VipConfig[]): string[] {
  return vips.flatMap((vip) => {
    const { refused, hung } = detectionTimes(vip)
    const found: string[] = []
    if (vip.whenDown.kind === 'announce') found.push(`${vip.name} stays announced when it is down, as whenDown says`)
    if (refused.kind === 'never') found.push(`${vip.name} has no check that could withdraw it`)
    else if (hung.kind === 'never') {
      found.push(
        `${vip.name} never notices a service that hangs: ${listed(hung.blind)} ${hung.blind.length === 1 ? 'needs' : 'need'} no answer of it`,
      )
    }
    return found
  })
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
  const foreign = config.routers.filter(({ connection }) => connection.kind !== 'managed').map(({ name }) => name)
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
