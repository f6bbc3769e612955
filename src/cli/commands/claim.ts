import type { Declare } from '../execute.js'

/** For VIPs of mode manual: a cluster manager's start and stop scripts call these. */
export const claim: Declare = claiming('claim', 'bind', 'Announce a manual VIP here, until released', 'announced')
export const release: Declare = claiming('release', 'unbind', 'Give a manual VIP back', 'unbound')

function claiming(word: 'claim' | 'release', alias: string, summary: string, done: string): Declare {
  return (cli, choose) =>
    cli.command(
      [`${word} <vip>`, alias],
      summary,
      (options) =>
        options
          .positional('vip', { type: 'string', demandOption: true, describe: 'Its name' })
          .option('wait', {
            type: 'string',
            requiresArg: true,
            describe: `Return when it is ${done}; at the most this long`,
          })
          .example(`$0 ${word} homes --wait 5s`, 'exits 3 when the time ran out; asking twice is harmless'),
      ({ vip, wait }) =>
        choose(async (context) => (await import('../actions/claim.js')).claimVip(context, word, vip, wait ?? null)),
    )
}
