import { probeKinds } from '../checks/kinds.js'
import type { Config } from '../domain/config.js'
import { createArpTarget } from '../kernel/arp-target.js'
import { createSourceRoutes } from '../kernel/source-routes.js'
import { createKernelTarget } from '../kernel/target.js'
import type { Clock } from '../platform/clock.js'
import type { ProcessRunner } from '../platform/process.js'
import { createRouter, type RouterContext } from '../routers/kinds.js'
import { createChecks } from './checks.js'
import type { EngineOptions } from './engine-options.js'

export interface Tools {
  readonly clock: Clock
  readonly runner: ProcessRunner
}

/** The real kernel, routers and checks for an engine. */
export function engineParts(
  config: Config,
  { clock, runner }: Tools,
): Pick<EngineOptions, 'kernel' | 'arp' | 'sourceRoutes' | 'createRouter' | 'createChecks'> {
  const tools = { clock, random: Math.random }
  const context = routerContext(config, { clock, runner })
  return {
    kernel: createKernelTarget({ runner, ...tools }),
    arp: createArpTarget(),
    sourceRoutes: createSourceRoutes({ runner, ...tools }),
    createRouter: (router, pools) => createRouter(router, { ...context, pools }),
    createChecks: (hooks) => createChecks({ ...tools, runner, kinds: probeKinds, ...hooks }),
  }
}

/** What every router of a configuration is made with. */
export function routerContext({ pools, runDir, lifecycle }: Config, { clock, runner }: Tools): RouterContext {
  // Only a stop that keeps everything asks neighbors to wait for the next life; else they must forget us at once. What they
  // keep they also keep after a crash, so its bound holds then.
  const bound = lifecycle.onCrash === 'withdraw' ? lifecycle.deadMan : lifecycle.adoptFor
  const keepRoutesFor = lifecycle.onStop === 'keep' ? bound : null
  return { pools, runDir, keepRoutesFor, runner, clock, random: Math.random }
}
