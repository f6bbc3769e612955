import type { Transport } from '@connectrpc/connect'

import type { Finding } from './probe.js'

/** Makes one call and judges its answer; rejects when there is none. */
export type GrpcCall = (transport: Transport) => Promise<Finding>
