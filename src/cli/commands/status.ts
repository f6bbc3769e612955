import type { Declare } from '../execute.js'

export const status: Declare = (cli, choose) =>
  cli.command(
    'status [vip]',
    'VIPs, verdicts, reasons, routes and sessions',
    (options) =>
      options
        .positional('vip', { type: 'string', describe: 'Only this one' })
        .option('watch', { type: 'boolean', describe: 'Show it anew until interrupted' })
        .example('$0 status', 'exits 3 when a VIP that should be announced is not')
        .example('$0 status web --json', 'one VIP, for programs'),
    ({ vip, watch }) =>
      choose(async (context) => (await import('../actions/status.js')).status(context, vip ?? null, watch === true)),
  )
