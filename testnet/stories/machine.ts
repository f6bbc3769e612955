import type { Lab } from '../lab/lab.js'
import { childOf, sendSignal } from '../lab/proc.js'
import type { NodeProcess } from '../lab/process.js'
import { waitFor } from '../observe/wait.js'
import { Host, type Daemon } from '../story/host.js'

/** A host that can lose its power: its service and vipcast, which start with it, and its link `eth1`. */
export class Machine extends Host {
  readonly #lab: Lab
  readonly #configuration: string
  readonly #pools: readonly string[]
  #service: NodeProcess | undefined
  #daemon: Daemon | undefined

  /** `configuration` is that of vipcast, whose addresses are from `pools`. */
  constructor(lab: Lab, name: string, configuration: string, pools: readonly string[]) {
    super(lab.node(name))
    this.#lab = lab
    this.#configuration = configuration
    this.#pools = pools
  }

  get name(): string {
    return this.node.name
  }

  get #running(): Daemon {
    if (this.#daemon === undefined) throw new Error(`${this.name}: vipcast was not started`)
    return this.#daemon
  }

  async start(): Promise<void> {
    await this.serve()
    this.#daemon = await this.startDaemon(this.#configuration)
  }

  async serve(): Promise<void> {
    this.#service = await this.startService()
  }

  killService(): void {
    this.#service?.kill('SIGKILL')
  }

  /** All at once, and the router loses its carrier. Nothing is left of what was in memory. */
  async losePower(): Promise<void> {
    await this.#lab.link(`${this.name}:eth1`).down()
    const daemon = this.#daemon?.process
    const guard = daemon === undefined ? undefined : childOf(daemon.pid)
    if (guard !== undefined) sendSignal(guard, 'SIGKILL')
    const all = [this.node.main, this.#service, daemon].filter((each) => each !== undefined)
    for (const each of all) each.kill('SIGKILL')
    await Promise.all(all.map((each) => each.exited))
    for (const pool of this.#pools) await this.node.output(['ip', 'address', 'flush', 'dev', 'lo', 'to', pool])
    await this.node.output(['rm', '-rf', '/run/vipcast'])
  }

  /** With its power back: link, routes, gobgpd, service and vipcast. */
  async boot(): Promise<void> {
    await this.#lab.link(`${this.name}:eth1`).up()
    for (const command of this.node.spec.exec) if (command[1] === 'route') await this.node.output(command)
    await this.node.startMain()
    await this.start()
  }

  /** When vipcast was asked for something, since `since`, as wallClock(): the start of a command takes a moment. */
  async wasAsked(since: number): Promise<number> {
    const what = `${this.name}: what an operator asks`
    const line = await this.#running.logged(what, ({ kind, time }) => kind === 'request' && Date.parse(time) >= since)
    return Date.parse(line.time)
  }

  /** Waits for a line of the log since `since`, as wallClock(), that gives a route this reason. */
  async gave(reason: string, since: number): Promise<void> {
    const what = `${this.name}: ${reason}`
    await this.#running.logged(what, (line) => line.reason === reason && Date.parse(line.time) >= since)
  }

  /** Whether vipcast has given a route this reason since it was started. */
  everGave(reason: string): boolean {
    return this.#running.log.some((line) => line.reason === reason)
  }

  /** Waits until `status` gives this reason for its only VIP. */
  async hasReason(reason: string): Promise<void> {
    let seen: string | undefined
    await waitFor(
      async () => {
        seen = (await this.status()).vips[0]?.reason
        return seen === reason
      },
      { what: `${this.name} has the reason ${reason}`, explain: () => `it has ${seen}` },
    )
  }
}
