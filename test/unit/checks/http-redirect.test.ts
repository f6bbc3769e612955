import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { describe, it } from 'node:test'

import fc from 'fast-check'

import { nextHop } from '../../../src/checks/http-redirect.js'
import { httpProbe } from '../../support/check-instance.js'
import { probing } from '../../support/probing.js'
import { serveHttp } from '../../support/servers.js'

describe('http check: redirects', () => {
  it('judges the answer at the end of a redirect only when it is told to follow', async (t) => {
    const { port } = await serveHttp(t, (request, response) => {
      if (request.url === '/') response.writeHead(302, { location: 'status' }).end('moved')
      else response.writeHead(503).end()
    })
    const probe = httpProbe({ url: `http://127.0.0.1:${port}/` })
    assert.equal(await probing(probe), 'pass: status 302')
    for (const connection of ['new', 'keep'] as const) {
      const following = { ...probe, followRedirects: true, connection }
      assert.equal(await probing(following), 'fail: status 503, expected 200-399')
    }
  })

  it('gives up after five redirects', async (t) => {
    let asked = 0
    const { port } = await serveHttp(t, (_, response) => {
      asked += 1
      response.writeHead(301, { location: '/' }).end()
    })
    const probe = httpProbe({ url: `http://127.0.0.1:${port}/`, followRedirects: true })
    assert.equal(await probing(probe), 'fail: more than 5 redirects')
    assert.equal(asked, 6)
  })

  it('fails when the place is none, and judges a redirect without a place by its status', async (t) => {
    const { port } = await serveHttp(t, (request, response) => {
      response.writeHead(302, request.url === '/' ? { location: 'ftp://192.0.2.1/\u009b' } : {}).end()
    })
    const probe = httpProbe({ url: `http://127.0.0.1:${port}/`, followRedirects: true })
    assert.equal(await probing(probe), 'fail: redirected to "ftp://192.0.2.1/\\u009b", which is no HTTP URL')
    assert.equal(await probing({ ...probe, url: `${probe.url}nowhere` }), 'pass: status 302')
  })

  it('does not carry credentials to another origin', async (t) => {
    const seen: IncomingHttpHeaders[] = []
    const other = await serveHttp(t, (request, response) => {
      seen.push(request.headers)
      response.end()
    })
    const first = await serveHttp(t, (request, response) => {
      seen.push(request.headers)
      response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end()
    })
    const headers = { Authorization: 'Bearer secret', Cookie: 'a=b', Host: 'www.example', 'X-Probe': 'yes' }
    const probe = httpProbe({ url: `http://127.0.0.1:${first.port}/`, followRedirects: true, headers })
    assert.equal(await probing(probe), 'pass: status 200')
    const shown = seen.map(({ authorization, cookie, host, 'x-probe': own }) => ({ authorization, cookie, host, own }))
    assert.deepEqual(shown, [
      { authorization: 'Bearer secret', cookie: 'a=b', host: 'www.example', own: 'yes' },
      { authorization: undefined, cookie: undefined, host: `127.0.0.1:${other.port}`, own: 'yes' },
    ])
  })

  it('asks with GET after a 303, and after a POST that was answered by 301 or 302', () => {
    const hop = { url: new URL('http://192.0.2.1/'), method: 'POST', headers: {}, body: 'x' }
    const methods = [301, 302, 303, 307, 308].map((status) => {
      const next = nextHop(hop, status, '/next')
      return `${status} ${next?.method} ${next?.body}`
    })
    assert.deepEqual(methods, ['301 GET null', '302 GET null', '303 GET null', '307 POST x', '308 POST x'])
    assert.equal(nextHop({ ...hop, method: 'HEAD', body: null }, 303, '/next')?.method, 'HEAD')
  })

  it('goes only to HTTP, whatever the place says, and keeps credentials to itself', () => {
    const hop = { url: new URL('http://192.0.2.1/'), method: 'GET', headers: { authorization: 'x' }, body: null }
    const places = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.webPath(),
      fc.constantFrom('//198.51.100.1', 'HTTP:/', '\\\\x\\y'),
    )
    fc.assert(
      fc.property(places, fc.constantFrom(301, 302, 303, 307, 308), (place, status) => {
        const next = nextHop(hop, status, place)
        if (next === null) return
        assert.match(next.url.protocol, /^https?:$/)
        assert.equal('authorization' in next.headers, next.url.origin === hop.url.origin)
      }),
    )
  })
})
