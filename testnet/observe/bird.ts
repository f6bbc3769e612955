import type { ExecOptions, LabNode } from '../lab/node.js'

/** A protocol of BIRD, as `show protocols` lists it. */
export interface BirdProtocol {
  readonly name: string
  readonly type: string
  readonly up: boolean
  /** BGP: Established, Idle, Active …, with what follows. */
  readonly info: string
}

/** A route in BIRD's tables, with where it came from and its attributes. */
export interface BirdRoute {
  readonly prefix: string
  /** The protocol that it came from: host1_v4. */
  readonly protocol: string
  /** Whether BIRD prefers it. */
  readonly best: boolean
  readonly nextHops: readonly string[]
  /** By BIRD's own names, as it prints them: BGP.origin, BGP.as_path, BGP.med … */
  readonly attributes: Readonly<Record<string, string>>
}

/** Asks BIRD; the answer is its text without the banner. */
export async function birdc(node: LabNode, command: string, options: ExecOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await node.exec(['birdc', '-r', command], options)
  const answer = stdout.replace(/^BIRD .* ready\.\nAccess restricted\n/, '')
  // An empty answer, as far as we are concerned; birdc counts it as a failure.
  if (answer === 'Network not found\n') return ''
  if (code !== 0) throw new Error(`${node.name}: birdc ${command}: ${(stderr || answer).trim()}`)
  return answer
}

export async function birdProtocols(node: LabNode, options: ExecOptions = {}): Promise<BirdProtocol[]> {
  const rows = (await birdc(node, 'show protocols', options)).trim().split('\n').slice(1)
  return rows.map((row) => {
    const [name = '', type = '', , state, , ...info] = row.trim().split(/\s+/)
    return { name, type, up: state === 'up', info: info.join(' ') }
  })
}

/** Names of the BGP protocols whose session is established. */
export async function establishedSessions(node: LabNode, options: ExecOptions = {}): Promise<string[]> {
  const protocols = await birdProtocols(node, options)
  return protocols.flatMap(({ name, info }) => (info.startsWith('Established') ? [name] : []))
}

/** All routes for this prefix, from every protocol; all routes of all tables without one. */
export async function birdRoutes(node: LabNode, prefix?: string, options: ExecOptions = {}): Promise<BirdRoute[]> {
  const command = prefix === undefined ? 'show route all' : `show route ${prefix} all`
  return parseBirdRoutes(await birdc(node, command, options))
}

/** The text of `show route all`: tables, networks, their routes, next hops, attributes, each indented below the former. */
export function parseBirdRoutes(text: string): BirdRoute[] {
  const routes: {
    prefix: string
    protocol: string
    best: boolean
    nextHops: string[]
    attributes: Record<string, string>
  }[] = []
  let prefix = ''
  for (const line of text.split('\n')) {
    const head = /^(\S+)?\s+(?:unicast|blackhole|unreachable|prohibit)\s+\[(\S+)[^\]]*\](\s+\*)?/.exec(line)
    const hop = /^\tvia (\S+) on/.exec(line)
    const attribute = /^\t([A-Za-z][\w.]*): ?(.*)$/.exec(line)
    const last = routes.at(-1)
    if (head !== null) {
      prefix = head[1] ?? prefix
      routes.push({ prefix, protocol: head[2] ?? '', best: head[3] !== undefined, nextHops: [], attributes: {} })
    } else if (hop?.[1] !== undefined) {
      last?.nextHops.push(hop[1])
    } else if (attribute?.[1] !== undefined && last !== undefined) {
      last.attributes[attribute[1]] = (attribute[2] ?? '').trim()
    }
  }
  return routes
}
