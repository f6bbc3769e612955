import { duration, type Recording } from './report.js'
import { escape, timeline } from './timeline.js'

/** The recording as a page of its own: no script, nothing from elsewhere. */
export function page(recording: Recording): string {
  const rows = recording.steps.map(
    (
      step,
    ) => `<tr class="${step.ok ? 'ok' : 'failed'}"><td>${step.ok ? 'ok' : 'FAILED'}</td><td>${escape(step.title)}</td>
<td>${step.routeAt === null ? '&ndash;' : duration(step.routeAt - step.at)}</td><td>${step.lost} of ${step.sent}</td>
<td>${escape(step.did)}: ${escape(step.saw)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>vipcast demo</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #263238; background: #fff }
svg { width: 100%; height: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #eceff1; vertical-align: top }
.failed td:first-child { color: #d62828; font-weight: bold }
</style></head><body>
<h1>vipcast demo</h1>
<p>A client asks two hosts for one virtual IP, over IPv4 and IPv6 in turn, one new connection every few milliseconds. Measured in
this run: when the router's kernel changed its routes, and what the client lost. The same in numbers: <a href="demo.json">demo.json</a>.</p>
${timeline(recording)}
<table><thead><tr><th></th><th>step</th><th>router followed after</th><th>requests lost</th><th>what was done and seen</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
</body></html>
`
}
