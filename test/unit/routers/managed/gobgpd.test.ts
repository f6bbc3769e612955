import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { linkNeighbors, linkProblem, wakeNeighbors } from '../../../../src/routers/gobgp/managed/links.js'
import { parseLogLine } from '../../../../src/routers/gobgp/managed/log.js'
import { askRelease, parseRelease } from '../../../../src/routers/gobgp/managed/release.js'
import { scriptedRunner } from '../../../support/scripted-runner.js'

const never = new AbortController().signal

describe('the release of gobgpd', () => {
  it('tells what it can do', () => {
    const releases = ['3.10.0', '3.13.0', '3.14.0', '4.5.0', '4.6.0', '4.8.0-dev', '10.0.1']
    assert.deepEqual(
      releases.map((text) => parseRelease(`gobgpd version ${text}\n`)),
      [
        { version: '3.10.0', hasMetrics: false, hasBfd: false },
        { version: '3.13.0', hasMetrics: false, hasBfd: false },
        { version: '3.14.0', hasMetrics: true, hasBfd: false },
        { version: '4.5.0', hasMetrics: true, hasBfd: false },
        { version: '4.6.0', hasMetrics: true, hasBfd: true },
        { version: '4.8.0-dev', hasMetrics: true, hasBfd: true },
        { version: '10.0.1', hasMetrics: true, hasBfd: true },
      ],
    )
  })

  it('that is too old is refused, and so is another program of that name', () => {
    assert.throws(() => parseRelease('gobgpd version 2.34.0'), { code: 'unsupported', message: /2\.34\.0 is too old/ })
    assert.throws(() => parseRelease('hello'), { code: 'nonsense', message: /says "hello"/ })
  })

  it('that is not installed names the package', async () => {
    const end = { kind: 'spawn-failed', program: 'gobgpd', reason: 'missing', error: new Error('ENOENT') } as const
    await assert.rejects(askRelease(scriptedRunner([{ end }]), never), {
      code: 'unsupported',
      message: 'gobgpd is not installed: install the Debian package gobgpd',
    })
  })
})

describe('a line of the log of gobgpd', () => {
  it('is passed on from a warning up, in the words of both generations', () => {
    const lines = [
      '{"Error":"no route","Topic":"Peer","Key":"192.0.2.0","level":"warning","msg":"failed to connect"}',
      '{"time":"2026-01-01T00:00:00Z","level":"ERROR","msg":"Can\'t read config file","File":"x","Error":"bad"}',
      '{"Error":"no ipv6 link-local neighbor found","level":"fatal","msg":"Can\'t read config file x"}',
      'SIGSEGV: segmentation violation',
    ]
    assert.deepEqual(lines.map(parseLogLine), [
      { level: 'warn', text: 'failed to connect: 192.0.2.0: no route' },
      { level: 'error', text: "Can't read config file: bad" },
      { level: 'error', text: "Can't read config file x: no ipv6 link-local neighbor found" },
      { level: 'error', text: 'SIGSEGV: segmentation violation' },
    ])
  })

  it('below a warning is not', () => {
    assert.deepEqual(
      ['{"level":"info","msg":"Peer Up"}', '{"time":"t","level":"INFO","msg":"Peer Up"}', '', '  '].map(parseLogLine),
      [undefined, undefined, undefined, undefined],
    )
  })
})

describe('the neighbors of the links', () => {
  it('are the link-local ones that were not given up', async () => {
    const stdout = [
      'fe80::1 dev eth0 lladdr c2:d4:d2:6c:d9:67 router REACHABLE',
      '2001:db8::2 dev eth0 lladdr c2:d4:d2:6c:d9:67 STALE',
      'fe80::2 dev eth1 FAILED',
      'fe80::3 dev eth2 lladdr be:4d:82:11:29:d9 STALE',
      'febf::4 dev eth2 lladdr be:4d:82:11:29:da DELAY',
      '',
    ].join('\n')
    const counts = await linkNeighbors(scriptedRunner([{ stdout }]), never)
    assert.deepEqual(
      [...counts],
      [
        ['eth0', 1],
        ['eth2', 2],
      ],
    )
    assert.equal(linkProblem('eth0', counts), undefined)
    assert.match(linkProblem('eth1', counts)?.message ?? '', /eth1 has no IPv6 neighbor yet.*ping ff02::1%eth1/)
    assert.match(
      linkProblem('eth2', counts)?.message ?? '',
      /eth2 has 2 IPv6 neighbors.*name the neighbor by its address/,
    )
  })

  it('are asked to answer, whoever may and whatever comes of it', async () => {
    const missing = { kind: 'spawn-failed', program: 'ping', reason: 'missing', error: new Error('ENOENT') } as const
    const runner = scriptedRunner([{ end: missing }, { end: { kind: 'exited', code: 1 } }])
    await wakeNeighbors(runner, ['eth0', 'eth1'], never)
    assert.deepEqual(
      runner.runs.map(({ argv }) => argv.at(-1)),
      ['ff02::1%eth0', 'ff02::1%eth1'],
    )
  })
})
