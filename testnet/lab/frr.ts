import { connect } from 'node:net'
import type { LabNode } from './node.js'
import type { NodeProcess } from './process.js'
import { waitFor } from '../observe/wait.js'

export type FrrDaemon = 'zebra' | 'mgmtd' | 'staticd' | 'bgpd' | 'ospfd' | 'ospf6d'

/**
 * The FRR of a node (`image: local:frr`), as a person at the node would handle it: somebody else than vipcast.
 *
 *     const frr = new Frr(lab.node('host1'))
 *     await frr.ready()                                          // after startLab: all daemons listen, and are configured
 *     frr.sockets                                                // the folder of its vty sockets, from outside
 *     await frr.show('bgpd', 'show ip bgp summary')              // text; throws when FRR refuses the command
 *     await frr.json<Summary>('bgpd', 'show bgp summary json')
 *     await frr.configure('bgpd', 'router bgp 65001', 'no bgp network import-check')
 *     await frr.kill('bgpd'); await frr.start('bgpd')            // SIGKILL, it alone; anew, with its part of /etc/frr
 *     await frr.kill(); await frr.start()                        // all of them
 *     await frr.signal('bgpd', 'STOP')
 */
export class Frr {
  readonly node: LabNode

  constructor(node: LabNode) {
    this.node = node
  }

  /** Holds `bgpd.vty` and the like; paths of this process. */
  get sockets(): string {
    return this.node.pathFromOutside('/run/frr')
  }

  /** Waits until all daemons answer and have been told their configuration. */
  async ready(): Promise<void> {
    if (this.node.main === undefined)
      throw new Error(`${this.node.name} runs no FRR: its image is ${this.node.spec.image}`)
    await this.#isReady(this.node.main)
  }

  /** What the daemon answers to a command. Throws, with its own words, when it refuses the command. */
  async show(daemon: FrrDaemon, command: string): Promise<string> {
    return this.#talk(daemon, [command])
  }

  async json<T>(daemon: FrrDaemon, command: string): Promise<T> {
    return JSON.parse(await this.show(daemon, command)) as T
  }

  /** Enters lines below `configure terminal`, as one visit. */
  async configure(daemon: FrrDaemon, ...lines: readonly string[]): Promise<void> {
    await this.#talk(daemon, ['configure terminal', ...lines])
  }

  async signal(daemon: FrrDaemon, signal: 'STOP' | 'CONT' | 'TERM'): Promise<void> {
    await this.node.output(['kill', `-${signal}`, await this.#pid(daemon)])
  }

  /** SIGKILL to these daemons, or to all; resolves when they are gone. */
  async kill(...daemons: readonly FrrDaemon[]): Promise<void> {
    for (const daemon of daemons.length > 0 ? daemons : await this.#running()) {
      const pid = await this.#pid(daemon)
      await this.node.output(['kill', '-KILL', pid])
      const gone = async (): Promise<boolean> => (await this.node.exec(['kill', '-0', pid])).code !== 0
      await waitFor(gone, { what: `${this.node.name}: ${daemon} is gone` })
      await this.node.output(['rm', `/run/frr/${daemon}.pid`])
    }
    if (daemons.length === 0) await this.node.main?.exited
  }

  /** Starts these daemons anew after they were killed, or all; resolves when they are configured. */
  async start(...daemons: readonly FrrDaemon[]): Promise<void> {
    await this.#isReady(daemons.length > 0 ? await this.node.spawn(['frr', ...daemons]) : await this.node.startMain())
  }

  async #pid(daemon: FrrDaemon): Promise<string> {
    return (await this.node.readFile(`/run/frr/${daemon}.pid`)).trim()
  }

  async #running(): Promise<FrrDaemon[]> {
    const files = await this.node.output(['ls', '/run/frr'])
    return files.split('\n').flatMap((file) => (file.endsWith('.pid') ? [file.slice(0, -4) as FrrDaemon] : []))
  }

  /** The script that starts daemons leaves its pid once all are told their configuration. */
  async #isReady(starter: NodeProcess): Promise<void> {
    const pid = `${starter.pidInside}\n`
    const look = async (): Promise<boolean | 'ended'> =>
      starter.running ? (await this.node.exec(['cat', '/run/frr/ready'])).stdout === pid : 'ended'
    const found = await waitFor(look, { what: `${this.node.name}: FRR is ready`, explain: () => starter.tail() })
    if (found === 'ended') throw new Error(`${this.node.name}: FRR did not start: ${starter.tail().trim()}`)
  }

  /** Sends commands over the daemon's socket, the last one's answer is returned. */
  async #talk(daemon: FrrDaemon, commands: readonly string[]): Promise<string> {
    const socket = connect(`${this.sockets}/${daemon}.vty`)
    socket.setTimeout(10_000, () => socket.destroy(new Error(`${daemon} gave no answer within 10 s`)))
    try {
      const answers = answersFrom(socket)
      let last = ''
      for (const command of ['enable', ...commands]) {
        socket.write(`${command}\0`)
        const { value } = await answers.next()
        if (value === undefined) throw new Error(`${daemon} closed the connection at: ${command}`)
        if (value.status > 1) throw new Error(`${this.node.name}: ${daemon}: ${command}: ${value.text.trim()}`)
        last = value.text
      }
      return last
    } finally {
      socket.destroy()
    }
  }
}

/** Each answer is a text, three NULs and a status: 0 is success, 1 a warning. */
async function* answersFrom(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<{ text: string; status: number }, undefined> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf('\0\0\0'); end >= 0 && end + 3 < rest.length; end = rest.indexOf('\0\0\0')) {
      yield { text: rest.subarray(0, end).toString(), status: rest.readUInt8(end + 3) }
      rest = rest.subarray(end + 4)
    }
  }
  return undefined
}
