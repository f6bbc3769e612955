import type { Declare } from '../execute.js'

export const events: Declare = (cli, choose) =>
  cli.command(
    'events',
    'What changed, when, and why',
    (options) =>
      options
        .option('follow', { type: 'boolean', describe: 'Go on with what happens from now on' })
        .example('$0 events --follow --json', 'one object a line'),
    ({ follow }) => choose(async (context) => (await import('../actions/events.js')).events(context, follow === true)),
  )
