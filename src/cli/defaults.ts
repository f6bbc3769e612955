export type Environment = Readonly<Record<string, string | undefined>>

export const defaultSocket = '/run/vipcast/control.sock'

/** The configuration file when `--config` does not name one. */
export function configFrom(env: Environment): string {
  return env['VIPCAST_CONFIG'] || '/etc/vipcast/vipcast.yaml'
}
