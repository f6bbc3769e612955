import type { Declare } from '../execute.js'

export const rearm: Declare = (cli, choose) =>
  cli.command(
    'rearm <vip>',
    'End the latch of an override, and let its window begin anew',
    (options) =>
      options
        .positional('vip', { type: 'string', demandOption: true, describe: 'Its name' })
        .example('$0 rearm shop', 'after it failed and was mended, or when its window is over'),
    ({ vip }) => choose(async (context) => (await import('../actions/rearm.js')).rearm(context, vip)),
  )
