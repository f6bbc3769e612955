import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { describeEnd } from '../../src/platform/process.js'
import type { RunningProcess } from '../../src/platform/process.js'
import type { Namespace } from './namespace.js'
import { waitFor } from './wait.js'

/** A BIRD in a namespace, that puts what it learns into the kernel there. It dies with this process. */
export interface Bird {
  /** Prefixes that a protocol learned, as BIRD writes them. */
  routes(protocol: string): Promise<string[]>
  /** Names of the protocols whose sessions are established. */
  established(): Promise<string[]>
  /** The answer to any command that only shows something. */
  ask(...command: string[]): Promise<string>
  /** All that it says of a protocol. */
  details(protocol: string): Promise<string>
  close(): Promise<void>
}

const common = `
log stderr all;
router id 192.0.2.100;
protocol device {}
protocol kernel { ipv4 { import none; export all; }; }
protocol kernel { ipv6 { import none; export all; }; }
`

/** `folder` takes its files; `protocols` is the rest of its configuration. */
export async function startBird(space: Namespace, folder: string, protocols: string): Promise<Bird> {
  const [config, socket] = [`${folder}/bird.conf`, `${folder}/bird.ctl`]
  writeFileSync(config, `${common}${protocols}`)
  rmSync(socket, { force: true })
  const life = new AbortController()
  const bird = space.runner.start(['bird', '-f', '-c', config, '-s', socket, '-P', `${folder}/bird.pid`], {
    signal: life.signal,
  })
  await listening(bird, socket)
  const ask = (...command: string[]): Promise<string> => space.exec('birdc', '-r', '-s', socket, ...command)
  return {
    ask,
    routes: async (protocol) =>
      [...(await ask('show', 'route', 'protocol', protocol)).matchAll(/^([0-9a-f.:]+\/\d+) /gm)]
        .map(([, prefix = '']) => prefix)
        .sort(),
    established: async () =>
      [...(await ask('show', 'protocols')).matchAll(/^(\S+) .* Established/gm)].map(([, name = '']) => name).sort(),
    details: (protocol) => ask('show', 'protocols', 'all', protocol),
    close: async () => {
      life.abort()
      await bird.ended
    },
  }
}

async function listening(bird: RunningProcess, socket: string): Promise<void> {
  let said: string | undefined
  void bird.ended.then(({ end, stderr }) => (said = describeEnd(end, stderr)))
  await waitFor('BIRD opens its control socket', () => {
    if (said !== undefined) throw new Error(`bird ${said}`)
    return existsSync(socket)
  })
}
