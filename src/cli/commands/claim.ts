import type { Declare } from '../execute.js'

/** For VIPs of mode manual: a cluster manager's start script calls this. */
export const claim: Declare = (cli, choose) =>
  cli.command(
    ['claim <vip>', 'bind'],
    'Announce a manual VIP here, until released',
    (options) =>
      options
        .positional('vip', { type: 'string', demandOption: true, describe: 'Its name' })
        .option('wait', {
          type: 'string',
          requiresArg: true,
          describe: 'Return when it is announced; at the most this long',
        })
        .option('check', { type: 'boolean', describe: 'Only look: exits 0 when it is claimed and announced, else 3' })
        .conflicts('check', 'wait')
        .example('$0 claim homes --wait 5s', 'exits 3 when the time ran out; asking twice is harmless'),
    ({ vip, wait, check }) =>
      choose(async (context) => {
        const { checkClaimed, claimVip } = await import('../actions/claim.js')
        return check === true ? checkClaimed(context, vip) : claimVip(context, vip, wait ?? null)
      }),
  )
