import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { commandNames } from '../../../src/cli/commands/index.js'
import { openControl } from '../../support/control-harness.js'
import { parseMetrics } from '../../support/metrics.js'
import { sampleDaemon } from '../../support/sample-world.js'

const page = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8')

test('the reference has every command', () => {
  for (const name of commandNames) assert.match(page, new RegExp(`\`${name}\\b`), name)
})

test('the reference has every metric, and no metric that is not there', async (t) => {
  const { url } = await openControl(t, sampleDaemon())
  const metrics = parseMetrics(await (await fetch(`${url}/metrics`)).text())
  const served = [...metrics.types.keys()].filter((name) => name.startsWith('vipcast_'))
  const written = [...page.matchAll(/^\| `(vipcast_\w+)`/gm)].map(([, name]) => name ?? '')
  assert.deepEqual(new Set(written), new Set(served))
  for (const [name] of metrics.types)
    if (!name.startsWith('vipcast_')) assert.match(name, /^process_|^nodejs_heap_size_used_bytes$/)
})
