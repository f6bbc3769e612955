import { z } from 'zod'

import { parseAddress } from '../../../domain/address.js'
import { isHost } from '../addresses.js'
import { textWith, Wrong } from '../leaf.js'
import { absolutePath, wholeNumber } from '../scalars.js'
import { host, tcpPort } from './parts.js'

/** TLS knows names alone; a certificate for an address is found by connecting to that address. */
export const serverName = textWith(
  { description: 'Name to ask for, which the certificate must bear; default host' },
  (written) =>
    isHost(written) && parseAddress(written) === undefined
      ? written
      : new Wrong(`\`${written}\` is not a name`, 'Write a name such as www.example; an address belongs in `host`'),
)

export const tlsShape = {
  type: z.literal('tls').meta({ description: 'The TLS handshake and the certificate are good' }),
  host,
  port: tcpPort,
  serverName: serverName.optional(),
  ca: absolutePath('PEM file of the authorities to trust').optional(),
  minDaysLeft: wholeNumber(0, 3650, 'Days that the certificate must still be valid for; default 0').optional(),
}
