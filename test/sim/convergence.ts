import type { Scenario } from './scenario.js'

/** Within this time after everything works again, all that is wanted is there; milliseconds. */
const bound = 60_000
/** And then nothing is changed for this long. */
const quiet = 20_000

/** Judges that the worlds come to what is wanted once they work, stay there without a change, and are left clean. */
export async function judgeConvergence(scenario: Scenario): Promise<void> {
  const { clock, referee, worlds } = scenario
  await scenario.heal()
  await clock.advance(bound)
  scenario.inspector.look(scenario.life)
  judgeRoutes(scenario)
  judgeAddresses(scenario)
  const targets = [worlds.kernel, ...worlds.routers.values()]
  const before = targets.map(({ asked }) => asked)
  await clock.advance(quiet)
  targets.forEach(({ name, asked }, at) => {
    const more = asked - (before[at] ?? 0)
    referee.judge('is quiet', more === 0, () => `${name} was asked for ${more} changes, although all was as wanted`)
  })
  await scenario.stop()
  const left = [...worlds.routers.values()].flatMap((router) =>
    router.ours().map((text) => `${text} at ${router.name}`),
  )
  referee.judge(9, left.length === 0, () => `after the stop ${left.join(', ')} is there`)
  const bindings = worlds.kernel.ours()
  referee.judge(9, bindings.length === 0, () => `after the stop ${bindings.join(', ')} is bound`)
}

function judgeRoutes({ life, model, referee, worlds }: Scenario): void {
  for (const router of worlds.routers.values()) {
    const wanted = new Map<string, number | undefined>()
    for (const vip of life?.config.vips ?? [])
      for (const { text } of vip.addresses)
        if (model.objection(text, router.name) === null) wanted.set(text, model.med(vip))
    const known = life?.engine.routers.has(router.name) === true
    const routes = [...router.routes].filter(([, { origin }]) => known || origin === 'ours')
    const there = new Map(routes.map(([text, { attributes }]) => [text, attributes.bgp.med]))
    const same = show(wanted) === show(there)
    referee.judge('converges', same, () => `${router.name} has ${show(there)}, wanted is ${show(wanted)}`)
  }
}

function judgeAddresses({ life, model, referee, worlds }: Scenario): void {
  const wanted = new Set<string>()
  for (const vip of life?.config.vips ?? []) {
    for (const { text } of vip.addresses) {
      const announced = vip.routers.some((router) => model.objection(text, router) === null)
      const found = [...worlds.kernel.host].some((place) => place.endsWith(` ${text}`))
      if (!found && (vip.bind === 'always' || announced)) wanted.add(`${vip.interface} ${text}`)
    }
  }
  const there = worlds.kernel.ours()
  const same = [...wanted].sort().join() === there.sort().join()
  referee.judge('converges', same, () => `the host has ${there.join(', ')}, wanted is ${[...wanted].join(', ')}`)
}

function show(routes: ReadonlyMap<string, number | undefined>): string {
  const shown = [...routes].map(([text, med]) => `${text} med ${med}`).sort()
  return shown.join(', ') || 'nothing'
}
