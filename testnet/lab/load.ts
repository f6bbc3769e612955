import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { topologySchema } from './schema.js'
import { resolveTopology, type Topology } from './topology.js'

type Path = readonly (string | number)[]

/** A topology file that can't be used; `message` has one line per problem, each with file, line, column and key. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError'
}

/** Reads a `.clab.yml` file. Throws a TopologyError with everything that is wrong in it. */
export async function loadTopology(file: string): Promise<Topology> {
  const path = resolve(file)
  return parseTopology(path, await readFile(path, 'utf8'))
}

/** The same for a text; `file` is what errors name and what relative binds start from. */
export function parseTopology(file: string, text: string): Topology {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const problems: { readonly offset: number; readonly problem: string }[] = []
  const complain = (offset: number, problem: string): void => void problems.push({ offset, problem })
  const refuse = (): never => {
    const sorted = problems.toSorted((a, b) => a.offset - b.offset)
    const place = (offset: number): string => `${file}:${lines.linePos(offset).line}:${lines.linePos(offset).col}`
    throw new TopologyError(sorted.map(({ offset, problem }) => `${place(offset)}: ${problem}`).join('\n'))
  }

  for (const error of document.errors) complain(error.pos[0], error.message)
  if (problems.length > 0) return refuse()
  const parsed = topologySchema.safeParse(document.toJS())
  if (!parsed.success) {
    for (const [path, problem] of parsed.error.issues.flatMap(describe)) {
      complain(offsetOf(document, path), `${path.join('.') || 'the file'}: ${problem}`)
    }
    return refuse()
  }
  const topology = resolveTopology(file, parsed.data, (path, problem) =>
    complain(offsetOf(document, path), `${path.join('.')}: ${problem}`),
  )
  return problems.length > 0 ? refuse() : topology
}

function describe(issue: z.core.$ZodIssue): [Path, string][] {
  const path = issue.path.filter((key) => typeof key !== 'symbol')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => [[...path, key], `unknown key; ${issue.message}`])
  }
  return [[path, issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message]]
}

/** Where the key stands, or the nearest thing around it that the file has. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const key = path[length - 1]
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined
    const found = pair?.key ?? document.getIn(path.slice(0, length), true)
    if (isNode(found) && found.range) return found.range[0]
  }
  return 0
}
