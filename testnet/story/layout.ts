import type { Recording } from './recording.js'

/** Of the picture, in pixels. */
export const width = 1180
const left = 110
const right = 20
const laneHeight = 32
const captionHeight = 22
/** Characters up to which captions fit in half of the width. */
const halfWidth = 90

/** Where what is in the picture of a recording. Times are milliseconds since 1970, places are pixels. */
export interface Layout {
  readonly from: number
  readonly to: number
  /** Milliseconds of one bar. */
  readonly bin: number
  readonly chart: { readonly top: number; readonly height: number }
  /** Of chart and lanes. */
  readonly bottom: number
  readonly height: number
  readonly x: (at: number) => number
  readonly lane: (number: number) => number
  readonly caption: (number: number) => { readonly left: number; readonly top: number }
}

/** `longest`: characters of the longest caption. */
export function layoutOf({ steps, lanes }: Recording, answerers: number, longest: number): Layout {
  const from = steps[0]?.from ?? 0
  const to = steps.at(-1)?.to ?? 1
  const columns = longest <= halfWidth ? 2 : 1
  const captionRows = Math.ceil(steps.length / columns)
  const chart = { top: 54 + captionRows * captionHeight, height: Math.max(170, 70 + answerers * 18) }
  const lanesTop = chart.top + chart.height + 40
  const bottom = lanesTop + lanes.length * laneHeight
  return {
    from,
    to,
    // As many bars as can be told from each other.
    bin: Math.max(1, Math.ceil((to - from) / 500 / 50)) * 50,
    chart,
    bottom,
    height: bottom + 30,
    x: (at) => left + ((at - from) / (to - from)) * (width - left - right),
    lane: (number) => lanesTop + number * laneHeight,
    caption: (number) => ({
      left: 20 + Math.floor(number / captionRows) * (width / columns),
      top: 20 + (number % captionRows) * captionHeight,
    }),
  }
}
