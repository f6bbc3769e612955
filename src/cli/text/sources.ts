import type { SourcesDocument } from '../../control/client.js'
import type { Style } from './style.js'
import { table, type Paint } from './table.js'
import { listed, wrapped } from './words.js'

/** Routes told in a sentence each. */
const mostKept = 20

/** What each state means, for people; `in-use` and `leaving` say it themselves. */
const meanings: Readonly<Record<string, string>> = {
  'in-use': 'connections that choose no source leave with it',
  leaving: 'its routes are being removed',
  pending: 'a change is on its way',
  off: 'switched off, or no interface of its group is on',
  draining: 'its VIP is draining: new connections would be cut off at its end',
  unbound: 'the kernel does not hold it',
  'not-announced': 'no router announces it over an established session',
}

/** A state of an address as a source, in words. */
export function sourceText(state: string): string {
  return meanings[state] ?? state
}

/** Groups with their addresses, then interfaces, then what keeps its own source. */
export function sourcesText({ enabled, groups, kept, error }: SourcesDocument, columns: number, style: Style): string {
  if (groups.length === 0) return 'No group of source addresses: connections choose their source as without vipcast.\n'
  const parts = [
    enabled ? '' : `${style.yellow('Switched off: connections choose their source as without vipcast.')}\n`,
    addressTable(groups, columns, style),
    interfaceTable(groups, columns, style),
    unusedText(groups, columns),
    error === null ? '' : `${style.red(wrapped(error, columns))}\n`,
    keptText(kept, columns),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function addressTable(groups: SourcesDocument['groups'], columns: number, style: Style): string {
  const paint: Paint = (text, style) => (text === 'in-use' ? style.green(text) : style.yellow(text))
  return table(
    [{ head: 'VIP' }, { head: 'ADDRESS' }, { head: 'STATE', paint }],
    groups.flatMap(({ vip, addresses }) =>
      addresses.map(({ address, state }, at) => [at === 0 ? vip : '', address, state]),
    ),
    columns,
    style,
  )
}

function unusedText(groups: SourcesDocument['groups'], columns: number): string {
  const unused = groups.flatMap(({ addresses }) => addresses).filter(({ state }) => state !== 'in-use')
  return unused
    .map(({ address, state }) => `${wrapped(`- ${address}: ${sourceText(state)}`, columns, 0, 2)}\n`)
    .join('')
}

function interfaceTable(groups: SourcesDocument['groups'], columns: number, style: Style): string {
  const rows = groups.flatMap(({ vip, interfaces }) =>
    interfaces.map(({ name, enabled, routes }) => [name, vip, enabled ? 'on' : 'off', String(routes)]),
  )
  if (rows.length === 0) return ''
  return table([{ head: 'INTERFACE' }, { head: 'VIP' }, { head: 'SWITCH' }, { head: 'ROUTES' }], rows, columns, style)
}

function keptText(kept: SourcesDocument['kept'], columns: number): string {
  if (kept.length === 0) return ''
  const shown = kept.slice(0, mostKept).map(({ destination, path, why }) => `- ${destination} ${path}: ${why}`)
  if (kept.length > mostKept) shown.push(`- and ${kept.length - mostKept} more`)
  return ['These routes keep their source:', ...shown].map((line) => `${wrapped(line, columns, 0, 2)}\n`).join('')
}

/** Of one address, in `explain`. */
export function sourceLine({
  state,
  interfaces,
}: {
  readonly state: string
  readonly interfaces: readonly string[]
}): string {
  if (state === 'in-use') return `source: of connections through ${listed([...interfaces])} that choose none`
  return `source: ${state}; ${sourceText(state)}`
}
