import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { loadConfig } from '../../../src/config/load.js'

/** What each example of the contract needs that is not built yet; an empty list: it loads. */
const missing: Readonly<Record<string, readonly string[]>> = {
  'anycast-dns.yaml': [],
  'cluster-manual.yaml': [],
  'dsr-farm.yaml': [],
  'preprod-override.yaml': [],
  'host-route-frr.yaml': [],
}

describe('the examples of the contract', () => {
  for (const [file, paths] of Object.entries(missing)) {
    it(`${file} loads, or names exactly what is not built yet`, async () => {
      const result = await loadConfig(`test/fixtures/examples/${file}`)
      const errors = result.kind === 'invalid' ? result.errors : []
      assert.deepEqual(
        errors.map(({ path }) => path),
        paths,
      )
      for (const { message } of errors) assert.match(message, /is not built yet$/)
    })
  }
})
