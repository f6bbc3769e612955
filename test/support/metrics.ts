import assert from 'node:assert/strict'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface ParsedMetrics {
  readonly types: ReadonlyMap<string, string>
  readonly samples: readonly Sample[]
  /** Values of a metric, by its labels as `a=1,b=2`. */
  values(name: string): Record<string, number>
}

/** A strict reader of Prometheus' text format: what it does not understand, and a family in two places, is an error. */
export function parseMetrics(text: string): ParsedMetrics {
  const types = new Map<string, string>()
  const samples: Sample[] = []
  const finished = new Set<string>()
  let current = ''
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('# HELP '))) {
    const type = /^# TYPE (\w+) (gauge|counter|histogram|summary)$/.exec(line)
    if (type?.[1] !== undefined) {
      if (current !== '') finished.add(current)
      current = type[1]
      assert.ok(!finished.has(current), `${current} stands in two places`)
      types.set(current, type[2] ?? '')
      continue
    }
    const sample = parseSample(line)
    assert.ok(sample.name.startsWith(current), `${line} stands under ${current}`)
    samples.push(sample)
  }
  return {
    types,
    samples,
    values: (name) =>
      Object.fromEntries(
        samples
          .filter((sample) => sample.name === name)
          .map(({ labels, value }) => [
            Object.entries(labels)
              .map(([label, text]) => `${label}=${text}`)
              .join(','),
            value,
          ]),
      ),
  }
}

function parseSample(line: string): Sample {
  const parts = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)
  assert.ok(parts !== null, `not a sample: ${line}`)
  const [, name = '', inner = '', value = ''] = parts
  const labels: Record<string, string> = {}
  const rest = inner.replaceAll(/(\w+)="((?:[^"\\]|\\.)*)",?/g, (_, label: string, text: string) => {
    labels[label] = text.replaceAll(/\\(.)/g, (__, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    return ''
  })
  assert.equal(rest, '', `not labels: ${inner}`)
  assert.ok(!Number.isNaN(Number(value)), `not a value: ${line}`)
  return { name, labels, value: Number(value) }
}
