import type { Declare } from '../execute.js'

export const run: Declare = (cli, choose) =>
  cli.command(
    'run',
    'The daemon, in the foreground',
    (options) => options.example('$0 run --config ./vipcast.yaml', 'until SIGTERM; a second one forces it'),
    () =>
      choose(async ({ options, entries }) => (await import('../actions/run.js')).runDaemon(options.config, entries)),
  )
