import { createKernelTarget } from '../../src/kernel/target.js'
import { systemClock } from '../../src/platform/clock.js'
import { createFakeKernel } from '../support/fake-kernel.js'
import { openNamespace } from '../support/namespace.js'
import { kernelContract } from './kernel.contract.js'

kernelContract('fake', async () => {
  const target = createFakeKernel()
  return {
    target,
    add: async (address) => target.add(address),
    lose: async (address) => target.lose(address),
    close: async () => {},
  }
})

// Without namespaces there is no kernel to try it on; `make test` says as its last line that LAB=none left it out.
if (process.env['LAB'] !== 'none') {
  kernelContract('real', async () => {
    const space = await openNamespace()
    const host = (text: string): string => `${text}/${text.includes(':') ? 128 : 32}`
    return {
      target: createKernelTarget({ runner: space.runner, clock: systemClock, random: Math.random }),
      add: async (address) => void (await space.exec('ip', 'address', 'add', host(address), 'dev', 'lo')),
      lose: async (address) => void (await space.exec('ip', 'address', 'del', host(address), 'dev', 'lo')),
      close: () => space.close(),
    }
  })
}
