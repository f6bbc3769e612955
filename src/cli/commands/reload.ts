import type { Declare } from '../execute.js'

export const reload: Declare = (cli, choose) =>
  cli.command(
    'reload',
    'Apply what changed in the configuration file; an invalid file changes nothing',
    (options) => options.example('$0 validate && $0 reload', 'the same as SIGHUP, with an answer'),
    () => choose(async (context) => (await import('../actions/reload.js')).reload(context)),
  )
