import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

/** The oldest Node.js that the package promises to run on. */
const oldestNode = '20.20.0'

/** The last ones for Node 20. The lock file does not travel with the package, so its own manifest has to name them. */
const lastForNode20: Readonly<Record<string, RegExp>> = {
  '@connectrpc/connect': /^2\.1\.2$/,
  '@connectrpc/connect-node': /^2\.1\.2$/,
  '@bufbuild/protobuf': /^2\.13\.\d+$/,
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const manifest = readJson(join(root, 'package.json')) as {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

let folder = ''
let packed: readonly string[] = []

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipcast-pack-'))
  // Scripts would build again, into folders that other tests run from.
  const [report] = JSON.parse(npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder)) as [Report]
  packed = report.files.map(({ path }) => path)
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n')
  npm(folder, 'install', '--engine-strict', '--prefer-offline', '--no-audit', '--no-fund', `./${report.filename}`)
})

after(() => rmSync(folder, { recursive: true, force: true }))

interface Report {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

test('the installed package tells its version', () => {
  assert.equal(vipcast('--version').trim(), manifest.version)
})

test('the installed package validates a configuration with a managed gobgpd', () => {
  const file = join(folder, 'vipcast.yaml')
  writeFileSync(
    file,
    `pools: [203.0.113.0/24]
routers:
  own:
    type: gobgp
    managed: {asn: 65001, routerId: 192.0.2.1, neighbors: [{address: 192.0.2.0, asn: 65000}]}
vips:
  web: {addresses: [203.0.113.80], checks: [{type: http, url: "http://127.0.0.1:8080/"}]}
`,
  )
  assert.match(vipcast('validate', file), /: valid, 1 VIP, 1 router/)
})

test('the package has what the program reads beside itself, and what operators copy', () => {
  const needed = [
    'dist/main.js',
    'dist/vipcast.schema.json',
    'dist/gen/vipcast/v1/viewer_pb.js',
    'gobgp-config/managed.toml.template',
    'gobgp-config/edge-host.toml',
    'packaging/vipcast.service',
    'proto/vipcast/v1/viewer.proto',
    'docs/own-host.md',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
  ]
  assert.deepEqual(
    needed.filter((path) => !packed.includes(path)),
    [],
  )
  assert.equal(typeof readJson(join(folder, 'node_modules/vipcast/dist/vipcast.schema.json')), 'object')
})

test('the package has no tests, no lab, no sources', () => {
  const foreign = /^(test|testnet|src|build|\.ci|\.cache)\/|\.test\.js$|\.ts$|\.map$|package-lock|Makefile/
  assert.deepEqual(
    packed.filter((path) => foreign.test(path)),
    [],
  )
})

test('the executable has its run bit', () => {
  assert.ok((statSync(join(folder, 'node_modules/vipcast/dist/main.js')).mode & 0o111) === 0o111)
})

test(`every installed package runs on Node.js ${oldestNode}`, () => {
  const lock = readJson(join(folder, 'node_modules/.package-lock.json')) as {
    readonly packages: Readonly<Record<string, { readonly engines?: { readonly node?: string } }>>
  }
  const semver = npmsOwnSemver()
  const packages = Object.entries(lock.packages)
  assert.ok(packages.length > Object.keys(manifest.dependencies).length)
  const tooNew = packages.filter(([, { engines }]) => !semver.satisfies(oldestNode, engines?.node ?? '*'))
  assert.deepEqual(tooNew, [])
})

test('every version is pinned exactly, and those that Node 20 needs are the last ones for it', () => {
  const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  assert.deepEqual(
    all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
    [],
  )
  for (const [name, last] of Object.entries(lastForNode20)) {
    assert.match(manifest.dependencies[name] ?? 'missing', last, name)
    const installed = readJson(join(folder, 'node_modules', name, 'package.json')) as { readonly version: string }
    assert.equal(installed.version, manifest.dependencies[name], name)
  }
})

test('the lock file has no addresses, and is the one of this manifest', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8')
  assert.doesNotMatch(text, /"resolved"/)
  const lock = JSON.parse(text) as { readonly packages: Readonly<Record<string, typeof manifest>> }
  assert.deepEqual(lock.packages['']?.dependencies, manifest.dependencies)
  assert.deepEqual(lock.packages['']?.devDependencies, manifest.devDependencies)
})

function vipcast(...argv: readonly string[]): string {
  return execFileSync(join(folder, 'node_modules/.bin/vipcast'), argv, { cwd: folder, encoding: 'utf8' })
}

function npm(cwd: string, ...argv: readonly string[]): string {
  // The prefix is said, since `npm test` puts its own into the environment of what it runs.
  return execFileSync('npm', ['--prefix', cwd, ...argv], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** npm brings along the very reader of ranges by which it decides. */
function npmsOwnSemver(): { satisfies(version: string, range: string): boolean } {
  const paths = (process.env['PATH'] ?? '').split(':').map((path) => join(path, 'npm'))
  const program = paths.find((path) => existsSync(path))
  assert.ok(program !== undefined, 'npm is on the path')
  return createRequire(realpathSync(program))('semver') as { satisfies(version: string, range: string): boolean }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}
