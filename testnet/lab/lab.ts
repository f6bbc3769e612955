import { existsSync } from 'node:fs'
import { EnteredChild } from './entered-child.js'
import { nodePath, scripts, startFirstProcess, type FirstProcess } from './first-process.js'
import { images } from './images.js'
import { linkCommands, linkEnd, upCommands, type LabLink } from './links.js'
import { loadTopology } from './load.js'
import { namespaceOf, Namespaces } from './namespaces.js'
import { LabNode, type NodeCommand } from './node.js'
import { pidInNamespace, sendSignal } from './proc.js'
import { parseBind, type Topology } from './topology.js'

export interface LabOptions {
  /** Aborted while the lab starts: it is taken down, and startLab rejects. Later: the lab ends. */
  readonly signal?: AbortSignal
  /** The start may take this long; 30 s. */
  readonly timeoutMs?: number
  /** Further binds by node, `source:target[:ro]`, relative sources from the working directory. */
  readonly binds?: Readonly<Record<string, readonly string[]>>
}

/** Starts the lab that a topology file describes. Resolves when links are up, `exec` has run and main programs are started. */
export async function startLab(topologyFile: string, options: LabOptions = {}): Promise<Lab> {
  const topology = addBinds(await loadTopology(topologyFile), options.binds ?? {})
  requirePrograms(topology)
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 30_000)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout])
  signal.throwIfAborted()
  const names = topology.nodes.map((node) => node.name)
  const lab = new Lab(topology, await startFirstProcess(names, signal))
  try {
    await lab.build(signal)
  } catch (error) {
    await lab.stop()
    throw error
  }
  const stop = (): void => void lab.stop()
  options.signal?.addEventListener('abort', stop, { once: true })
  void lab.ended.then(() => options.signal?.removeEventListener('abort', stop))
  return lab
}

/** A running lab: everything in it ends when its first process ends, when `stop` is called or when this process ends. */
export class Lab {
  readonly topology: Topology
  /** The first process, outside. */
  readonly pid: number
  /** The PID namespace that holds every process of the lab, as `readlink /proc/PID/ns/pid` shows it. */
  readonly pidNamespace: string
  readonly #first: FirstProcess
  readonly #nodes = new Map<string, LabNode>()
  /** Where links are made: the network namespace of the first process, which has nothing in it. */
  readonly #root: LabNode
  readonly #namespaces: Namespaces[] = []
  readonly #running = new Set<EnteredChild>()
  #over = false

  /** For startLab. */
  constructor(topology: Topology, first: FirstProcess) {
    this.topology = topology
    this.#first = first
    this.pid = first.pid
    this.pidNamespace = namespaceOf(first.pid, 'pid')
    for (const spec of topology.nodes) this.#nodes.set(spec.name, this.#makeNode(spec, first.nodePids.get(spec.name)))
    const root = { name: 'root', image: 'none', cmd: [], exec: [], binds: [], env: {}, sysctls: {} }
    this.#root = this.#makeNode(root, first.pid)
    void first.ended.then(() => this.#close())
  }

  get name(): string {
    return this.topology.name
  }

  /** All nodes, in the order of the file. */
  get nodes(): readonly LabNode[] {
    return [...this.#nodes.values()]
  }

  /** Resolves when the last process of the lab is gone; never rejects. */
  get ended(): Promise<void> {
    return this.#first.ended
  }

  node(name: string): LabNode {
    const node = this.#nodes.get(name)
    if (node === undefined)
      throw new Error(`lab ${this.name} has no node ${name}: ${[...this.#nodes.keys()].join(', ')}`)
    return node
  }

  /** One end of a link, `host1:eth1`. */
  link(endpoint: string): LabLink {
    const end = this.topology.links.flat().find((each) => `${each.node}:${each.interface}` === endpoint)
    if (end === undefined) throw new Error(`lab ${this.name} has no link with an end ${endpoint}`)
    return linkEnd(this.node(end.node), end.interface)
  }

  /** Main programs that have ended, with the last that each said: what to show when a lab doesn't do what it should. */
  explain(): string {
    const ended = this.nodes.flatMap(({ name, main }) => (main === undefined || main.running ? [] : [{ name, main }]))
    return ended
      .map(({ name, main }) => `${name}: ${main.command.join(' ')} has ended: ${main.tail().trim()}`)
      .join('\n')
  }

  /** What opens a shell in the lab, with a function per node; for a child process at a terminal. */
  shell(): NodeCommand {
    const functions = [...this.#first.nodePids].map(
      ([name, pid]) => `${name}() { nsenter --target ${pidInNamespace(pid)} --net --mount --uts -- "\${@:-bash}"; }`,
    )
    const rc = [...functions, `PS1="lab ${this.name}\\\\$ "`].join('\n')
    const { command, env } = this.#root.command(['bash', '-c', 'exec bash --rcfile <(echo "$LAB_RC") -i'])
    return { command, env: { ...env, LAB_RC: rc } }
  }

  /** Ends every process; resolves when all are gone. Harmless when repeated. */
  async stop(): Promise<void> {
    if (!this.#over) sendSignal(this.pid, 'SIGKILL')
    await this.ended
    await Promise.all([...this.#running].map((child) => child.exited))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** For startLab: files, links, exec, main programs. */
  async build(signal: AbortSignal): Promise<void> {
    const { links } = this.topology
    await Promise.all(this.nodes.map((node) => node.prepare(signal)))
    await this.#root.output(['ip', '-batch', '-'], { signal, input: linkCommands(links, this.#first.nodePids) })
    await Promise.all(
      this.nodes.map(async (node) => {
        await node.output(['ip', '-batch', '-'], { signal, input: upCommands(links, node.name) })
        for (const command of node.spec.exec) await node.output(command, { signal })
      }),
    )
    for (const node of this.nodes) if (node.spec.cmd.length > 0) await node.startMain()
  }

  #makeNode(spec: LabNode['spec'], pid = 0): LabNode {
    const namespaces = new Namespaces(pid)
    this.#namespaces.push(namespaces)
    return new LabNode(spec, {
      pid,
      namespaces,
      anchor: this.#first.anchor,
      placeScript: `${scripts}/place.sh`,
      superviseScript: `${scripts}/supervise.pl`,
      env: { PATH: nodePath, HOME: '/tmp', LANG: 'C.UTF-8', TZ: 'UTC' },
      started: (start) => this.#track(start),
    })
  }

  #track(start: () => EnteredChild): EnteredChild {
    if (this.#over) throw new Error(`the lab ${this.name} has ended`)
    const child = start()
    this.#running.add(child)
    void child.exited.then(() => this.#running.delete(child))
    return child
  }

  #close(): void {
    this.#over = true
    for (const namespaces of this.#namespaces) namespaces.close()
  }
}

function addBinds(topology: Topology, binds: Readonly<Record<string, readonly string[]>>): Topology {
  const further = (node: string): Topology['nodes'][number]['binds'] =>
    (binds[node] ?? []).map((text) => {
      const bind = parseBind(process.cwd(), text)
      if (bind === undefined) throw new Error(`"${text}": a bind is source:/absolute/target, or with :ro behind`)
      return bind
    })
  return {
    ...topology,
    nodes: topology.nodes.map((node) => ({ ...node, binds: [...node.binds, ...further(node.name)] })),
  }
}

function requirePrograms(topology: Topology): void {
  const directories = nodePath.split(':')
  const wanted = new Set(topology.nodes.flatMap((node) => images.get(node.image)?.programs ?? []))
  const missing = [...wanted].filter((program) => !directories.some((each) => existsSync(`${each}/${program}`)))
  if (missing.length > 0)
    throw new Error(`not installed: ${missing.join(', ')}; testnet/packages.sh installs what labs need`)
}
