import { isIntended, reasons, type Reason } from '../../src/domain/reason.js'

const head = `# Reason codes

Why a VIP is announced or not. There is one for each VIP, address and router at any time, the same in \`status\`, \`explain\`, \`events\`,
log, metrics and API; a VIP shows the worst of its routes. Worst first; this page is made from the program's own table. \`last-resort\` is not in use yet.

*As wished*: \`vipcast status\` exits 0 with it.

| code | as wished | meaning |
|---|---|---|
`

/** docs/reasons.md. */
export function reasonsPage(): string {
  const rows = (Object.keys(reasons) as Reason[]).map(
    (code) => `| \`${code}\` | ${isIntended(code) ? 'yes' : ''} | ${reasons[code]} |\n`,
  )
  return `${head}${rows.join('')}`
}
