import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** From build/test/support to the sources. */
const folder = new URL('../../../test/golden/', import.meta.url)

/** Compares a text with a file of test/golden; UPDATE_GOLDEN=1 writes the file instead. */
export function matchesGolden(name: string, actual: string): void {
  const file = fileURLToPath(new URL(`${name}.golden`, folder))
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, actual)
    return
  }
  assert.equal(actual, readFileSync(file, 'utf8'), `${file}: UPDATE_GOLDEN=1 accepts what is printed now`)
}
