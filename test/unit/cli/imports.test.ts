import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const built = new URL('../../../src/', import.meta.url)

/** Packages that a file loads as soon as it is loaded itself, through all files that it loads. */
function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: URL): void => {
    if (seen.has(file.href)) return
    seen.add(file.href)
    const code = readFileSync(file, 'utf8')
    for (const [, name = ''] of code.matchAll(
      /^(?:import\s*|(?:import|export)\b[^'"=(]*\bfrom\s*)['"]([^'"]+)['"]/gm,
    )) {
      if (name.startsWith('.')) visit(new URL(name, file))
      else packages.add(name)
    }
  }
  visit(new URL(entry, built))
  assert.ok(seen.size > 1, `${entry} loads nothing: is it still there?`)
  return packages
}

test('the running daemon loads neither yargs nor what only some kinds of checks need', () => {
  for (const entry of ['main.js', 'cli/actions/run.js', 'daemon/run.js']) {
    const packages = packagesOf(entry)
    for (const name of ['yargs', 'protobufjs', 'dns-packet']) {
      assert.ok(!packages.has(name), `${entry}: ${[...packages].join(' ')}`)
    }
  }
  assert.ok(packagesOf('daemon/run.js').has('pino'), 'the search finds packages at all')
})

test('help needs neither the client nor the configuration nor the daemon', () => {
  const packages = packagesOf('cli/execute.js')
  assert.deepEqual(
    [...packages].filter((name) => !name.startsWith('node:')),
    ['yargs'],
  )
})
