import type { OperatorAnswer, OperatorRequest } from '../domain/snapshot.js'
import type { SourceChanges } from '../domain/source.js'
import { isInterfaceName } from '../kernel/batch.js'
import type { Engine } from './engine.js'

type SourceRequest = Extract<OperatorRequest, { readonly kind: `source-${string}` }>

/** What operators ask of source addresses; it holds over what the file says. Throws where it can't be kept. */
export function changeSources(engine: Engine, request: SourceRequest): OperatorAnswer {
  switch (request.kind) {
    case 'source-add':
      return add(engine, request.vip, request.interface)
    case 'source-remove':
      return remove(engine, request.vip, request.interface)
    case 'source-enable':
    case 'source-disable': {
      const on = request.kind === 'source-enable'
      return request.interface === null ? switchAll(engine, on) : switchOne(engine, request.interface, on)
    }
  }
}

function add(engine: Engine, name: string, device: string): OperatorAnswer {
  const vip = engine.fleet.vip(name)
  if (vip === undefined) return refused('unknown-vip', `No VIP is called ${name}.`, 'List them with `vipcast status`.')
  if (!vip.unique) {
    const message = `${name} may be announced by other hosts too: replies to it could go there.`
    return refused(
      'not-unique',
      message,
      'Write `unique: true` at the VIP if this host alone announces it, and reload.',
    )
  }
  if (!isInterfaceName(device) || device === 'lo') {
    const message = `Nothing leaves this host through ${JSON.stringify(device)}.`
    return refused('unknown-interface', message, 'Name an interface as `ip link` shows it.')
  }
  const group = groupOf(engine, device)
  if (group !== null && group !== name) {
    const message = `${device} is in the group of ${group}.`
    return refused('interface-taken', message, `First: \`vipcast source remove ${group} ${device}\`.`)
  }
  move(engine, device, name)
  return done(engine, `${device} is in the group of ${name}`, name)
}

function remove(engine: Engine, name: string, device: string): OperatorAnswer {
  if (engine.fleet.vip(name) === undefined)
    return refused('unknown-vip', `No VIP is called ${name}.`, 'List them with `vipcast source`.')
  if (groupOf(engine, device) === name) move(engine, device, null)
  return done(engine, `${device} is not in the group of ${name}`, name)
}

/** Into the group of a VIP, or out of any; what is as configured needs no change. */
function move({ sources, fleet }: Engine, device: string, vip: string | null): void {
  const configured = fleet.config.source.groups.find(({ interfaces }) => interfaces.includes(device))?.vip ?? null
  const moved = new Map(sources.changes.moved)
  if (vip === configured) moved.delete(device)
  else moved.set(device, vip)
  sources.change({ ...sources.changes, moved })
}

function switchOne(engine: Engine, device: string, on: boolean): OperatorAnswer {
  const { sources } = engine
  if (groupOf(engine, device) === null && !on) {
    const remedy = 'List the groups with `vipcast source`, or add it to one first.'
    return refused('unknown-interface', `${device} is in no group.`, remedy)
  }
  const others = [...sources.changes.off].filter((name) => name !== device)
  change(engine, { off: new Set(on ? others : [...others, device]) })
  return done(engine, `source addresses are ${on ? 'on' : 'off'} for ${device}`, null)
}

function switchAll(engine: Engine, on: boolean): OperatorAnswer {
  change(engine, { enabled: on === engine.fleet.config.source.enabled ? null : on })
  return done(engine, `source addresses are ${on ? 'on' : 'off'}`, null)
}

function change({ sources }: Engine, changes: Partial<SourceChanges>): void {
  sources.change({ ...sources.changes, ...changes })
}

function groupOf({ sources }: Engine, device: string): string | null {
  const group = sources.groups.groups.find(({ interfaces }) => interfaces.some(({ name }) => name === device))
  return group?.vip.name ?? null
}

function done({ events }: Engine, text: string, vip: string | null): OperatorAnswer {
  events.emit({ kind: 'request', vip, text: `${text}, by an operator` })
  return { kind: 'done', text: `${text}.` }
}

function refused(
  code: Extract<OperatorAnswer, { readonly kind: 'refused' }>['code'],
  message: string,
  remedy: string,
): OperatorAnswer {
  return { kind: 'refused', code, message, remedy }
}
