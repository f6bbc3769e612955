import type { Declare } from '../execute.js'

/** For VIPs of mode manual: a cluster manager's stop script calls this. */
export const release: Declare = (cli, choose) =>
  cli.command(
    ['release <vip>', 'unbind'],
    'Give a manual VIP back, also without a daemon',
    (options) =>
      options
        .positional('vip', { type: 'string', demandOption: true, describe: 'Its name' })
        .option('wait', {
          type: 'string',
          requiresArg: true,
          describe: 'Return when it is unbound; at the most this long',
        })
        .option('check', { type: 'boolean', describe: 'Only look: exits 0 when nothing of it is left here, else 3' })
        .conflicts('check', 'wait')
        .example('$0 release homes --wait 5s', 'exits 3 when the time ran out; asking twice is harmless'),
    ({ vip, wait, check }) =>
      choose(async (context) => {
        const { checkReleased, releaseVip } = await import('../actions/release.js')
        return check === true ? checkReleased(context, vip) : releaseVip(context, vip, wait ?? null)
      }),
  )
