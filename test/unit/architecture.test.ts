import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'

import { importsOf, withoutComments, type Import } from '../support/imports.js'

const root = new URL('../../../', import.meta.url).pathname
const run = promisify(execFile)

/** By path relative to src: the text of each source file that people write. */
function sources(): Map<string, string> {
  const all = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const written = all.filter((path) => path.endsWith('.ts') && !path.startsWith('gen/'))
  return new Map(written.map((path) => [path, readFileSync(join(root, 'src', path), 'utf8')]))
}

interface FolderRule {
  /** Folders that it may import from, and files; beside itself. */
  readonly own: readonly string[]
  readonly node: boolean
  readonly packages: readonly string[]
}

const grpc = ['@bufbuild/protobuf', '@connectrpc/connect', '@connectrpc/connect-node']

/** The one-way street. A router kind stands for all of them: none imports a sibling. */
const rules: Readonly<Record<string, FolderRule>> = {
  domain: { own: [], node: false, packages: ['ip-address'] },
  platform: { own: [], node: true, packages: [] },
  config: { own: ['domain/'], node: true, packages: ['zod', 'yaml'] },
  checks: {
    own: ['domain/', 'platform/', 'gen/'],
    node: true,
    packages: [...grpc, 'protobufjs', 'dns-packet'],
  },
  kernel: { own: ['domain/', 'platform/'], node: true, packages: [] },
  'routers/common': {
    own: ['domain/', 'platform/'],
    node: true,
    packages: ['@connectrpc/connect', '@connectrpc/connect-node'],
  },
  'routers/gobgp': {
    own: ['domain/', 'platform/', 'routers/common/', 'gen/gobgp/'],
    node: true,
    packages: ['@connectrpc/connect', '@bufbuild/protobuf'],
  },
  'routers/frr': { own: ['domain/', 'platform/', 'routers/common/'], node: true, packages: [] },
  'routers/frr-grpc': {
    own: ['domain/', 'platform/', 'routers/common/', 'gen/frr/'],
    node: false,
    packages: ['@connectrpc/connect'],
  },
  'routers/kinds.ts': { own: ['domain/', 'platform/', 'routers/'], node: false, packages: [] },
  control: { own: ['domain/', 'platform/', 'gen/vipcast/'], node: true, packages: [...grpc, 'prom-client'] },
  cli: {
    own: [
      'config/',
      'domain/',
      'control/client.ts',
      'daemon/run.ts',
      'daemon/preview.ts',
      'daemon/one-shot.ts',
      'daemon/released.ts',
      'daemon/inspect.ts',
    ],
    node: true,
    packages: ['yargs'],
  },
  daemon: {
    own: ['domain/', 'platform/', 'config/', 'checks/', 'kernel/', 'routers/kinds.ts', 'control/'],
    node: true,
    packages: ['pino'],
  },
  'main.ts': { own: ['cli/'], node: false, packages: [] },
}

/** The rule that a file is under; the longest name decides. */
function ruleOf(file: string): [name: string, rule: FolderRule] | undefined {
  const names = Object.keys(rules).filter((name) => file === name || file.startsWith(`${name}/`))
  const name = names.sort((a, b) => b.length - a.length)[0]
  const rule = name === undefined ? undefined : rules[name]
  return name === undefined || rule === undefined ? undefined : [name, rule]
}

/** Every import that goes against the street, in words. */
function wrongImports(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) => importsOf(file, text).flatMap((one) => objection(one) ?? []))
}

function objection({ file, to, how }: Import): string | undefined {
  const found = ruleOf(file)
  if (found === undefined) return `${file} is under no rule`
  const [name, rule] = found
  switch (to.kind) {
    case 'node':
      return rule.node ? undefined : `${file} imports ${to.module}`
    case 'package':
      return rule.packages.includes(to.name) ? undefined : `${file} imports the package ${to.name}`
    case 'own': {
      const inside = to.file.startsWith(`${name}/`)
      if (!inside && !rule.own.some((own) => to.file === own || (own.endsWith('/') && to.file.startsWith(own))))
        return `${file} imports ${to.file}`
      // Commands that need no daemon start without its code.
      return name === 'cli' && to.file.startsWith('daemon/') && how === 'static'
        ? `${file} loads ${to.file}`
        : undefined
    }
  }
}

/** Names that would make the pure core impure. A date that it is handed is plain data. */
const impure =
  /\b(?:new Date\b|Date\.|Date\(|process\.|console\.|performance\.|globalThis\.|Math\.random|fetch\()|\b(?:set(?:Timeout|Interval|Immediate)|queueMicrotask)\(/

function impurities(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) => {
    const found = file.startsWith('domain/') ? impure.exec(withoutComments(text)) : null
    return found === null ? [] : [`${file} uses ${found[0]}`]
  })
}

function tooLong(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([file, text]) => {
    const lines = withoutComments(text)
      .split('\n')
      .filter((line) => line.trim() !== '').length
    return lines > 300 ? [`${file} has ${lines} lines of code`] : []
  })
}

describe('the direction of imports', () => {
  const files = sources()

  it('is kept by every source file', () => {
    assert.deepEqual(wrongImports(files), [])
  })

  for (const [name, { packages, own }] of Object.entries(rules)) {
    it(`has a rule for ${name} that applies to something, and allows nothing that is not used`, () => {
      const imports = [...files].filter(([file]) => ruleOf(file)?.[0] === name)
      assert.ok(imports.length > 0, 'no file is under it')
      const all = imports.flatMap(([file, text]) => importsOf(file, text))
      const used = new Set(all.flatMap(({ to }) => (to.kind === 'package' ? [to.name] : [])))
      assert.deepEqual(
        packages.filter((one) => !used.has(one)),
        [],
        'packages that nobody imports',
      )
      const targets = all.flatMap(({ to }) => (to.kind === 'own' ? [to.file] : []))
      assert.deepEqual(
        own.filter((one) => !targets.some((target) => target.startsWith(one))),
        [],
        'folders',
      )
    })
  }

  const canaries: [file: string, text: string][] = [
    ['domain/bad.ts', "import { readFileSync } from 'node:fs'\n"],
    ['domain/bad.ts', "import type { Clock } from '../platform/clock.js'\n"],
    ['platform/bad.ts', "import { parseAddress } from '../domain/address.js'\n"],
    ['platform/bad.ts', "import { pino } from 'pino'\n"],
    ['config/bad.ts', "import { sleep } from '../platform/clock.js'\n"],
    ['config/bad.ts', "export * from '../checks/kinds.js'\n"],
    ['checks/bad.ts', "import {\n  Engine,\n  type Other,\n} from '../daemon/engine.js'\n"],
    ['kernel/bad.ts', "import { pino, type Logger } from 'pino'\n"],
    ['routers/gobgp/bad.ts', "import { x } from '../frr/target.js'\n"],
    ['routers/gobgp/bad.ts', "import { x } from '../kinds.js'\n"],
    ['routers/frr/bad.ts', "import { x } from '../gobgp/target.js'\n"],
    ['routers/frr-grpc/bad.ts', "import { x } from '../frr/target.js'\n"],
    ['control/bad.ts', "import { Engine } from '../daemon/engine.js'\n"],
    ['control/bad.ts', "import '../cli/execute.js'\n"],
    ['cli/bad.ts', "import { run } from '../daemon/run.js'\n"],
    ['cli/bad.ts', "const { Engine } = await import('../daemon/engine.js')\n"],
    ['cli/bad.ts', "import { startControl } from '../control/server.js'\n"],
    ['daemon/bad.ts', "import yargs from 'yargs'\n"],
    ['daemon/bad.ts', "import { GobgpTarget } from '../routers/gobgp/target.js'\n"],
    ['daemon/bad.ts', "import { execute } from '../cli/execute.js'\n"],
    ['elsewhere/bad.ts', "import { join } from 'node:path'\n"],
  ]
  for (const [file, text] of canaries) {
    it(`is broken by a known-bad ${file}: ${text.replaceAll(/\s+/g, ' ').trim()}`, () => {
      assert.equal(wrongImports(new Map([[file, text]])).length, 1)
    })
  }

  it('is not broken by what a comment says, nor by a lazy or a type import of an entry of the daemon', () => {
    const good: [string, string][] = [
      ['domain/good.ts', "// import { x } from 'node:fs'\n/*\nimport { y } from 'pino'\n*/\n"],
      ['cli/good.ts', "import type * as Run from '../daemon/run.js'\nconst load = () => import('../daemon/run.js')\n"],
      ['cli/good.ts', "import { type Preview } from '../daemon/preview.js'\n"],
    ]
    for (const pair of good) assert.deepEqual(wrongImports(new Map([pair])), [])
  })
})

describe('the domain', () => {
  it('is pure: it has no clock, no timers, no process and no console', () => {
    assert.deepEqual(impurities(sources()), [])
  })

  it('would be found impure by each of these', () => {
    const bad = ['new Date()', 'Date.now()', 'setTimeout(f, 1)', 'process.env', 'console.log(1)', 'Math.random()']
    for (const code of bad)
      assert.equal(impurities(new Map([['domain/bad.ts', `export const x = ${code}\n`]])).length, 1, code)
  })
})

describe('a source file', () => {
  it('has no more than 300 lines of code', () => {
    assert.deepEqual(tooLong(sources()), [])
    assert.equal(tooLong(new Map([['domain/long.ts', 'f()\n'.repeat(301)]])).length, 1)
  })
})

describe('the type-aware linter', () => {
  /** What it says about a file with our configuration; null: nothing. */
  async function lint(code: string): Promise<string | null> {
    const dir = mkdtempSync(join(tmpdir(), 'vipcast-canary-'))
    const file = join(dir, 'canary.ts')
    writeFileSync(file, code)
    const options = ['--type-aware', '--deny-warnings', '-c', join(root, '.oxlintrc.json'), file]
    try {
      await run(join(root, 'node_modules/.bin/oxlint'), options, { cwd: root })
      return null
    } catch (error) {
      return (error as { stdout: string }).stdout
    } finally {
      rmSync(dir, { recursive: true })
    }
  }
  const work = 'async function work(): Promise<void> {}\n\nexport function start(): void {\n'

  it('reports a promise that nobody waits for', async () => {
    assert.match((await lint(`${work}  work()\n}\n`)) ?? '', /no-floating-promises/)
  })

  it('says nothing about one that is let go on purpose', async () => {
    assert.equal(await lint(`${work}  void work()\n}\n`), null)
  })
})
