import { readFile as readBytes } from 'node:fs/promises'
import { hostname } from 'node:os'

import type { Config } from '../domain/config.js'
import type { ConfigError } from './errors.js'
import type { Problems } from './problems.js'
import { type Environment, readFile, type ReadFile } from './read/file.js'
import { Place } from './read/place.js'
import { inspectChecks } from './rules/inspected.js'
import { applyRules } from './rules/rules.js'
import { readYaml } from './yaml/document.js'

/** A configuration, or all that is wrong with it. */
export type LoadResult =
  | {
      readonly kind: 'valid'
      readonly config: Config
      /** As it was read. */
      readonly text: string
      readonly warnings: readonly ConfigError[]
    }
  | { readonly kind: 'invalid'; readonly errors: readonly ConfigError[] }

/** Reads and validates a configuration file. Never throws: a file that can't be read is an error like any other. */
export async function loadConfig(
  path: string,
  environment: Environment = { hostname: hostname() },
): Promise<LoadResult> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(path))
    const { file, problems } = read(text, path, environment)
    if (file !== null && environment.inspect !== undefined) await inspectChecks(file, environment.inspect)
    return resultOf(text, file, problems)
  } catch (error) {
    return { kind: 'invalid', errors: [unreadable(path, error)] }
  }
}

/** Validates the text of a configuration; `fileName` is for messages only. Never throws. */
export function parseConfig(text: string, fileName: string, environment: Environment): LoadResult {
  const { file, problems } = read(text, fileName, environment)
  return resultOf(text, file, problems)
}

/** Null: the text is no YAML. */
function read(text: string, fileName: string, environment: Environment): { file: ReadFile | null; problems: Problems } {
  const { root, problems } = readYaml(text, fileName)
  if (root === null) return { file: null, problems }
  const file = readFile(new Place(root, root.at, [], problems), fileName, environment)
  applyRules(file)
  return { file, problems }
}

function resultOf(text: string, file: ReadFile | null, problems: Problems): LoadResult {
  if (file === null || problems.any) return { kind: 'invalid', errors: problems.errors() }
  return { kind: 'valid', config: file.config, text, warnings: problems.warnings() }
}

function unreadable(file: string, error: unknown): ConfigError {
  const [message, remedy] = whyUnreadable(error)
  return { file, line: null, column: null, path: '', message, remedy }
}

function whyUnreadable(error: unknown): Why {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  return reasons.get(code) ?? [`the file can't be read: ${message}`, 'Check the path']
}

type Why = readonly [message: string, remedy: string]

const forbidden: Why = ['this user may not read the file', 'Run as a user who may, or change its owner or mode']

const reasons = new Map<string, Why>([
  ['ENOENT', ['there is no such file', 'Create it, or name another one with --config']],
  ['EACCES', forbidden],
  ['EPERM', forbidden],
  ['EISDIR', ['this is a directory', 'Name the file in it']],
  ['ERR_ENCODING_INVALID_ENCODED_DATA', ['the file is not UTF-8 text', 'Save it as UTF-8']],
])
