import type { Declare } from '../execute.js'

export const check: Declare = (cli, choose) =>
  cli.command(
    'check <vip>',
    'Run the checks of a VIP once, now; needs no daemon',
    (options) =>
      options
        .positional('vip', { type: 'string', demandOption: true, describe: 'Its name' })
        .example('$0 check resolver', 'exits 3 when one that could withdraw the VIP fails'),
    ({ vip }) => choose(async (context) => (await import('../actions/check.js')).check(context, vip)),
  )
