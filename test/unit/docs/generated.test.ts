import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { generatedPages, pagePath } from '../../docs/pages.js'

for (const [name, page] of Object.entries(generatedPages)) {
  test(`docs/${name} says what the code says`, () => {
    assert.equal(readFileSync(pagePath(name), 'utf8'), page(), `docs/${name} is stale: run \`make docs\``)
  })
}
