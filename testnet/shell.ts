import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Frr } from './lab/frr.js'
import { startLab, type Lab } from './lab/lab.js'
import { loadTopology } from './lab/load.js'

/**
 * Brings a topology up and opens a shell in it; the lab goes when the shell ends.
 *   usage: shell.js 'NAME [NODE COMMAND…]'      with NODE and COMMAND: runs that instead of a shell
 * From make: LAB=two-hosts, or LAB='two-hosts router birdc show protocols'.
 */
const folder = fileURLToPath(new URL('../../testnet/', import.meta.url))
const suffix = '.clab.yml'

async function main(words: readonly string[]): Promise<number> {
  const [name = '', node, ...command] = words
  const names = readdirSync(folder).flatMap((file) => (file.endsWith(suffix) ? [file.slice(0, -suffix.length)] : []))
  if (!names.includes(name)) {
    await listTopologies(name, names)
    return 2
  }
  const lab = await startLab(`${folder}${name}${suffix}`)
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

async function listTopologies(asked: string, names: readonly string[]): Promise<void> {
  console.error(asked === '' ? 'Which topology?  make lab LAB=<name>' : `There is no topology ${asked}.`)
  for (const name of names) {
    const { nodes } = await loadTopology(`${folder}${name}${suffix}`)
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
