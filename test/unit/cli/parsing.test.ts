import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { defaultSocket } from '../../../src/cli/defaults.js'
import { plainRun } from '../../../src/cli/plain-run.js'
import { socketsFor } from '../../../src/cli/socket.js'
import { runCli } from '../../support/cli.js'
import { temporaryDirectory } from '../../support/control-harness.js'

const usage: [argv: string[], message: RegExp][] = [
  [[], /no command is given/],
  [['statsu'], /there is no command "statsu": did you mean `vipcast status`\?/],
  [['frobnicate'], /there is no command "frobnicate": see `vipcast --help`/],
  [['status', '--wtach'], /there is no option --wtach: see `vipcast status --help`/],
  [['status', 'a', 'b'], /"b" is one argument too many: see `vipcast status --help`/],
  [['explain'], /not enough .*arguments/],
  [['status', '--socket'], /not enough arguments following: socket/],
]

for (const [argv, message] of usage) {
  test(`vipcast ${argv.join(' ')} is a usage error: ${message.source}`, async () => {
    const { code, out, err } = await runCli(argv)
    assert.equal(code, 2)
    assert.equal(out, '')
    assert.match(err, message)
    assert.equal(err.trimEnd().split('\n').length, 1)
  })
}

test('a usage error is a document with --json, wherever that stands', async () => {
  for (const argv of [
    ['--json', 'nope'],
    ['nope', '--json'],
  ]) {
    const { code, err } = await runCli(argv)
    const document: unknown = JSON.parse(err)
    assert.deepEqual(document, {
      error: { code: 'usage', message: 'there is no command "nope"', remedy: 'see `vipcast --help`' },
    })
    assert.equal(code, 2)
  }
})

const later = ['top', 'doctor', 'init']

for (const command of later) {
  test(`${command} says that it is not built yet, whatever follows`, async () => {
    for (const rest of [[], ['web'], ['web', '--wait', '5s'], ['add', 'web', 'eth0']]) {
      const { code, err } = await runCli([command, ...rest])
      assert.equal(err, `vipcast: \`${command}\` is not built yet: \`vipcast --help\` lists the commands that are\n`)
      assert.equal(code, 2)
    }
  })
}

test('run with a file and nothing else needs no parser', () => {
  assert.equal(plainRun(['run'], {}), '/etc/vipcast/vipcast.yaml')
  assert.equal(plainRun(['run'], { VIPCAST_CONFIG: '/a.yaml' }), '/a.yaml')
  assert.equal(plainRun(['run', '--config', '/b.yaml'], { VIPCAST_CONFIG: '/a.yaml' }), '/b.yaml')
  assert.equal(plainRun(['run', '--config=/b.yaml'], {}), '/b.yaml')
})

test('every other command line goes to the parser, which knows what is wrong with it', () => {
  for (const argv of [[], ['status'], ['run', '--help'], ['run', 'x'], ['run', '--config'], ['--config', 'x', 'run']]) {
    assert.equal(plainRun(argv, {}), null, argv.join(' '))
  }
})

test('the socket is the one of the command line, else of the environment, else of the configuration', async (t) => {
  const config = join(await temporaryDirectory(t), 'vipcast.yaml')
  await writeFile(config, 'pools: [203.0.113.0/24]\ncontrol: {socket: /run/a.sock, readSocket: /run/b.sock}\n')
  const options = { config, json: false }
  const env = { VIPCAST_SOCKET: '/run/env.sock' }
  assert.deepEqual(await socketsFor({ ...options, socket: '/run/flag.sock' }, env), ['/run/flag.sock', null])
  assert.deepEqual(await socketsFor({ ...options, socket: undefined }, env), ['/run/env.sock', null])
  assert.deepEqual(await socketsFor({ ...options, socket: undefined }, {}), ['/run/a.sock', '/run/b.sock'])
})

test('a configuration that is missing, forbidden or says nothing of it leaves the usual socket', async (t) => {
  const directory = await temporaryDirectory(t)
  const files = { wrong: 'control: {socket: 7}\nruntime: 7\n', plain: 'pools: [203.0.113.0/24]\n' }
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  for (const name of [...Object.keys(files), 'missing']) {
    const options = { config: join(directory, name), json: false, socket: undefined }
    assert.deepEqual(await socketsFor(options, {}), [defaultSocket, null], name)
  }
  await chmod(join(directory, 'plain'), 0)
  const forbidden = { config: join(directory, 'plain'), json: false, socket: undefined }
  assert.deepEqual(await socketsFor(forbidden, {}), [defaultSocket, null])
})
