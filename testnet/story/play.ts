import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { startLab } from '../lab/lab.js'
import { page } from './page.js'
import type { Recording } from './recording.js'
import { duration, markdownTable, plainTable, tableOf } from './report.js'
import type { Story } from './story.js'
import { timeline } from './timeline.js'

const output = fileURLToPath(new URL('../../stories/', import.meta.url))

/** The file of a topology. */
export function topologyFile(name: string): string {
  return fileURLToPath(new URL(`../../../testnet/${name}.clab.yml`, import.meta.url))
}

/** Plays a story in a lab of its own, shows it as it goes, and keeps what was measured. False when a step did not do what it says. */
export async function playStory(story: Story): Promise<boolean> {
  console.log(`${story.title}\n${story.cast}\n`)
  const lab = await startLab(topologyFile(story.topology))
  try {
    const stage = await story.open(lab)
    for (const [number, { title }] of story.steps.entries()) {
      process.stdout.write(`${number + 1}. ${title} … `)
      const { ok, did, at, routeAt, lost, sent, saw } = await stage.play(number)
      const followed = routeAt === null ? '' : `, the router followed after ${duration(routeAt - at)}`
      const cost = sent === 0 ? '' : `; lost ${lost} of ${sent} requests`
      console.log(`${ok ? 'ok' : 'FAILED'}\n   ${did}${followed}${cost}\n   ${saw}`)
    }
    const recording = await stage.finish()
    await keep(story.name, recording)
    console.log(
      `\n${plainTable(numbered(tableOf(recording)))}\n\nThe table and the timeline: ${output}${story.name}.html`,
    )
    return recording.steps.every(({ ok }) => ok)
  } finally {
    await lab.stop()
  }
}

/** With numbers in place of the titles, which stand above: a terminal is not wide. */
function numbered(rows: readonly (readonly string[])[]): string[][] {
  return rows.map((row, at) => (at === 0 ? [...row] : row.with(1, String(at))))
}

/** A page, the picture alone, the table for a document, and the numbers. */
async function keep(name: string, recording: Recording): Promise<void> {
  await mkdir(output, { recursive: true })
  await writeFile(`${output}${name}.html`, page(recording, `${name}.json`))
  await writeFile(`${output}${name}.svg`, timeline(recording))
  await writeFile(`${output}${name}.md`, markdownTable(tableOf(recording)))
  await writeFile(`${output}${name}.json`, `${JSON.stringify(recording)}\n`)
}
