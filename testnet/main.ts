import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Frr } from './lab/frr.js'
import { startLab, type Lab } from './lab/lab.js'
import { loadTopology } from './lab/load.js'
import { stories } from './stories/index.js'
import { playStory, topologyFile } from './story/play.js'

/**
 * Plays a story, or brings a topology up and opens a shell in it; the lab goes when that ends.
 *   usage: main.js STORY                        plays it
 *          main.js 'TOPOLOGY [shell]'           a shell; the word is needed where a story has the same name
 *          main.js 'TOPOLOGY NODE COMMAND…'     runs that instead of a shell
 * From make: LAB=demo, LAB='two-hosts shell', or LAB='two-hosts router birdc show protocols'.
 */
const folder = fileURLToPath(new URL('../../testnet/', import.meta.url))
const suffix = '.clab.yml'

async function main(words: readonly string[]): Promise<number> {
  const [name = '', ...rest] = words
  const story = stories.find((each) => each.name === name)
  if (story !== undefined && rest.length === 0) return (await playStory(story)) ? 0 : 1
  const names = readdirSync(folder).flatMap((file) => (file.endsWith(suffix) ? [file.slice(0, -suffix.length)] : []))
  if (!names.includes(name)) {
    await listAll(name, names)
    return 2
  }
  const [node, ...command] = rest.join() === 'shell' ? [] : rest
  return enter(name, node, command)
}

async function enter(topology: string, node: string | undefined, command: readonly string[]): Promise<number> {
  const lab = await startLab(topologyFile(topology))
  try {
    // Ctrl-C is for what runs in the terminal.
    process.on('SIGINT', () => {})
    for (const node of lab.nodes) if (node.spec.image === 'frr') await new Frr(node).ready()
    if (node === undefined) return await openShell(lab)
    return await attach(lab.node(node).command(command.length > 0 ? command : ['bash']))
  } finally {
    await lab.stop()
  }
}

async function listAll(asked: string, names: readonly string[]): Promise<void> {
  console.error(asked === '' ? 'Which one?  make lab LAB=<name>' : `There is no story and no topology ${asked}.`)
  console.error('Stories, played and measured:')
  for (const { name, title } of stories) console.error(`  ${name.padEnd(16)} ${title}`)
  console.error("Topologies, for a shell (LAB='<name> shell') or one command (LAB='<name> <node> <command>'):")
  for (const name of names) {
    const { nodes } = await loadTopology(topologyFile(name))
    console.error(`  ${name.padEnd(16)} ${nodes.map((node) => node.name).join(', ')}`)
  }
}

async function openShell(lab: Lab): Promise<number> {
  const nodes = lab.nodes.map((node) => node.name)
  const running = (image: string): string | undefined => lab.nodes.find((node) => node.spec.image === image)?.name
  const [bird, frr] = [running('bird'), running('frr')]
  const hints = [
    [nodes[0], `a shell in ${nodes[0]}; the same for ${nodes.slice(1).join(', ')}`],
    [`${nodes[0]} ip route`, `one command in ${nodes[0]}`],
    ...(bird === undefined ? [] : [[`${bird} birdc show protocols`, 'the sessions of the router']]),
    ...(frr === undefined ? [] : [[`${frr} vtysh`, 'the terminal of its FRR']]),
  ]
  console.log(`The lab ${lab.name} is up; it goes when you leave this shell. In it each node is a command:`)
  for (const [example = '', meaning] of hints) console.log(`  ${example.padEnd(32)} ${meaning}`)
  return attach(lab.shell())
}

/** Runs a command at this terminal; gives its exit code. */
async function attach({ command, env }: ReturnType<Lab['shell']>): Promise<number> {
  const [program = '', ...rest] = command
  const child = spawn(program, rest, {
    stdio: 'inherit',
    cwd: '/',
    env: { ...env, TERM: process.env['TERM'] ?? 'dumb' },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

main(process.argv.slice(2).flatMap((words) => words.split(/\s+/).filter(Boolean))).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  },
)
