import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../../src/config/load.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
)

for (const page of pages) {
  const text = readFileSync(join(root, page), 'utf8')
  const whole = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block ?? '')

  for (const [at, block] of whole.entries()) {
    test(`configuration ${at + 1} of ${page} is valid, without a warning`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'vipcast-docs-'))
      t.after(() => rmSync(folder, { recursive: true }))
      writeFileSync(join(folder, 'vipcast.yaml'), block)
      const loaded = await loadConfig(join(folder, 'vipcast.yaml'))
      assert.deepEqual(loaded.kind === 'invalid' ? loaded.errors : loaded.warnings, [])
    })
  }

  test(`links of ${page} lead to files that are there`, () => {
    const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link ?? '')
    const local = links.filter((link) => !/^[a-z]+:/.test(link))
    const broken = local.filter((link) => !existsSync(join(root, dirname(page), link)))
    assert.deepEqual(broken, [])
  })
}

test('the pages have configurations to try', () => {
  const count = pages.flatMap((page) => readFileSync(join(root, page), 'utf8').match(/^```yaml$/gm) ?? []).length
  assert.ok(count >= 4, `${count} found`)
})
