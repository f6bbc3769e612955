import type { CheckedOnce } from '../entries.js'

export interface CheckedDocument {
  readonly name: string
  readonly type: string
  readonly impact: string
  readonly address: string | null
  readonly outcome: string
  readonly detail: string
  readonly duration: number
  readonly conclusive: boolean
}

export function checkedDocument({ instance, result }: CheckedOnce): CheckedDocument {
  return {
    name: instance.check.name,
    type: instance.check.probe.type,
    impact: instance.check.impact,
    address: instance.address?.text ?? null,
    outcome: result.outcome,
    detail: result.detail,
    duration: Math.round(result.duration * 1000) / 1e6,
    conclusive: result.conclusive,
  }
}
