import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

import fc from 'fast-check'

import { formatErrors } from '../../../src/config/errors.js'
import { loadConfig, type LoadResult, parseConfig } from '../../../src/config/load.js'

const minimal = 'pools: [203.0.113.0/24]\nrouters: {edge: {type: gobgp, address: 127.0.0.1:50051}}\nvips: {}\n'

describe('loading a configuration file', () => {
  let folder = ''
  before(() => (folder = mkdtempSync(join(tmpdir(), 'vipcast-config-'))))
  after(() => rmSync(folder, { recursive: true }))

  function inFolder(name: string, content: string | Uint8Array): string {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }

  function assertRefused(result: LoadResult, path: string, message: RegExp): void {
    assert.ok(result.kind === 'invalid')
    assert.equal(result.errors.length, 1)
    assert.match(formatErrors(result.errors), message)
    assert.ok(formatErrors(result.errors).startsWith(`${path}: `))
    assert.deepEqual([result.errors[0]?.line, result.errors[0]?.column, result.errors[0]?.path], [null, null, ''])
  }

  it('takes the host name for a node that is not named', async () => {
    const result = await loadConfig(inFolder('good.yaml', minimal))
    assert.ok(result.kind === 'valid')
    assert.equal(result.config.node, hostname())
  })

  it('reads a file that begins with a byte order mark or ends its lines with CR LF', async () => {
    const result = await loadConfig(inFolder('dos.yaml', `\uFEFF${minimal.replaceAll('\n', '\r\n')}`))
    assert.equal(result.kind, 'valid')
  })

  it('says so when there is no such file', async () => {
    const path = join(folder, 'missing.yaml')
    assertRefused(await loadConfig(path), path, /there is no such file\. Create it/)
  })

  it('says so when a folder of the path is a file', async () => {
    const path = join(inFolder('file', ''), 'vipcast.yaml')
    assertRefused(await loadConfig(path), path, /can't be read: ENOTDIR/)
  })

  it('says so when it is a directory', async () => {
    const path = join(folder, 'directory')
    mkdirSync(path)
    assertRefused(await loadConfig(path), path, /this is a directory/)
  })

  it('says so when it is not text', async () => {
    const path = inFolder('binary', Uint8Array.of(0x7f, 0x45, 0xff, 0xfe))
    assertRefused(await loadConfig(path), path, /not UTF-8/)
  })

  it('says so when the user may not read it', async () => {
    const path = inFolder('secret.yaml', minimal)
    chmodSync(path, 0)
    const result = await asNobody(() => loadConfig(path))
    assertRefused(result, path, /may not read/)
  })
})

/** Root may read everything, so that as root the effective user is another one for a while. */
async function asNobody<T>(action: () => Promise<T>): Promise<T> {
  const root = process.getuid?.() === 0
  if (root) process.seteuid?.(65_534)
  try {
    return await action()
  } finally {
    if (root) process.seteuid?.(0)
  }
}

describe('parsing a configuration', () => {
  const environment = { hostname: 'test-host' }

  function assertSound(result: LoadResult): void {
    if (result.kind === 'valid') return
    assert.notEqual(result.errors.length, 0)
    for (const { line, column, message, remedy } of result.errors) {
      assert.ok(Number.isInteger(line) && Number.isInteger(column))
      assert.doesNotMatch(`${message} ${remedy}`, /undefined|\[object/)
    }
  }

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) =>
        assertSound(parseConfig(text, 'x', environment)),
      ),
    )
  })

  it('never throws on text that looks like a configuration', () => {
    const words = [
      'pools',
      'vips',
      'web',
      'routers',
      'edge',
      'type',
      'gobgp',
      'managed',
      'checks',
      'tcp',
      'http',
      'url',
    ]
    const values = [
      'addresses',
      '203.0.113.1',
      '2001:db8::1',
      '5s',
      '5',
      '~',
      'true',
      '*a',
      '&a',
      '<<',
      '__proto__',
      '!!x',
    ]
    const marks = [
      '{',
      '}',
      '[',
      ']',
      ': ',
      ':',
      ', ',
      '- ',
      '\n',
      '\n  ',
      '\n    ',
      '"',
      "'",
      '|',
      '>',
      '?',
      '%',
      '#',
      '\t',
    ]
    const token = fc.constantFrom(...words, ...values, ...marks, ...marks)
    const text = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(''))
    fc.assert(
      fc.property(text, (text) => assertSound(parseConfig(text, 'x', environment))),
      { numRuns: 2000 },
    )
  })

  it('never throws when any value of a configuration is another one', () => {
    const anything = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('5s', 'withdraw', 'any', '${address}', '203.0.113.1'),
    )
    const record = (...keys: string[]): fc.Arbitrary<object> =>
      fc.record(Object.fromEntries(keys.map((key) => [key, anything])), { requiredKeys: [] })
    const check = fc.oneof(
      anything,
      record('name', 'host', 'port', 'interval').map((rest) => ({ type: 'tcp', ...rest })),
    )
    const vip = fc.tuple(record('addresses', 'require', 'damping', 'announce', 'whenDown'), fc.array(check))
    const file = fc.tuple(record('pools', 'defaults', 'routers', 'http', 'control'), fc.dictionary(fc.string(), vip))
    fc.assert(
      fc.property(file, ([rest, vips]) => {
        const web = Object.fromEntries(Object.entries(vips).map(([name, [vip, checks]]) => [name, { ...vip, checks }]))
        assertSound(parseConfig(JSON.stringify({ ...rest, vips: web }), 'x', environment))
      }),
    )
  })

  it('ends soon on aliases that multiply', () => {
    const levels = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`)
    const result = parseConfig(`a0: &a0 [x]\n${levels.join('\n')}\nnode: *a30\n`, 'x', environment)
    assert.ok(result.kind === 'invalid')
  })

  it('calls a key of the prototype unknown', () => {
    const result = parseConfig('__proto__: 1\nconstructor: 2\ntoString: {}\n', 'x', environment)
    assert.ok(result.kind === 'invalid')
    const unknown = result.errors.filter(({ message }) => message.startsWith('unknown key')).map(({ path }) => path)
    assert.deepEqual(unknown, ['__proto__', 'constructor', 'toString'])
  })

  it('shows each error in one line: file, line, column, path, what is wrong, what would be right', () => {
    const result = parseConfig(`${minimal}lifecycle:\n  resync: 5\n`, '/etc/vipcast/vipcast.yaml', environment)
    assert.ok(result.kind === 'invalid')
    assert.equal(
      formatErrors(result.errors),
      '/etc/vipcast/vipcast.yaml:5:11: lifecycle.resync: 5 has no unit. ' +
        'Write one number and a unit: 250ms, 1s, 5m or 2h; here 5s or 5ms\n',
    )
  })
})
