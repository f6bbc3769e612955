import type { Declare } from '../execute.js'

/** Administrative down, at once, and its end. */
export const disable: Declare = switching('disable', 'Withdraw VIPs at once, until enabled')
export const enable: Declare = switching('enable', 'End what disable or withdraw began')

/** What ends a drain before its time. */
export const undrain: Declare = switching('undrain', 'End a drain: announced at once where healthy')

function switching(word: 'disable' | 'enable' | 'undrain', summary: string): Declare {
  return (cli, choose) =>
    cli.command(
      `${word} [vips..]`,
      summary,
      (options) =>
        options
          .positional('vips', { type: 'string', array: true, describe: 'Their names' })
          .option('all', { type: 'boolean', describe: 'Every VIP' })
          .example(`$0 ${word} web mail`, 'survives a restart of the daemon')
          .example(`$0 ${word} --all`, 'every VIP of this host'),
      ({ vips, all }) =>
        choose(async (context) =>
          (await import('../actions/disable.js')).switchVips(context, word, vips ?? [], all === true),
        ),
    )
}
