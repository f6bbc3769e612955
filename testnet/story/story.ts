import type { Lab } from '../lab/lab.js'
import type { RouteEvents } from '../observe/route-events.js'
import { playStep, type Step, type StepInfo, type StepResult } from './step.js'
import type { Lane, Recording } from './recording.js'
import type { Traffic } from './traffic.js'

/** What every story has in its lab; its own world adds hosts, daemons and whatever its steps need. */
export interface World {
  readonly lab: Lab
  readonly traffic: Traffic
  /** The routes of the router whose paths the picture shows. */
  readonly routes?: RouteEvents
}

/** A scenario as its module writes it. */
interface Definition<W extends World> {
  /** Of the file, and of the command that plays it. */
  readonly name: string
  /** What it shows, a claim: it is the title of its test. */
  readonly title: string
  /** Who takes part, in a sentence. */
  readonly cast: string
  /** File name in testnet/, without `.clab.yml`. */
  readonly topology: string
  /** The paths that the picture shows over time. */
  readonly lanes?: readonly Lane[]
  /** Waits until the lab is ready; starts nothing that a step is about. */
  open(lab: Lab): Promise<W>
  readonly steps: readonly Step<W>[]
}

/** A scenario that can be played, whatever its world is. */
export interface Story {
  readonly name: string
  readonly title: string
  readonly cast: string
  readonly topology: string
  readonly steps: readonly StepInfo[]
  open(lab: Lab): Promise<Stage>
}

/** A story in its lab. Who closes the lab ends it. */
export interface Stage {
  /** Plays the step of this number; one after another, in their order. Never rejects: what goes wrong is in the result. */
  play(step: number): Promise<StepResult>
  /** Ends the traffic; all that was measured. */
  finish(): Promise<Recording>
}

export function defineStory<W extends World>(definition: Definition<W>): Story {
  const { name, title, cast, topology, steps, lanes = [] } = definition
  return {
    name,
    title,
    cast,
    topology,
    steps,
    open: async (lab) => {
      const world = await definition.open(lab)
      const results: StepResult[] = []
      return {
        play: async (number) => {
          const step = steps[number]
          if (step === undefined) throw new Error(`${name} has no step ${number}`)
          const result = await playStep(step, world)
          results.push(result)
          return result
        },
        finish: async () => {
          await world.traffic.stop()
          return {
            title,
            cast,
            steps: results,
            requests: world.traffic.requests,
            routes: world.routes?.all ?? [],
            lanes,
          }
        },
      }
    },
  }
}
