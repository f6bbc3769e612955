import { layoutOf, width, type Layout } from './layout.js'
import type { Lane, Recording } from './recording.js'
import { duration } from './report.js'
import type { StepResult } from './step.js'
import type { Request } from './traffic.js'

const ink = '#263238'
const faint = '#90a4ae'
const red = '#d62828'
/** By who answers, in the order of their first answers. */
const palette = ['#3b7dd8', '#2a9d8f', '#8e6bbf', '#e9a03b', '#5c8001', '#c2185b']

/** The recording as a picture: requests by who answered, the router's paths below, and what was done above. */
export function timeline(recording: Recording): string {
  const { steps, lanes, title } = recording
  const answerers = answerersOf(recording)
  const color = (name: string): string => palette[answerers.indexOf(name) % palette.length] ?? faint
  const captions = steps.map(inWords)
  const layout = layoutOf(recording, answerers.length, Math.max(0, ...captions.map((words) => words.length)))
  const parts = [
    ...axis(layout),
    ...[...answerers, null].map((name, at) => legend(layout, at, name ?? 'lost', name === null ? red : color(name))),
    ...bars(recording.requests, layout, answerers, color),
    ...lanes.flatMap((lane, at) => pathLane(lane, at, recording, layout, color(lane.name))),
    ...steps.map((step, at) => marker(step, at, layout)),
    ...captions.map((words, at) => caption(words, at, layout)),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${layout.height}" font-family="system-ui, sans-serif" font-size="12">
<title>${escape(title)}: requests and paths over time</title>
<rect width="${width}" height="${layout.height}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`
}

/** Lanes first, so that a path has the colour of the host at its end. */
function answerersOf({ lanes, requests }: Recording): string[] {
  return [...new Set([...lanes.map(({ name }) => name), ...requests.flatMap(({ from }) => from ?? [])])]
}

function axis({ from, to, x, chart, bottom, bin }: Layout): string[] {
  const span = (to - from) / 1000
  const every = [1, 2, 5, 10, 20, 60].find((seconds) => span / seconds <= 40) ?? 120
  const ticks = Array.from({ length: Math.floor(span / every) + 1 }, (_, at) => at * every).map((second) => {
    const at = x(from + second * 1000)
    const label = `<text x="${at.toFixed(1)}" y="${bottom + 16}" fill="${faint}" text-anchor="middle">${second} s</text>`
    return `<line x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${chart.top}" y2="${bottom}" stroke="#eceff1"/>${label}`
  })
  return [...ticks, text(10, chart.top + 14, 'requests', ink), text(10, chart.top + 30, `per ${bin} ms`, faint)]
}

function legend({ chart }: Layout, at: number, name: string, fill: string): string {
  const y = chart.top + 56 + at * 18
  return `<rect x="10" y="${y - 10}" width="12" height="12" fill="${fill}"/>${text(28, y, name, ink)}`
}

/** Stacked: lost requests stand on top, where they are seen. */
function bars(
  requests: readonly Request[],
  { from, to, x, chart, bin }: Layout,
  answerers: readonly string[],
  color: (name: string) => string,
): string[] {
  const bins = Array.from({ length: Math.ceil((to - from) / bin) }, () => new Map<string | null, number>())
  for (const request of requests) {
    const counts = bins[Math.floor((request.at - from) / bin)]
    counts?.set(request.from, (counts.get(request.from) ?? 0) + 1)
  }
  const total = (counts: Map<string | null, number>): number => [...counts.values()].reduce((a, b) => a + b, 0)
  const most = Math.max(1, ...bins.map(total))
  return bins.flatMap((counts, at) => {
    let base = chart.top + chart.height
    const x1 = x(from + at * bin)
    const barWidth = Math.max(0.5, x(from + (at + 1) * bin) - x1 - 0.4)
    return [...answerers, null].flatMap((who) => {
      const size = ((counts.get(who) ?? 0) / most) * chart.height
      base -= size
      if (size === 0) return []
      const fill = who === null ? red : color(who)
      return `<rect x="${x1.toFixed(1)}" y="${base.toFixed(1)}" width="${barWidth.toFixed(1)}" height="${size.toFixed(1)}" fill="${fill}"/>`
    })
  })
}

/** While the router's kernel had that path. */
function pathLane(lane: Lane, at: number, { routes }: Recording, layout: Layout, fill: string): string[] {
  const { from, to, x } = layout
  const top = layout.lane(at)
  const spans: [number, number][] = []
  let since: number | null = null
  for (const event of routes) {
    if (event.prefix !== lane.prefix) continue
    if (event.nextHops.some((hop) => hop.via === lane.via)) since ??= event.at
    else if (since !== null) {
      spans.push([since, event.at])
      since = null
    }
  }
  if (since !== null) spans.push([since, to])
  return [
    text(10, top + 15, `path to ${lane.name}`, ink),
    ...spans.map(([begin, end]) => {
      const x1 = x(Math.max(begin, from))
      const size = Math.max(1, x(Math.min(end, to)) - x1)
      return `<rect x="${x1.toFixed(1)}" y="${top}" width="${size.toFixed(1)}" height="22" rx="3" fill="${fill}" opacity="0.75"/>`
    }),
  ]
}

/** A numbered line through the chart where something was done; what that was stands above in `caption`. */
function marker(step: StepResult, at: number, { x, chart, bottom }: Layout): string {
  const place = x(step.at).toFixed(1)
  const y = chart.top - 20
  return `<line x1="${place}" x2="${place}" y1="${y}" y2="${bottom}" stroke="${ink}" stroke-dasharray="3 3"/>${badge(place, y, at + 1)}`
}

function inWords(step: StepResult): string {
  const followed = step.routeAt === null ? '' : `; the router followed after ${duration(step.routeAt - step.at)}`
  const lost = step.lost === 0 ? '' : `; ${step.lost} of ${step.sent} requests lost`
  return `${step.did}${followed}${lost}`
}

/** Beside the markers there is no room for words: two steps can be a tenth of a second apart. */
function caption(words: string, at: number, layout: Layout): string {
  const { left, top } = layout.caption(at)
  return `${badge(String(left), top, at + 1)}${text(left + 16, top + 4, words, ink)}`
}

function badge(x: string, y: number, number: number): string {
  return `<circle cx="${x}" cy="${y}" r="9" fill="${ink}"/><text x="${x}" y="${y + 4}" fill="#ffffff" text-anchor="middle">${number}</text>`
}

function text(x: number, y: number, label: string, fill: string): string {
  return `<text x="${x}" y="${y}" fill="${fill}">${escape(label)}</text>`
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
