import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

import { decodeMessage, encodeMessage, messageLength } from '../../src/checks/dbus-message.js'
import type { DbusMessage, HeaderField } from '../../src/checks/dbus-message.js'
import { DbusWriter } from '../../src/checks/dbus-values.js'
import type { UnitState } from '../../src/checks/systemd-units.js'

/** A small systemd: it owns the name of the real one on a message bus, and answers for units that it was told of. */
export interface FakeSystemd {
  /** Units by their names as of the last change. */
  set(unit: string, state: Partial<UnitState>): void
  /** Another name for a unit, as an `Alias=` of its file makes. */
  alias(name: string, unit: string): void
  /** Names that were asked for, a list for each question. */
  readonly questions: readonly (readonly string[])[]
  /** Whether it answers; a systemd that hangs does not. */
  answers: boolean
}

const notFound: UnitState = { load: 'not-found', active: 'inactive', sub: 'dead' }
const running: UnitState = { load: 'loaded', active: 'active', sub: 'running' }

/** Fields of headers, by number. */
const [path, face, member, errorName, replySerial, destination, signature] = [1, 2, 3, 4, 5, 6, 8] as const

export async function startFakeSystemd(t: Pick<TestContext, 'after'>, bus: string): Promise<FakeSystemd> {
  const socket = connect(bus)
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.geteuid!())).toString('hex')}\r\n`)
  await once(socket, 'data')
  socket.write('BEGIN\r\n')
  const systemd = new Systemd(socket)
  socket.on('error', () => {}) // the bus may end before
  await systemd.begin()
  return systemd
}

class Systemd implements FakeSystemd {
  readonly questions: string[][] = []
  answers = true
  readonly #socket: Socket
  readonly #units = new Map<string, UnitState>()
  readonly #aliases = new Map<string, string>()
  #subscribed = false
  #serial = 0
  #received = Buffer.alloc(0)
  #named = (): void => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (piece: Buffer) => {
      this.#received = Buffer.concat([this.#received, piece])
      for (;;) {
        const length = messageLength(this.#received)
        if (length === null || this.#received.length < length) return
        const message = decodeMessage(this.#received.subarray(0, length))!
        this.#received = this.#received.subarray(length)
        if (message.type === 'call' && this.answers) this.#answer(message)
        if (message.type === 'return' && message.replySerial === 2) this.#named()
      }
    })
  }

  async begin(): Promise<void> {
    const named = new Promise<void>((resolve) => (this.#named = resolve))
    const name = new DbusWriter()
    name.text('org.freedesktop.systemd1')
    name.uint32(0)
    this.#callBus('Hello', '', Buffer.alloc(0))
    this.#callBus('RequestName', 'su', name.bytes())
    await named
  }

  set(unit: string, state: Partial<UnitState>): void {
    this.#units.set(unit, { ...(this.#units.get(unit) ?? running), ...state })
    if (!this.#subscribed) return
    const changed = new DbusWriter()
    changed.text('org.freedesktop.systemd1.Unit')
    changed.array(8, () => {})
    changed.array(4, () => {})
    const head: HeaderField[] = [
      [path, 'o', pathOf(unit)],
      [face, 's', 'org.freedesktop.DBus.Properties'],
      [member, 's', 'PropertiesChanged'],
      [signature, 'g', 'sa{sv}as'],
    ]
    this.#send('signal', head, changed.bytes())
  }

  alias(name: string, unit: string): void {
    this.#aliases.set(name, unit)
  }

  #answer(call: DbusMessage): void {
    const to: HeaderField[] = [
      [replySerial, 'u', call.serial],
      [destination, 's', call.sender],
    ]
    const reply = (type: string, body: DbusWriter): void =>
      this.#send('return', [...to, [signature, 'g', type]], body.bytes())
    switch (call.member) {
      case 'Subscribe':
        this.#subscribed = true
        return this.#send('return', to, Buffer.alloc(0))
      case 'ListUnitsByNames':
        return reply('a(ssssssouso)', this.#list(call))
      case 'Get':
        return reply('v', this.#property(call))
      default:
        return this.#send(
          'error',
          [...to, [errorName, 's', 'org.freedesktop.DBus.Error.UnknownMethod']],
          Buffer.alloc(0),
        )
    }
  }

  #list({ body }: DbusMessage): DbusWriter {
    const names: string[] = []
    body.array(4, () => names.push(body.text()))
    this.questions.push(names)
    const list = new DbusWriter()
    list.array(8, () => {
      for (const name of names) {
        const unit = this.#aliases.get(name) ?? name
        const { load, active, sub } = this.#units.get(unit) ?? notFound
        list.align(8)
        for (const text of [unit, `the unit ${unit}`, load, active, sub, '', pathOf(unit)]) list.text(text)
        list.uint32(0)
        list.text('')
        list.text('/')
      }
    })
    return list
  }

  /** `ActiveState` of the unit that has the path. */
  #property({ path: of }: DbusMessage): DbusWriter {
    const unit = [...this.#units.keys()].find((name) => pathOf(name) === of) ?? ''
    const value = new DbusWriter()
    value.signature('s')
    value.text((this.#units.get(unit) ?? notFound).active)
    return value
  }

  #callBus(name: string, type: string, body: Buffer): void {
    const fields: HeaderField[] = [
      [path, 'o', '/org/freedesktop/DBus'],
      [face, 's', 'org.freedesktop.DBus'],
      [member, 's', name],
      [destination, 's', 'org.freedesktop.DBus'],
      [signature, 'g', type],
    ]
    this.#send('call', fields, body)
  }

  #send(type: DbusMessage['type'], fields: readonly HeaderField[], body: Buffer): void {
    this.#serial += 1
    this.#socket.write(encodeMessage(type, this.#serial, fields, body))
  }
}

/** As systemd escapes names in paths: all but letters and digits, and a digit that comes first. */
function pathOf(unit: string): string {
  const escaped = unit.replace(/[^A-Za-z0-9]|^\d/g, (c) => `_${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `/org/freedesktop/systemd1/unit/${escaped}`
}
