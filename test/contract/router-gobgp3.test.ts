import { openGobgpWorld } from '../support/gobgp-world.js'
import { installedGobgp } from '../support/gobgpd.js'
import { gobgpSuite } from './router-gobgp.suite.js'
import { routerContract } from './router.contract.js'

// Without namespaces there is no place to run it; `make test` says as its last line that LAB=none left it out.
if (process.env['LAB'] !== 'none') {
  routerContract('installed gobgpd', async () => openGobgpWorld(await installedGobgp()))
  gobgpSuite('installed', installedGobgp)
}
