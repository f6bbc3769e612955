import { z } from 'zod'

import { parseAddress } from '../../../domain/address.js'
import { textWith, Wrong } from '../leaf.js'
import { oneOf, wholeNumber } from '../scalars.js'

const address = textWith(
  { description: 'Address to listen on, itself or through all addresses; ${address}: each of the VIP; default any' },
  (written) =>
    written === '${address}'
      ? written
      : (parseAddress(written)?.text ??
        new Wrong(`\`${written}\` is not an IP address`, 'Write an address such as 203.0.113.53, or "${address}"')),
)

export const listenShape = {
  type: z.literal('listen').meta({ description: "A socket listens there, by the kernel's own table" }),
  port: wholeNumber(1, 65535, 'TCP or UDP port'),
  protocol: oneOf(['tcp', 'udp'], 'Default tcp').optional(),
  address: address.optional(),
}
