import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'

import type { GrpcMethodCall, GrpcProbe } from '../../../src/domain/config.js'
import { refuse, reply, serveGrpc } from '../../support/grpc-servers.js'
import { proberOf, probing } from '../../support/probing.js'
import { decodeJson, encodeJson, thingsProto, thingsType } from '../../support/things.js'
import { waitFor } from '../../support/wait.js'

const requestType = await thingsType('CountRequest')
const responseType = await thingsType('CountResponse')

function methodProbe(port: number, over: Partial<GrpcMethodCall> = {}): GrpcProbe {
  const call = {
    kind: 'method',
    proto: thingsProto,
    method: 'demo.v1.Things/Count',
    request: {},
    expect: null,
  } as const
  return { type: 'grpc', host: '127.0.0.1', port, tls: null, call: { ...call, ...over } }
}

/** Calls a server that answers every call with this. */
async function calling(t: TestContext, answer: object, over: Partial<GrpcMethodCall> = {}): Promise<string> {
  const { port } = await serveGrpc(t, (stream) => reply(stream, encodeJson(responseType, answer)))
  return probing(methodProbe(port, over))
}

/** Files of a folder that goes with the test, by their path in it; answers that of the first. */
function files(t: TestContext, contents: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'vipcast-proto-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return join(folder, Object.keys(contents)[0] ?? '')
}

describe('a grpc check of a method', () => {
  it('sends the request that it is told, to the method that it is told', async (t) => {
    const seen: unknown[] = []
    const { port } = await serveGrpc(t, (stream, request, path) => {
      seen.push(path, decodeJson(requestType, request))
      reply(stream, encodeJson(responseType, { total: 7 }))
    })
    const request = { kind: 'KIND_ROUND', name_prefix: 'zwölf', maxAge: '1.5s' }
    assert.equal(await probing(methodProbe(port, { request })), 'pass: answered')
    assert.equal(await probing(methodProbe(port)), 'pass: answered')
    assert.deepEqual(seen, [
      '/demo.v1.Things/Count',
      { kind: 'KIND_ROUND', namePrefix: 'zwölf', maxAge: '1.500s' },
      '/demo.v1.Things/Count',
      {},
    ])
  })

  it('compares what is expected with the answer', async (t) => {
    const answer = { total: 7, ready: true, kind: 'KIND_SQUARE', shelves: [{ name: 'a', things: 7 }] }
    const expect = { total: 7, ready: true, kind: 'KIND_SQUARE', shelves: [{ name: 'a' }], bytes: 0, tags: [] }
    assert.equal(await calling(t, answer, { expect }), 'pass: answered as expected')
    assert.equal(await calling(t, answer, { expect: { total: 8 } }), 'fail: answer has total 7, expected 8')
    assert.equal(await calling(t, {}, { expect: { total: 8 } }), 'fail: answer has total unset, expected 8')
    assert.equal(await calling(t, answer, { expect: { total: 0 } }), 'fail: answer has total 7, expected unset')
  })

  it('fails when the call fails', async (t) => {
    const { port } = await serveGrpc(t, (stream) => refuse(stream, 12, 'no such method'))
    assert.equal(await probing(methodProbe(port)), 'fail: UNIMPLEMENTED: no such method')
  })

  it('fails when the answer is another message, or none', async (t) => {
    for (const bytes of [Buffer.from([8]), Buffer.alloc(40, 0xff), Buffer.from([0x3a, 9, 10])]) {
      const { port } = await serveGrpc(t, (stream) => reply(stream, bytes))
      const not = /^fail: the answer is (no demo\.v1\.CountResponse|not gRPC: parse binary: .*)$/
      assert.match(await probing(methodProbe(port)), not)
    }
  })

  it('tests nothing, and says why, with a call that does not fit its .proto file', async () => {
    const problem = (over: Partial<GrpcMethodCall>): Promise<string> => probing(methodProbe(1, over))
    assert.equal(
      await problem({ method: 'demo.v1.Thing/Count' }),
      `unknown: ${thingsProto} has no service demo.v1.Thing`,
    )
    assert.equal(
      await problem({ method: 'demo.v1.Things/Cuont' }),
      `unknown: service demo.v1.Things in ${thingsProto} has no method Cuont, but Count, Watch`,
    )
    assert.equal(
      await problem({ method: 'demo.v1.Things/Watch' }),
      `unknown: demo.v1.Things/Watch in ${thingsProto} is a stream; a check calls unary methods only`,
    )
    assert.match(
      await problem({ request: { prefix: 'x' } }),
      /^unknown: the request of demo.v1.Things\/Count does not fit: .*"prefix"/,
    )
    assert.match(await problem({ request: { kind: 'KIND_FLAT' } }), /does not fit: .*"KIND_FLAT"/)
    assert.equal(
      await problem({ expect: { totl: 7 } }),
      'unknown: demo.v1.CountResponse has no field totl, which `expect` names',
    )
    assert.match(await problem({ expect: { total: 'many' } }), /^unknown: `expect` does not fit: .*"many"/)
  })

  it('tests nothing, and says why, with a .proto file that can not be used', async (t) => {
    const problem = (proto: string): Promise<string> => probing(methodProbe(1, { proto }))
    assert.match(await problem('/nowhere/x.proto'), /^unknown: \/nowhere\/x\.proto can not be used: ENOENT/)
    const broken = files(t, { 'broken.proto': 'syntax = "proto3";\nmessage {}\n' })
    assert.equal(
      await problem(broken),
      `unknown: ${broken} can not be used: broken.proto: illegal type name '{' (line 2)`,
    )
    const alone = files(t, { 'alone.proto': 'syntax = "proto3";\nimport "other.proto";\n' })
    assert.equal(
      await problem(alone),
      `unknown: ${alone} can not be used: its import "other.proto" is neither beside it nor in a folder above`,
    )
    const typeless = files(t, { 'x.proto': 'syntax = "proto3"; service S { rpc Get(Lost) returns (Lost); }' })
    assert.match(await problem(typeless), /^unknown: .*x\.proto can not be used: .*Lost/)
    const binary = files(t, { 'x.proto': '\0\u0001\u0002' })
    assert.match(await problem(binary), /^unknown: .*x\.proto can not be used: /)
  })

  it('finds imports from the root of a tree, in whatever edition they are written', async (t) => {
    const proto = files(t, {
      'a/b/c.proto': 'syntax = "proto3"; package a.b; import "a/d.proto"; service S { rpc Get(.a.D) returns (.a.D); }',
      'a/d.proto': 'edition = "2023"; package a; import public "e.proto"; message D { string x = 1; E e = 2; }',
      'e.proto': 'syntax = "proto2"; message E { required int32 n = 1; optional group G = 2 { optional bool b = 3; } }',
    })
    const call = { proto, method: 'a.b.S/Get', request: { x: 'y', e: { n: 3 } }, expect: { x: 'y', e: { n: 3 } } }
    const { port } = await serveGrpc(t, (stream, request) => reply(stream, request))
    assert.equal(await probing(methodProbe(port, call)), 'pass: answered as expected')
  })

  it('has the files of Google that others import', async (t) => {
    const proto = files(t, {
      'x.proto': `syntax = "proto3";
        import "google/api/annotations.proto";
        import "google/protobuf/descriptor.proto";
        import "google/protobuf/wrappers.proto";
        message M { google.protobuf.StringValue name = 1; }
        service S { rpc Get(M) returns (M) { option (google.api.http) = { get: "/m" }; } }`,
    })
    const call = { proto, method: 'S/Get', request: { name: 'x' }, expect: { name: 'x' } }
    const { port } = await serveGrpc(t, (stream, request) => reply(stream, request))
    assert.equal(await probing(methodProbe(port, call)), 'pass: answered as expected')
  })

  it('reads a file that was mended, without a restart', async (t) => {
    const proto = files(t, { 'x.proto': 'nonsense' })
    const { port } = await serveGrpc(t, (stream, request) => reply(stream, request))
    const prober = proberOf(methodProbe(port, { proto, method: 'S/Get' }))
    const result = async (): Promise<string> => {
      await prober.load?.()
      const finding = await prober.probe(new AbortController().signal)
      return finding.outcome
    }
    assert.equal(await result(), 'unknown')
    writeFileSync(proto, 'syntax = "proto3"; message M {} service S { rpc Get(M) returns (M); }')
    await waitFor('the file to be read again', async () => (await result()) === 'pass')
  })
})
