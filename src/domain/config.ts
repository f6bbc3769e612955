import type { Address, Family, Prefix } from './address.js'
import type { RouteAttributes } from './attributes.js'
import type { OverrideConfig } from './override-config.js'
import type { SourceConfig } from './source-config.js'

/** A valid configuration: every default filled in, every value parsed. Durations are milliseconds. */
export interface Config {
  /** Where it was read from; for messages only. */
  readonly file: string
  readonly node: string
  /** The guard rail: nothing outside is ever bound or announced; what is inside is ours in the router. */
  readonly pools: readonly Prefix[]
  readonly routers: readonly RouterConfig[]
  readonly vips: readonly VipConfig[]
  readonly lifecycle: LifecycleConfig
  readonly control: ControlConfig
  readonly http: HttpConfig
  readonly log: LogConfig
  readonly source: SourceConfig
  readonly tripwires: TripwiresConfig
  readonly runDir: string
  readonly stateDir: string
}

// --- routers ---------------------------------------------------------------------------------------------------------

/** One variant per kind of router. */
export type RouterConfig = GobgpConfig | FrrConfig | FrrGrpcConfig | KernelRouterConfig

/** A routing daemon that is told of each route. */
export type DaemonRouterConfig = Exclude<RouterConfig, KernelRouterConfig>

/** Whatever routing daemon announces the addresses of this host: binding is announcing, and nothing else is told. */
export interface KernelRouterConfig {
  readonly type: 'kernel'
  readonly name: string
}

export interface GobgpConfig {
  readonly type: 'gobgp'
  readonly name: string
  readonly connection: GobgpConnection
  readonly nextHop: { readonly ipv4?: Address; readonly ipv6?: Address }
}

/** The FRR of this host, over the vty sockets of its daemons. */
export interface FrrConfig {
  readonly type: 'frr'
  readonly name: string
  /** The folder of the sockets. */
  readonly sockets: string
  /** Null: none of it announces by BGP. */
  readonly bgp: FrrBgp | null
  /** Null: none of it announces by OSPF. */
  readonly ospf: FrrOspf | null
}

/** A bgpd built with gRPC, over its northbound. */
export interface FrrGrpcConfig {
  readonly type: 'frr-grpc'
  readonly name: string
  readonly endpoint:
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
    | { readonly kind: 'unix'; readonly path: string }
}

/** The BGP instance that announces. */
export interface FrrBgp {
  readonly asn: number
  /** `default`, or the name of a VRF. */
  readonly vrf: string
}

/** The OSPFv2 and OSPFv3 instances that announce. */
export interface FrrOspf {
  /** As `0.0.0.0`. */
  readonly area: string
}

export type GobgpConnection =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | null }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'managed'; readonly speaker: ManagedSpeaker }

/** PEM files of a TLS connection; all null: TLS with the system's authorities and no client certificate. */
export interface TlsFiles {
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
}

/** Whether it is a routing daemon that is told of each route, and can be looked at. */
export function isDaemon(router: RouterConfig): router is DaemonRouterConfig {
  return router.type !== 'kernel'
}

/** The next hop that a router is to send for a family; undefined: its own address on each session. */
export function explicitNextHop(router: DaemonRouterConfig, family: Family): Address | undefined {
  return router.type === 'gobgp' ? router.nextHop[family] : undefined
}

/** Whether vipcast starts the routing daemon itself. It ends with vipcast, and so do the routes that it held. */
export function isManaged(router: RouterConfig): boolean {
  return router.type === 'gobgp' && router.connection.kind === 'managed'
}

/** A gobgpd that vipcast starts itself. */
export interface ManagedSpeaker {
  readonly asn: number
  readonly routerId: Address
  /** TCP port to listen on for BGP; null: only outgoing connections. */
  readonly listen: { readonly port: number; readonly addresses: readonly Address[] } | null
  readonly neighbors: readonly ManagedNeighbor[]
}

export interface ManagedNeighbor {
  /** An address, or the interface of an unnumbered session. */
  readonly peer:
    | { readonly kind: 'address'; readonly address: Address }
    | { readonly kind: 'interface'; readonly interface: string }
  readonly asn: number
  readonly localAddress: Address | null
  readonly families: readonly ('ipv4' | 'ipv6')[]
  readonly holdTime: number
  readonly keepalive: number
  readonly connectRetry: number
  readonly passwordFile: string | null
  /** Hops of an eBGP session over routers, 2 to 255; null: directly connected. */
  readonly multihop: number | null
  /** Least TTL accepted (RFC 5082), 1 to 255; null: off. */
  readonly ttlSecurity: number | null
  readonly bfd: boolean
}

// --- VIPs ------------------------------------------------------------------------------------------------------------

export type VipMode = 'anycast' | 'override' | 'manual' | 'local'

export interface VipConfig {
  readonly name: string
  readonly addresses: readonly Address[]
  readonly mode: VipMode
  /** Null: of another mode. */
  readonly override: OverrideConfig | null
  /** This host alone announces it; only then may it be a source address. */
  readonly unique: boolean
  /** Names of routers that announce it. */
  readonly routers: readonly string[]
  readonly interface: string
  readonly bind: 'always' | 'announced'
  /** How many of the checks with impact `withdraw` must pass. */
  readonly require:
    | { readonly kind: 'all' }
    | { readonly kind: 'any' }
    | { readonly kind: 'count'; readonly count: number }
  readonly checks: readonly CheckConfig[]
  readonly holdDown: number
  readonly damping: DampingConfig | null
  readonly settle: number
  readonly announce: RouteAttributes
  /** Merged over `announce` while degraded. */
  readonly whenDegraded: RouteAttributes
  /** How long it is announced less preferred before a drain withdraws it, and what is laid over its attributes then. */
  readonly drain: { readonly time: number; readonly attributes: RouteAttributes }
  readonly whenDown: { readonly kind: 'withdraw' } | { readonly kind: 'announce'; readonly attributes: RouteAttributes }
}

/** Each withdrawal by health inside the window multiplies the hold-down by `factor`, up to `max`. */
export interface DampingConfig {
  readonly window: number
  readonly factor: number
  readonly max: number
}

// --- checks ----------------------------------------------------------------------------------------------------------

export interface CheckCommon {
  /** Unique in its VIP. */
  readonly name: string
  readonly interval: number
  /** The interval while the verdict is undecided. */
  readonly fastInterval: number
  readonly timeout: number
  readonly rise: number
  readonly fall: number
  readonly impact: 'withdraw' | 'degrade' | 'none'
  /** Whether the kernel's notice that its listening socket is gone triggers a probe, where that can work. */
  readonly tripwire: boolean
  /** Whether a string of it holds `${address}`: it runs once for each address, and counts for that address alone. */
  readonly perAddress: boolean
}

export interface TcpProbe {
  readonly type: 'tcp'
  readonly host: string
  readonly port: number
  readonly send: string | null
  readonly expect: string | null
}

export interface HttpProbe {
  readonly type: 'http'
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Inclusive ranges of accepted status codes. */
  readonly expectStatus: readonly (readonly [number, number])[]
  readonly expectBody: string | null
  readonly followRedirects: boolean
  readonly ca: string | null
  readonly insecure: boolean
  /** Whether it is asked by HTTP/2: on http:// without asking whether it can. */
  readonly http2: boolean
  readonly connection: 'new' | 'keep'
}

export interface TlsProbe {
  readonly type: 'tls'
  readonly host: string
  readonly port: number
  /** Name that is asked for and that the certificate must bear; null: `host`. */
  readonly serverName: string | null
  readonly ca: string | null
  readonly minDaysLeft: number
}

export interface UdpProbe {
  readonly type: 'udp'
  readonly host: string
  readonly port: number
  readonly send: string
  readonly expect: string | null
}

export interface FileProbe {
  readonly type: 'file'
  readonly path: string
  readonly state: 'present' | 'absent'
  /** How long ago it may have been written; null: any time. */
  readonly maxAge: number | null
  readonly contains: string | null
}

export interface ListenProbe {
  readonly type: 'listen'
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  /** Null: any address. */
  readonly address: string | null
}

export interface SystemdProbe {
  readonly type: 'systemd'
  /** With its suffix: `nginx.service`. */
  readonly unit: string
}

export interface BgpProbe {
  readonly type: 'bgp'
  readonly router: string
  readonly minEstablished: number
}

/** Limits of the host; null: not looked at, but for one at least. */
export interface LoadProbe {
  readonly type: 'load'
  readonly maxLoad1m: number | null
  readonly minMemoryAvailable: MemoryLimit | null
  readonly maxOpenFiles: number | null
}

/** A share of the host's memory in percent, or an amount of it. */
export type MemoryLimit =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'percent'; readonly percent: number }

export interface AgentProbe {
  readonly type: 'agent'
  readonly host: string
  readonly port: number
}

export interface PingProbe {
  readonly type: 'ping'
  readonly host: string
}

export interface ExecProbe {
  readonly type: 'exec'
  /** The address of the VIP that it is about; null when neither its command nor its environment names one. */
  readonly host: string | null
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** A name or number; null: the daemon's own. */
  readonly user: string | null
}

/** Types of records that a dns check can ask for. */
export type DnsRecordType =
  | 'A'
  | 'AAAA'
  | 'CAA'
  | 'CNAME'
  | 'DS'
  | 'MX'
  | 'NAPTR'
  | 'NS'
  | 'PTR'
  | 'SOA'
  | 'SRV'
  | 'TXT'

export interface DnsProbe {
  readonly type: 'dns'
  readonly host: string
  readonly port: number
  readonly query: string
  readonly rrtype: DnsRecordType
  readonly transport: 'udp' | 'tcp'
  /** What a record of the answer says; null: any record of the type will do. */
  readonly expect: string | null
  readonly expectRcode: 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED'
}

export interface GrpcProbe {
  readonly type: 'grpc'
  readonly host: string
  readonly port: number
  /** Null: without TLS. */
  readonly tls: { readonly ca: string | null; readonly serverName: string | null } | null
  readonly call: GrpcHealthCall | GrpcMethodCall
}

/** Of gRPC's standard health service. */
export interface GrpcHealthCall {
  readonly kind: 'health'
  /** Empty: the server as a whole. */
  readonly service: string
}

/** Of any unary method. */
export interface GrpcMethodCall {
  readonly kind: 'method'
  /** The .proto file that describes it. */
  readonly proto: string
  /** `demo.v1.Things/Count`. */
  readonly method: string
  /** In protobuf's own JSON mapping. */
  readonly request: JsonObject
  /** What the answer must have, in the same mapping; null: any answer will do. */
  readonly expect: JsonObject | null
}

export type Json = null | boolean | number | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

/** What a probe needs to know, one variant per kind of check. */
export type Probe =
  | TcpProbe
  | HttpProbe
  | TlsProbe
  | DnsProbe
  | GrpcProbe
  | UdpProbe
  | FileProbe
  | ListenProbe
  | SystemdProbe
  | BgpProbe
  | LoadProbe
  | AgentProbe
  | ExecProbe
  | PingProbe

/** A probe, and how its results become a verdict. */
export interface CheckConfig extends CheckCommon {
  readonly probe: Probe
}

// --- the daemon itself -----------------------------------------------------------------------------------------------

export interface LifecycleConfig {
  readonly onStop: 'withdraw' | 'keep'
  readonly onCrash: 'withdraw' | 'keep'
  /** How long routes outlive the last sign of life of a daemon that died or froze, with onCrash withdraw. */
  readonly deadMan: number
  readonly stopTimeout: number
  /** Period of the full observation of every target. */
  readonly resync: number
  /** How long an undecided VIP stays announced as the life before left it. */
  readonly adoptFor: number
}

export interface ControlConfig {
  readonly socket: string
  /** Group that may use the socket; null: the daemon's own. */
  readonly group: string | null
  /** A second socket that carries the Viewer service alone. */
  readonly readSocket: { readonly path: string; readonly group: string | null } | null
}

export type HttpConfig =
  | { readonly kind: 'off' }
  | { readonly kind: 'listen'; readonly host: string; readonly port: number }

export interface TripwiresConfig {
  readonly enabled: boolean
  /** What watching may cost, as a part of one core: 0.1 is a tenth. */
  readonly maxCpu: number
}

export interface LogConfig {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'auto' | 'json' | 'text'
}
