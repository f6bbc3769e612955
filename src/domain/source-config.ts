/** Source address selection. */
export interface SourceConfig {
  readonly enabled: boolean
  readonly groups: readonly SourceGroupConfig[]
}

/** Connections that choose no source leave with the VIP through these interfaces. */
export interface SourceGroupConfig {
  readonly vip: string
  readonly interfaces: readonly string[]
}
