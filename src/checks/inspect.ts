import type { GrpcMethodCall, Probe } from '../domain/config.js'
import type { ProbeProblem } from '../domain/probe-problem.js'
import type { Clock } from '../platform/clock.js'
import { createProcessRunner } from '../platform/process.js'
import { inspectExec } from './exec-inspect.js'
import { inspectPing } from './ping-inspect.js'
import { trustOf } from './trust.js'

/** Looks at what a probe names on this host, before there is a daemon; null when there is nothing to say of it. */
export async function inspectProbe(probe: Probe, clock: Clock): Promise<ProbeProblem | null> {
  if (probe.type === 'systemd') return (await import('./systemd.js')).inspectUnit(probe, clock)
  if (probe.type === 'ping') return inspectPing(clock)
  if (probe.type === 'exec') return inspectExec(probe, createProcessRunner(clock))
  const call = probe.type === 'grpc' && probe.call.kind === 'method' ? probe.call : null
  return (await inspectAuthorities(probe, clock)) ?? (call === null ? null : await inspectCall(call, clock))
}

async function inspectAuthorities(probe: Probe, clock: Clock): Promise<ProbeProblem | null> {
  const nested = probe.type === 'grpc' ? probe.tls : null
  const ca = 'ca' in probe ? probe.ca : (nested?.ca ?? null)
  if (ca === null) return null
  return problemOf(trustOf(ca, clock)(), () => (nested === null ? 'ca' : 'tls'))
}

async function inspectCall(call: GrpcMethodCall, clock: Clock): Promise<ProbeProblem | null> {
  if (call.proto === '' || call.method === '') return null // refused already, for what they are
  const { methodCall } = await import('./grpc-method.js')
  const { CallError } = await import('./call-error.js')
  return problemOf(methodCall(call, clock), (error) => (error instanceof CallError ? error.key : 'proto'))
}

async function problemOf(use: Promise<unknown>, keyOf: (error: unknown) => string): Promise<ProbeProblem | null> {
  try {
    await use
    return null
  } catch (error) {
    const { message, cause } = error as Error
    // Only what the system says of a file has one; what stands in the file is wrong wherever it is read.
    const missing = cause instanceof Error && 'code' in cause
    return { key: keyOf(error), kind: missing ? 'missing' : 'wrong', message }
  }
}
