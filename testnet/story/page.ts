import type { Recording } from './recording.js'
import { tableOf } from './report.js'
import { escape, timeline } from './timeline.js'

/** The recording as a page of its own: no script, nothing from elsewhere. `data` is the file that has the numbers. */
export function page(recording: Recording, data: string): string {
  const [head = [], ...rows] = tableOf(recording)
  const cells = (tag: string, row: readonly string[]): string =>
    row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')
  const lines = recording.steps.map(({ ok, did, saw }, at) => {
    const row = cells('td', rows[at] ?? [])
    return `<tr class="${ok ? 'ok' : 'failed'}">${row}<td>${escape(did)}: ${escape(saw)}</td></tr>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(recording.title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #263238; background: #fff }
svg { width: 100%; height: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #eceff1; vertical-align: top }
.failed td:first-child { color: #d62828; font-weight: bold }
</style></head><body>
<h1>${escape(recording.title)}</h1>
<p>${escape(recording.cast)} Measured in this run: what clients got, when the router's kernel changed its routes, and what was lost.
The same in numbers: <a href="${data}">${data}</a>.</p>
${recording.requests.length === 0 ? '' : timeline(recording)}
<table><thead><tr>${cells('th', [...head, 'what was done and seen'])}</tr></thead>
<tbody>${lines.join('\n')}</tbody></table>
</body></html>
`
}
