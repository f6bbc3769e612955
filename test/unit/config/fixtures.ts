import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { type LoadResult, parseConfig } from '../../../src/config/load.js'

const root = 'test/fixtures/config'

/** Paths of the fixtures in one folder; an empty folder fails. */
export function fixtures(folder: string): string[] {
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.yaml'))
  assert.notEqual(files.length, 0, `${folder} has lost its fixtures`)
  return files.map((file) => join(root, folder, file))
}

/** Parses a fixture under its bare name, so that messages don't depend on where the tests run. */
export function parseFixture(path: string): LoadResult {
  return parseConfig(readFileSync(path, 'utf8'), basename(path), { hostname: 'test-host' })
}

/** Compares with `<fixture>.<kind>.golden`. With UPDATE_GOLDEN=1 it writes that file instead: read the difference then. */
export function assertGolden(fixture: string, kind: string, actual: string): void {
  const path = fixture.replace(/\.yaml$/, `.${kind}.golden`)
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, actual)
  assert.ok(existsSync(path), `${path} is missing: run the test once with UPDATE_GOLDEN=1 and read what it wrote`)
  assert.equal(actual, readFileSync(path, 'utf8'))
}

/** The configuration of a text that must be valid. */
export function valid(text: string): Extract<LoadResult, { kind: 'valid' }> {
  const result = parseConfig(text, 'test.yaml', { hostname: 'test-host' })
  assert.equal(result.kind, 'valid', JSON.stringify(result, null, 2))
  assert.ok(result.kind === 'valid')
  return result
}
