import { isatty } from 'node:tty'

import { pino, type Logger } from 'pino'

import type { LogConfig } from '../domain/config.js'
import { isIntended } from '../domain/reason.js'
import type { DaemonEvent } from '../domain/snapshot.js'
import { LogSink } from './log-sink.js'

export interface DaemonLog {
  readonly logger: Logger
  /** One line for each event, at a level that says whether somebody should look. */
  event(event: DaemonEvent): void
  flushed(): Promise<void>
}

const standardOutput = 1

/** `auto`: readable on a terminal, JSON lines elsewhere. */
export function openLog(config: LogConfig): DaemonLog {
  const sink = new LogSink(standardOutput)
  const readable = config.format === 'text' || (config.format === 'auto' && isatty(standardOutput))
  const options = {
    level: config.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const logger = pino(options, readable ? { write: (line: string) => sink.write(readableLine(line)) } : sink)
  return { logger, event: (event) => logger[levelOf(event)](fields(event), event.text), flushed: () => sink.flushed() }
}

function levelOf(event: DaemonEvent): 'info' | 'warn' {
  return event.reason !== null && !isIntended(event.reason) ? 'warn' : 'info'
}

/** Only what the event is about: a null in every line would hide what is there. */
function fields({ kind, vip, address, router, check, reason }: DaemonEvent): Record<string, string> {
  const named = { kind, vip, address, router, check, reason }
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== null))
}

/** `12:00:00.123 warn  route  web 203.0.113.80 edge: check-failed`. */
function readableLine(line: string): string {
  const { time, level, msg, kind, ...about } = JSON.parse(line) as Record<string, string>
  const subject = ['vip', 'check', 'address', 'router'].flatMap((key) => about[key] ?? []).join(' ')
  const clock = new Date(time ?? 0).toTimeString().slice(0, 8) + (time ?? '').slice(19, 23)
  return `${clock} ${(level ?? '').padEnd(5)} ${(kind ?? '').padEnd(8)}${subject === '' ? '' : ` ${subject}:`} ${msg ?? ''}\n`
}
