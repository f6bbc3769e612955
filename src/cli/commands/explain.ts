import type { Declare } from '../execute.js'

export const explain: Declare = (cli, choose) =>
  cli.command(
    'explain <vip>',
    'Why a VIP is announced or not: from each check to the route at each neighbor',
    (options) =>
      options
        .positional('vip', { type: 'string', demandOption: true, describe: 'Its name' })
        .example('$0 explain resolver', 'the whole chain, with what happens next'),
    ({ vip }) => choose(async (context) => (await import('../actions/explain.js')).explain(context, vip)),
  )
