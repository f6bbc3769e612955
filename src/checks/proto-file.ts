import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Type } from 'protobufjs'
import protobuf from 'protobufjs'

import type { Clock } from '../platform/clock.js'
import { CallError } from './call-error.js'

/** A unary method, as its .proto file describes it. */
export interface ProtoMethod {
  /** Full name of the service. */
  readonly service: string
  readonly name: string
  readonly input: Type
  readonly output: Type
}

/** Finds `demo.v1.Things/Count` in a file and what it imports. Rejects with one sentence. */
export async function loadMethod(path: string, method: string, clock: Clock): Promise<ProtoMethod> {
  const root = await loadFile(path, clock)
  const [service = '', name = ''] = method.split('/')
  const found = root.lookup(service)
  if (!(found instanceof protobuf.Service)) throw new CallError('method', `${path} has no service ${service}`)
  const described = found.methods[name]
  if (described === undefined) {
    const methods = Object.keys(found.methods).join(', ')
    throw new CallError(
      'method',
      `service ${service} in ${path} has no method ${name}${methods === '' ? '' : `, but ${methods}`}`,
    )
  }
  if (described.requestStream === true || described.responseStream === true) {
    throw new CallError('method', `${method} in ${path} is a stream; a check calls unary methods only`)
  }
  described.resolve()
  const { resolvedRequestType: input, resolvedResponseType: output } = described
  if (input === null || output === null)
    throw new CallError('method', `the types of ${method} in ${path} are not there`)
  return { service, name, input, output }
}

/** How long checks that start share what one of them has read, in milliseconds: a reload is to see the file anew. */
const sharedFor = 10_000

const files = new Map<string, { readonly root: Promise<protobuf.Root>; readonly until: number }>()

/** Thousands of checks may name the same file. One that can't be used is read again by the next who asks. */
function loadFile(path: string, clock: Clock): Promise<protobuf.Root> {
  const now = clock.now()
  for (const [known, { until }] of files) if (until <= now) files.delete(known)
  const known = files.get(path)
  if (known !== undefined) return known.root
  const root = readRoot(path)
  files.set(path, { root, until: now + sharedFor })
  root.catch(() => files.delete(path))
  return root
}

async function readRoot(path: string): Promise<protobuf.Root> {
  const root = new protobuf.Root()
  try {
    await readInto(root, path, new Set())
    root.resolveAll()
    return root
  } catch (error) {
    throw new CallError('proto', `${path} can not be used: ${(error as Error).message}`, { cause: error })
  }
}

/** Not by the library's own loader: that throws what it finds wrong at the end where nobody can catch it. */
async function readInto(root: protobuf.Root, path: string, seen: Set<string>): Promise<void> {
  if (seen.has(path)) return
  seen.add(path)
  const { imports = [], weakImports = [] } = parseInto(root, path, await readFile(path, 'utf8'))
  for (const target of [...imports, ...weakImports]) {
    const bundled = protobuf.common.get(target)
    if (bundled === null) await readInto(root, findImport(path, target), seen)
    else if (!seen.has(target)) root.addJSON(bundled.nested ?? {})
    seen.add(target)
  }
}

function parseInto(root: protobuf.Root, path: string, source: string): protobuf.IParserResult {
  try {
    return protobuf.parse(source, root)
  } catch (error) {
    throw new Error(`${basename(path)}: ${(error as Error).message}`, { cause: error })
  }
}

/** Google's own files, which nearly everybody imports and few have at hand, come with protobufjs. */
const shipped = dirname(fileURLToPath(import.meta.resolve('protobufjs/package.json')))

/** Imports are written from the root of a tree of files: the folder of the importing file or one above it. */
function findImport(origin: string, target: string): string {
  const path = [...foldersOf(origin), shipped].map((folder) => join(folder, target)).find(existsSync)
  if (path === undefined) throw new Error(`its import "${target}" is neither beside it nor in a folder above`)
  return path
}

function foldersOf(path: string): string[] {
  const folder = dirname(path)
  return folder === path ? [] : [folder, ...foldersOf(folder)]
}
