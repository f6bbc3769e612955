import type { Declare } from '../execute.js'

export const plan: Declare = (cli, choose) =>
  cli.command(
    'plan',
    'What `run` would bind and announce now; changes nothing',
    (options) => options.example('$0 plan', 'before the daemon is started, or a file is reloaded'),
    () => choose(async (context) => (await import('../actions/plan.js')).plan(context)),
  )
