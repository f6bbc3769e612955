import { openFrrRouter } from '../support/frr-router.js'
import { frrSuite } from './router-frr.suite.js'
import { routerContract } from './router.contract.js'

// Without namespaces there is no place to run it; `make test` says as its last line that LAB=none left it out.
if (process.env['LAB'] !== 'none') {
  routerContract('the installed FRR', () => openFrrRouter())
  frrSuite()
}
