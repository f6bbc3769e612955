import { wallClock } from '../observe/clock.js'
import { tally } from './traffic.js'
import type { World } from './story.js'

/** What a step found, in the words of its claim. */
export interface Outcome {
  /** What was done, in the past tense, and when. */
  readonly did: string
  readonly at: number
  /** When the router's kernel followed; null where the step is not about that. */
  readonly routeAt: number | null
  /** Whether it did what it says, and what it saw. */
  readonly ok: boolean
  readonly saw: string
  /** More columns of the table that the story leaves: by title, with their units. */
  readonly measured?: Readonly<Record<string, string>>
}

/** What can be known of a step before it is played. */
export interface StepInfo {
  /** A claim. */
  readonly title: string
  /** Takes longer than a test may: played by `make lab` alone. Later steps must not need it. */
  readonly long?: boolean
}

export interface Step<W extends World> extends StepInfo {
  /** Lost requests that the claim allows; null: any number, it is shown. */
  readonly mayLose: number | null
  readonly play: (world: W) => Promise<Outcome>
}

export interface StepResult extends Outcome {
  readonly title: string
  readonly from: number
  readonly to: number
  readonly sent: number
  readonly lost: number
  /** Of what was answered, in milliseconds. */
  readonly slowest: number | null
  /** Answers by the name of who gave them. */
  readonly byHost: Readonly<Record<string, number>>
}

/** Milliseconds of traffic before and after what a step does, so that what it costs is seen. */
const margin = 200

/** Plays one step under traffic and counts what the clients lost meanwhile. A step that throws has failed. */
export async function playStep<W extends World>(step: Step<W>, world: W): Promise<StepResult> {
  const from = wallClock()
  await rest(margin)
  const outcome = await attempt(step, world)
  await rest(margin)
  const to = wallClock()
  const requests = await world.traffic.sentBetween(from, to)
  const { lost, byHost, slowest } = tally(requests)
  const tooMany = step.mayLose !== null && lost > step.mayLose
  const saw = tooMany ? `${outcome.saw}; lost ${lost} requests, ${step.mayLose} allowed` : outcome.saw
  return {
    ...outcome,
    title: step.title,
    from,
    to,
    sent: requests.length,
    lost,
    slowest,
    byHost,
    ok: outcome.ok && !tooMany,
    saw,
  }
}

async function attempt<W extends World>(step: Step<W>, world: W): Promise<Outcome> {
  try {
    return await step.play(world)
  } catch (error) {
    return { did: 'failed', at: wallClock(), routeAt: null, ok: false, saw: (error as Error).message }
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
