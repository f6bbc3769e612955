import { usageError } from '../context.js'
import type { Declare } from '../execute.js'

export const withdraw: Declare = (cli, choose) =>
  cli.command(
    'withdraw',
    'The panic button: withdraw everything, with or without a daemon',
    (options) =>
      options
        .option('all', { type: 'boolean', describe: 'Has to be given: it means every VIP' })
        // For the guard alone: a person wants the panic button, which also keeps the next daemon from announcing.
        .option('after-crash', { type: 'boolean', hidden: true })
        .example('$0 withdraw --all', 'until `vipcast enable --all`'),
    ({ all, afterCrash }) =>
      choose(async (context) => {
        if (afterCrash === true) return (await import('../actions/withdraw.js')).withdrawAfterCrash(context)
        if (all !== true)
          throw usageError('withdraw takes every VIP away', 'say so with --all, or name some with `disable`')
        return (await import('../actions/withdraw.js')).withdrawAll(context)
      }),
  )
