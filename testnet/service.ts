import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'

/**
 * The service of the labs: answers its name to every request, at /from the address that it came from, and `ok` at /healthz. `PUT /healthz` with a status code as
 * its body makes /healthz answer that from then on.
 *   usage: node build/testnet/service.js --port 8080 --name host1
 */
const { values } = parseArgs({ options: { port: { type: 'string' }, name: { type: 'string' } } })
const port = Number(values.port ?? 8080)
const name = values.name ?? 'service'
let health = 200

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/from') {
    response.end(`${request.socket.remoteAddress?.replace('::ffff:', '') ?? 'nobody'}\n`)
    return
  }
  if (request.url !== '/healthz') {
    response.end(`${name}\n`)
    return
  }
  if (request.method === 'PUT') health = Number(await text(request))
  response.writeHead(health).end(health === 200 ? 'ok\n' : 'not well\n')
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(400).end(`${String(error)}\n`)
  })
})
// The unspecified IPv6 address takes IPv4 as well.
server.listen(port, '::', () => console.log(`${name} listens on port ${port}`))
process.once('SIGTERM', () => process.exit(0))
