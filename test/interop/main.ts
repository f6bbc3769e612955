import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { project } from '../lab/support/two-hosts.js'
import { renderMatrix, type Cell, type ResultRow } from './matrix.js'
import { obtain, rows, type Column, type Row } from './rows.js'

/**
 * `make interop`: the contract suite and a failover story over every release that the table in rows.ts names, and what came of it.
 * With words behind it only the rows whose names begin with one of them: node build/test/interop/main.js gobgp birdUpstream-bird3.
 */
const folder = `${project}build/interop`
const play = fileURLToPath(new URL('play.js', import.meta.url))
/** What has not ended after this many milliseconds has failed. */
const longest = 300_000
mkdirSync(folder, { recursive: true })

async function playRow(row: Row): Promise<ResultRow> {
  const { software, place, debian, columns } = row
  const cells: Partial<Record<Column, Cell>> = {}
  let version: string
  try {
    ;({ version } = await obtain(row))
  } catch (error) {
    const reason = (error as { stderr?: string }).stderr?.trim() ?? String(error)
    return { software, place, debian, version: null, reason, columns, cells }
  }
  for (const column of columns) {
    process.stderr.write(`${software} ${version} (${debian}), ${place}: ${column} …\n`)
    cells[column] = await playCell(row.key, column)
  }
  return { software, place, debian, version, reason: null, columns, cells }
}

/** Runs the tests of a cell; what they said is in a file of its name. */
async function playCell(key: string, column: Column): Promise<Cell> {
  const log = `${folder}/${key}-${column}.log`
  const reporter = ['--test-reporter=spec', `--test-reporter-destination=${log}`]
  const child = spawn(process.execPath, ['--enable-source-maps', ...reporter, play, key, column], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), longest)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(limit)
  const text = readFileSync(log, 'utf8')
  const count = (word: string): number => Number(new RegExp(`^ℹ ${word} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
  // A run that tells no count, or that dies after the last test, has not passed.
  const failed = count('fail') + count('cancelled')
  return { passed: count('pass'), failed: code === 0 ? failed : Math.max(failed, 1), log }
}

const asked = process.argv.slice(2)
const chosen = rows.filter((row) => asked.length === 0 || asked.some((word) => row.key.startsWith(word)))
const results: ResultRow[] = []
for (const row of chosen) results.push(await playRow(row))
writeFileSync(`${folder}/interop.json`, `${JSON.stringify(results, null, 2)}\n`)
console.log(renderMatrix(results))
const good = results.every(({ version, cells }) => version !== null && Object.values(cells).every(isGood))
process.exitCode = chosen.length > 0 && good ? 0 : 1

function isGood({ passed, failed }: Cell): boolean {
  return failed === 0 && passed > 0
}
