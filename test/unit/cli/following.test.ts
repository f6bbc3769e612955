import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCli } from '../../support/cli.js'
import { openControl } from '../../support/control-harness.js'
import { calmWorld, sampleDaemon } from '../../support/sample-world.js'

test('events --follow shows what happens later, until it is interrupted', async (t) => {
  const daemon = sampleDaemon()
  const { socket } = await openControl(t, daemon)
  let told = false
  const { code, out } = await runCli(['events', '--follow', '--json', '--socket', socket], {
    watch: (shown, interrupt) => {
      if (!told && shown.includes('"sequence":7')) {
        told = true
        daemon.emit(0, { kind: 'daemon', text: 'something new' })
      }
      if (shown.includes('something new')) interrupt()
    },
  })
  assert.equal(code, 0)
  assert.equal(out.trimEnd().split('\n').length, 8)
})

test('events --follow exits 4 when the daemon stops', async (t) => {
  const daemon = sampleDaemon()
  const control = await openControl(t, daemon)
  let stopping = Promise.resolve()
  let stopped = false
  const { code, err } = await runCli(['events', '--follow', '--socket', control.socket], {
    watch: (shown) => {
      if (stopped || !shown.includes('vip-bridge0')) return
      stopped = true
      stopping = control.stop()
    },
  })
  await stopping
  assert.equal(code, 4)
  assert.match(err, /the daemon has stopped/)
})

test('status --watch shows the status in place until it is interrupted', async (t) => {
  const { socket } = await openControl(t, sampleDaemon(calmWorld()))
  const { code, out } = await runCli(['status', '--watch', '--socket', socket], {
    watch: (_, interrupt) => interrupt(),
  })
  assert.equal(code, 0)
  assert.ok(out.startsWith('\u001b[H\u001b[J'))
  assert.match(out, /2 VIPs, as wished/)
})

test('status --watch on a terminal of few lines says how many it leaves out', async (t) => {
  const { socket } = await openControl(t, sampleDaemon())
  const { out } = await runCli(['status', '--watch', '--socket', socket], {
    rows: 10,
    watch: (_, interrupt) => interrupt(),
  })
  const lines = out.trimEnd().split('\n')
  assert.equal(lines.length, 9)
  assert.match(lines.at(-1) ?? '', /^… \d+ more lines$/)
})

test('status --watch goes on while there is no daemon', async (t) => {
  const { socket, stop } = await openControl(t, sampleDaemon())
  await stop()
  const { code, out } = await runCli(['status', '--watch', '--socket', socket], {
    watch: (_, interrupt) => interrupt(),
  })
  assert.equal(code, 0)
  assert.match(out, /no daemon listens/)
})

test('a daemon of another version is told, and answered from all the same', async (t) => {
  const { socket } = await openControl(t, sampleDaemon({ ...calmWorld(), version: '9.9.9' }))
  const { code, out, err } = await runCli(['status', '--socket', socket])
  assert.equal(code, 0)
  assert.match(out, /vipcast 9\.9\.9/)
  assert.match(err, /^vipcast: the daemon is version 9\.9\.9 and this command /)
})

test('colour is in the output of a terminal that wants it, and nowhere else', async (t) => {
  const { socket } = await openControl(t, sampleDaemon())
  for (const command of [['status'], ['explain', 'web'], ['events']]) {
    const argv = [...command, '--socket', socket]
    const [plain, colour] = [await runCli(argv), await runCli(argv, { color: true })]
    assert.ok(!plain.out.includes('\u001b'), command.join(' '))
    assert.ok(colour.out.includes('\u001b['), command.join(' '))
  }
})
