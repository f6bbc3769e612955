import type { Declare } from '../execute.js'

export const validate: Declare = (cli, choose) =>
  cli.command(
    'validate [file]',
    'All errors of a configuration at once; how fast a dead service is noticed',
    (options) =>
      options
        .positional('file', { type: 'string', describe: 'Instead of --config' })
        .example('$0 validate ./vipcast.yaml', 'before it goes to /etc/vipcast'),
    ({ file }) =>
      choose(async (context) =>
        (await import('../actions/validate.js')).validate(context, file ?? context.options.config),
      ),
  )
