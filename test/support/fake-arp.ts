import { arpSettings, bornWith, type ArpObserved, type ArpSetting, type ArpValues } from '../../src/domain/arp.js'
import { TargetError, type ArpTarget, type Outcome } from '../../src/domain/target.js'

/** A small world of interfaces and their ARP settings, which works as the kernel does. */
export interface FakeArp extends ArpTarget {
  /** Every change that was made by the target, with what was bound then: `eth0/arp_ignore=3 while 203.0.113.80`. */
  readonly made: readonly string[]
  /** Somebody else sets something, of `all`, `default` or an interface. */
  set(place: string, setting: ArpSetting, value: number): void
  get(place: string, setting: ArpSetting): number
  /** An interface comes, with the values of `default`, or goes. */
  add(device: string): void
  remove(device: string): void
  /** All settings, as text. */
  all(): string[]
  /** From now on changes fail with it; undefined: they work again. */
  fail(error: TargetError | undefined): void
  routesLocalnet(on: boolean): void
  /** Interfaces on which the kernel answers for an address on `lo` of scope host. */
  answering(): string[]
}

const quiet: ArpValues = { arp_ignore: 0, arp_announce: 0 }

export function createFakeArp(bound: () => readonly string[], devices: readonly string[] = ['eth0']): FakeArp {
  const places = new Map<string, ArpValues>(['all', bornWith, ...devices].map((name) => [name, quiet]))
  const made: string[] = []
  let failure: TargetError | undefined
  let localnet = false
  const get = (place: string): ArpValues => places.get(place) ?? quiet
  const put = (place: string, setting: ArpSetting, value: number): void => {
    if (places.has(place)) places.set(place, { ...get(place), [setting]: value })
  }
  const answers = (device: string): boolean => {
    const ignore = Math.max(get('all').arp_ignore, get(device).arp_ignore)
    return ignore === 3 ? localnet : ![1, 2, 8].includes(ignore)
  }
  return {
    name: 'arp',
    made,
    observe: async (): Promise<ArpObserved> => {
      const others = new Map([...places].filter(([name]) => name !== 'all'))
      return { all: get('all'), places: others, routesLocalnet: localnet }
    },
    apply: async (changes) =>
      changes.map(({ place, setting, value }): Outcome => {
        if (failure !== undefined) return { kind: 'failed', error: failure }
        if (places.has(place)) made.push(`${place}/${setting}=${value} while ${bound().join(' ')}`.trim())
        put(place, setting, value)
        return { kind: 'done' }
      }),
    set: put,
    get: (place, setting) => get(place)[setting],
    add: (device) => void places.set(device, get(bornWith)),
    remove: (device) => void places.delete(device),
    all: () =>
      [...places].flatMap(([place, values]) => arpSettings.map((setting) => `${place}/${setting}=${values[setting]}`)),
    fail: (error) => {
      failure = error
    },
    routesLocalnet: (on) => {
      localnet = on
    },
    answering: () => [...places.keys()].filter((name) => name !== 'all' && name !== bornWith && answers(name)),
  }
}
