import { ospfSuite } from './router-ospf.suite.js'

// Without namespaces there is no place to run it; `make test` says as its last line that LAB=none left it out.
if (process.env['LAB'] !== 'none') ospfSuite()
