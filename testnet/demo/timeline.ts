import type { RouteEvent } from '../observe/route-events.js'
import { duration, type Recording } from './report.js'
import type { StepResult } from './step.js'
import type { Request } from './traffic.js'
import { prefixes } from './world.js'

/** Layout in pixels. */
const width = 1180
const left = 110
const right = 20
const chart = { top: 120, height: 170 }
const lanes = { top: 330, height: 22, gap: 10 }
const height = 430
/** Of the captions above the chart. */
const columns = 2
/** Milliseconds of one bar. */
const bin = 50

const hosts = ['host1', 'host2'] as const
const colors = { host1: '#3b7dd8', host2: '#2a9d8f', lost: '#d62828', ink: '#263238', faint: '#90a4ae' } as const
const via: Readonly<Record<(typeof hosts)[number], string>> = { host1: '192.0.2.1', host2: '192.0.2.3' }

/** The recording as a picture: requests by who answered, the router's paths below, and what was done above. */
export function timeline({ steps, requests, routes }: Recording): string {
  const from = steps[0]?.from ?? 0
  const to = steps.at(-1)?.to ?? 1
  const x = (at: number): number => left + ((at - from) / (to - from)) * (width - left - right)
  const parts = [
    ...axis(from, to, x),
    ...bars(requests, from, to, x),
    ...hosts.flatMap((host, at) => pathLane(host, at, routes, from, to, x)),
    ...steps.map((step, at) => marker(step, at, x)),
    ...steps.map((step, at) => caption(step, at, steps.length)),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<title>vipcast demo: requests of the client and paths of the router over time</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`
}

function axis(from: number, to: number, x: (at: number) => number): string[] {
  const seconds = Array.from({ length: Math.floor((to - from) / 1000) + 1 }, (_, second) => second)
  const bottom = height - 30
  const ticks = seconds.map((second) => {
    const at = x(from + second * 1000)
    const label = `<text x="${at.toFixed(1)}" y="${bottom + 16}" fill="${colors.faint}" text-anchor="middle">${second} s</text>`
    return `<line x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${chart.top}" y2="${bottom}" stroke="#eceff1"/>${label}`
  })
  return [
    ...ticks,
    text(10, chart.top + 14, 'requests', colors.ink),
    text(10, chart.top + 30, `per ${bin} ms`, colors.faint),
    legend(10, chart.top + 60, colors.host1, 'host1'),
    legend(10, chart.top + 80, colors.host2, 'host2'),
    legend(10, chart.top + 100, colors.lost, 'lost'),
  ]
}

/** Stacked: lost requests stand on top, where they are seen. */
function bars(requests: readonly Request[], from: number, to: number, x: (at: number) => number): string[] {
  const bins = Array.from({ length: Math.ceil((to - from) / bin) }, () => ({ host1: 0, host2: 0, lost: 0 }))
  for (const { at, from: host } of requests) {
    const counts = bins[Math.floor((at - from) / bin)]
    if (counts !== undefined) counts[host === null ? 'lost' : host === 'host1' ? 'host1' : 'host2'] += 1
  }
  const most = Math.max(1, ...bins.map((counts) => counts.host1 + counts.host2 + counts.lost))
  return bins.flatMap((counts, at) => {
    let bottom = chart.top + chart.height
    const x1 = x(from + at * bin)
    const barWidth = Math.max(0.5, x(from + (at + 1) * bin) - x1 - 0.4)
    return (['host1', 'host2', 'lost'] as const).flatMap((who) => {
      const size = (counts[who] / most) * chart.height
      bottom -= size
      if (size === 0) return []
      return `<rect x="${x1.toFixed(1)}" y="${bottom.toFixed(1)}" width="${barWidth.toFixed(1)}" height="${size.toFixed(1)}" fill="${colors[who]}"/>`
    })
  })
}

/** While the router's kernel had an IPv4 path to the host. */
function pathLane(
  host: (typeof hosts)[number],
  lane: number,
  routes: readonly RouteEvent[],
  from: number,
  to: number,
  x: (at: number) => number,
): string[] {
  const top = lanes.top + lane * (lanes.height + lanes.gap)
  const spans: [number, number][] = []
  let since: number | null = null
  for (const { at, prefix, nextHops } of routes) {
    if (prefix !== prefixes.ipv4) continue
    const there = nextHops.some((hop) => hop.via === via[host])
    if (there) since ??= at
    else if (since !== null) {
      spans.push([since, at])
      since = null
    }
  }
  if (since !== null) spans.push([since, to])
  return [
    text(10, top + 15, `path to ${host}`, colors.ink),
    ...spans.map(([begin, end]) => {
      const x1 = x(Math.max(begin, from))
      const size = Math.max(1, x(Math.min(end, to)) - x1)
      return `<rect x="${x1.toFixed(1)}" y="${top}" width="${size.toFixed(1)}" height="${lanes.height}" rx="3" fill="${colors[host]}" opacity="0.75"/>`
    }),
  ]
}

/** A numbered line through the chart where something was done; what that was stands above in `caption`. */
function marker(step: StepResult, at: number, x: (at: number) => number): string {
  const place = x(step.at).toFixed(1)
  const y = chart.top - 20
  return `<line x1="${place}" x2="${place}" y1="${y}" y2="${height - 30}" stroke="${colors.ink}" stroke-dasharray="3 3"/>${badge(place, y, at + 1)}`
}

/** Beside the markers there is no room for words: two steps can be a tenth of a second apart. */
function caption(step: StepResult, at: number, count: number): string {
  const rows = Math.ceil(count / columns)
  const left = 20 + Math.floor(at / rows) * (width / columns)
  const top = 20 + (at % rows) * 22
  const followed = step.routeAt === null ? '' : `; the router followed after ${duration(step.routeAt - step.at)}`
  const lost = step.lost === 0 ? '' : `; ${step.lost} of ${step.sent} requests lost`
  return `${badge(String(left), top, at + 1)}${text(left + 16, top + 4, `${step.did}${followed}${lost}`, colors.ink)}`
}

function badge(x: string, y: number, number: number): string {
  return `<circle cx="${x}" cy="${y}" r="9" fill="${colors.ink}"/><text x="${x}" y="${y + 4}" fill="#ffffff" text-anchor="middle">${number}</text>`
}

function text(x: number, y: number, label: string, fill: string): string {
  return `<text x="${x}" y="${y}" fill="${fill}">${escape(label)}</text>`
}

function legend(x: number, y: number, fill: string, label: string): string {
  return `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${fill}"/>${text(x + 18, y, label, colors.ink)}`
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
