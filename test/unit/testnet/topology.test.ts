import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadTopology, parseTopology, TopologyError } from '../../../testnet/lab/load.js'
import type { NodeSpec, Topology } from '../../../testnet/lab/topology.js'

const file = '/labs/small.clab.yml'

function parse(lines: readonly string[]): Topology {
  return parseTopology(file, `${lines.join('\n')}\n`)
}

/** The problems of a topology, one a line. */
function problemsOf(lines: readonly string[]): string[] {
  try {
    parse(lines)
  } catch (error) {
    assert.ok(error instanceof TopologyError)
    return error.message.split('\n')
  }
  return []
}

function onlyNode(lines: readonly string[]): NodeSpec {
  const [node] = parse(lines).nodes
  assert.ok(node)
  return node
}

const small = ['name: small', 'topology:', '  defaults: {kind: linux, image: "local:none"}', '  nodes: {a: , b: }']

describe('a topology file', () => {
  it('gives nodes and links in their order', () => {
    const topology = parse([...small, '  links:', '    - endpoints: ["a:eth1", "b:eth2"]'])
    assert.equal(topology.name, 'small')
    assert.deepEqual(
      topology.nodes.map((node) => node.name),
      ['a', 'b'],
    )
    assert.deepEqual(topology.links, [
      [
        { node: 'a', interface: 'eth1' },
        { node: 'b', interface: 'eth2' },
      ],
    ])
  })

  it('lets a node override its kind, and a kind the defaults, and adds lists and maps up', () => {
    const node = onlyNode([
      'name: small',
      'topology:',
      '  defaults:',
      '    {kind: linux, image: "local:bird", env: {A: 1, B: 1, C: 1}, sysctls: {net.a: 1}, exec: [one], binds: ["x:/x", "y:/y:ro"]}',
      '  kinds: {linux: {image: "local:gobgpd", env: {B: 2, C: 2}, exec: [two]}}',
      '  nodes: {a: {env: {C: 3}, exec: ["three \'and a half\'"], cmd: gobgpd -p "a b", binds: ["z:/x"]}}',
    ])
    assert.deepEqual(node, {
      name: 'a',
      image: 'gobgpd',
      cmd: ['gobgpd', '-p', 'a b'],
      exec: [['one'], ['two'], ['three', 'and a half']],
      binds: [
        { source: '/labs/z', target: '/x', readOnly: false },
        { source: '/labs/y', target: '/y', readOnly: true },
      ],
      env: { A: '1', B: '2', C: '3' },
      sysctls: { 'net.a': '1' },
    })
  })

  it('runs what the image stands for when a node gives no command', () => {
    const node = onlyNode(['name: small', 'topology:', '  nodes: {a: {kind: linux, image: "local:bird"}}'])
    assert.deepEqual(node.cmd, ['bird', '-f'])
  })

  it('is refused with file, line, column and key of everything that this runner does not know', () => {
    const problems = problemsOf([
      'name: small',
      'mgmt: {network: x}',
      'topology:',
      '  nodes:',
      '    a:',
      '      kind: linux',
      '      imgae: local:none',
      '      sysctls: [1]',
      '    b: {kind: nokia_srlinux, image: "local:none"}',
      '    C: {kind: linux, image: "local:none"}',
      '  links:',
      '    - endpoints: ["a:eth1"]',
      '    - {endpoints: ["a:eth1", "b:eth1"], mtu: 9000}',
    ])
    assert.deepEqual(problems, [
      `${file}:2:1: mgmt: unknown key; this runner knows name, topology`,
      `${file}:7:7: topology.nodes.a.imgae: unknown key; this runner knows kind, image, cmd, exec, binds, env, sysctls, network-mode`,
      `${file}:8:7: topology.nodes.a.sysctls: must be a map of kernel settings`,
      `${file}:9:9: topology.nodes.b.kind: must be linux: this runner knows no other kind`,
      `${file}:10:5: topology.nodes.C: a node is named as a host: a letter, then letters, digits and dashes, all lower case`,
      `${file}:12:7: topology.links.0.endpoints: must be two of "node:interface"`,
      `${file}:13:41: topology.links.1.mtu: unknown key; this runner knows endpoints`,
    ])
  })

  it('is refused when its parts do not fit each other', () => {
    const problems = problemsOf([
      'name: small',
      'topology:',
      '  nodes:',
      '    a: {image: "local:none"}',
      "    b: {kind: linux, image: alpine:3, exec: ['echo \"'], binds: [relative:target]}",
      '  links:',
      '    - endpoints: ["a:eth1", "c:eth1"]',
      '    - endpoints: ["a:eth1", "b:eth1"]',
    ])
    assert.deepEqual(problems, [
      `${file}:4:5: topology.nodes.a: needs a kind, here or in topology.defaults: linux`,
      `${file}:5:22: topology.nodes.b.image: alpine:3: the image names a program of this machine: local:none, local:bird, local:frr, local:gobgpd`,
      `${file}:5:39: topology.nodes.b.exec: "echo "": the quote " is left open`,
      `${file}:5:57: topology.nodes.b.binds: each is source:/absolute/target, or with :ro behind`,
      `${file}:7:29: topology.links.0.endpoints.1: "c:eth1": there is no node c`,
      `${file}:8:19: topology.links.1.endpoints.0: "a:eth1": already at the end of another link`,
    ])
  })

  it('is refused when it counts on variables, or is no YAML', () => {
    assert.match(
      problemsOf([...small, '  kinds: {linux: {cmd: "echo ${HOME}"}}'])[0] ?? '',
      /kinds\.linux\.cmd: variables/,
    )
    assert.match(problemsOf(['name: [small'])[0] ?? '', /^\/labs\/small\.clab\.yml:\d+:\d+: /)
    assert.deepEqual(problemsOf(['- a']), [`${file}:1:1: the file: must be a map of name, topology`])
  })

  it('that ships with the project is accepted', async () => {
    const topology = await loadTopology(new URL('../../../../testnet/two-hosts.clab.yml', import.meta.url).pathname)
    assert.deepEqual(
      topology.nodes.map((node) => node.name),
      ['client', 'router', 'host1', 'host2'],
    )
  })
})
