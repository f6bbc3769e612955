import type { Declare } from '../execute.js'

/** What connections of this host leave with; the verbs change it until a reboot, over what the file says. */
export const source: Declare = (cli, choose) =>
  cli.command('source', 'Source addresses of connections from this host', (options) => {
    const all = options.command(
      '$0',
      'What they leave with, through which interfaces, and why not',
      (own) => own.example('$0 source', 'groups, addresses, interfaces, and routes that keep their source'),
      () => choose(async (context) => (await import('../actions/source.js')).showSources(context)),
    )
    const moved = (['add', 'remove'] as const).reduce(
      (declared, word) =>
        declared.command(
          `${word} <vip> <interface>`,
          word === 'add' ? 'Put an interface into the group of a VIP' : 'Take an interface out of the group of a VIP',
          (own) =>
            own
              .positional('vip', { type: 'string', demandOption: true, describe: 'Its name' })
              .positional('interface', { type: 'string', demandOption: true, describe: 'As `ip link` shows it' })
              .example(`$0 source ${word} host eth2`, 'asking twice is harmless; survives a restart, not a reboot'),
          ({ vip, interface: device }) =>
            choose(async (context) => (await import('../actions/source.js')).moveSource(context, word, vip, device)),
        ),
      all,
    )
    return (['enable', 'disable'] as const).reduce(
      (declared, word) =>
        declared.command(
          `${word} [interface]`,
          word === 'enable' ? 'Switch source addresses on' : 'Switch source addresses off: all is as without vipcast',
          (own) =>
            own
              .positional('interface', { type: 'string', describe: 'Only for this one' })
              .example(`$0 source ${word} eth2`, 'one interface; without a name the switch of all'),
          ({ interface: device }) =>
            choose(async (context) =>
              (await import('../actions/source.js')).switchSource(context, word, device ?? null),
            ),
        ),
      moved,
    )
  })
