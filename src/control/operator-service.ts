import type { ServiceImpl } from '@connectrpc/connect'
import type { DaemonPort, OperatorRequest } from '../domain/snapshot.js'
import type { DisableRequest, Operator } from '../gen/vipcast/v1/operator_pb.js'
import { refusal } from './refusal.js'

/** Serves what changes the daemon. */
export function operatorService(port: DaemonPort): ServiceImpl<typeof Operator> {
  const ask = async (request: OperatorRequest): Promise<{ text: string }> => {
    const answer = await port.request(request)
    if (answer.kind === 'refused') throw refusal(answer)
    return { text: answer.text }
  }
  return {
    disable: (request) => ask({ kind: 'disable', vips: chosen(request) }),
    enable: (request) => ask({ kind: 'enable', vips: chosen(request) }),
    drain: ({ duration, ...request }) =>
      ask({ kind: 'drain', vips: chosen(request), duration: duration === undefined ? null : duration * 1000 }),
    undrain: (request) => ask({ kind: 'undrain', vips: chosen(request) }),
    claim: ({ vip }) => ask({ kind: 'claim', vip }),
    release: ({ vip }) => ask({ kind: 'release', vip }),
    rearm: ({ vip }) => ask({ kind: 'rearm', vip }),
    addSource: ({ vip, interface: name }) => ask({ kind: 'source-add', vip, interface: name }),
    removeSource: ({ vip, interface: name }) => ask({ kind: 'source-remove', vip, interface: name }),
    enableSource: ({ interface: name }) => ask({ kind: 'source-enable', interface: name ?? null }),
    disableSource: ({ interface: name }) => ask({ kind: 'source-disable', interface: name ?? null }),
    reload: () => ask({ kind: 'reload' }),
    withdrawAll: () => ask({ kind: 'withdraw-all' }),
  }
}

/** An empty list must not come to mean everything. */
function chosen({ vips, all }: Pick<DisableRequest, 'vips' | 'all'>): readonly string[] | 'all' {
  if (all === vips.length > 0) {
    throw refusal({ code: 'usage', message: 'the request names no VIP', remedy: 'name VIPs, or set all, and not both' })
  }
  return all ? 'all' : vips
}
