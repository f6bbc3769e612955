import type { Declare } from '../execute.js'

/** Lower the preference, wait, withdraw. */
export const drain: Declare = (cli, choose) =>
  cli.command(
    'drain [vips..]',
    'Move traffic away, then withdraw VIPs, until undrained',
    (options) =>
      options
        .positional('vips', { type: 'string', array: true, describe: 'Their names' })
        .option('all', { type: 'boolean', describe: 'Every VIP' })
        .option('yes', { type: 'boolean', describe: 'Do not ask before draining every VIP' })
        .option('for', { type: 'string', requiresArg: true, describe: 'Ends by itself after this time, such as 30m' })
        .option('wait', { type: 'boolean', describe: 'Return when no connection is left, or drain.time is over' })
        .example('$0 drain web --for 30m', 'for the time of an upgrade; survives a reboot')
        .example('$0 drain web --wait', 'exits 3 when connections are left at the end of drain.time'),
    ({ vips, all, yes, for: duration, wait }) =>
      choose(async (context) =>
        (await import('../actions/drain.js')).drainVips(context, {
          vips: vips ?? [],
          all: all === true,
          agreed: yes === true,
          duration: duration ?? null,
          wait: wait === true,
        }),
      ),
  )
