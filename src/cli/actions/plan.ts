import { attributesDocument, learnedDocument } from '../../control/client.js'
import { printDocument, type Context } from '../context.js'
import type { Preview, PreviewedRouter, PreviewedVip } from '../entries.js'
import { exit } from '../exit.js'
import { loadValid } from '../load-valid.js'
import { checkedDocument } from '../text/checked.js'
import { planText } from '../text/plan.js'

/** Shows what `run` would do now. */
export async function plan(context: Context): Promise<number> {
  const { io, options, style } = context
  const config = await loadValid(options.config)
  const { preview } = await context.entries.preview()
  const interrupted = new AbortController()
  const undo = io.onInterrupt(() => interrupted.abort())
  const made = await preview(config, interrupted.signal).finally(undo)
  if (options.json) printDocument(context, planDocument(made))
  else io.out(planText(made, io.columns, style))
  return exit.done
}

function planDocument({ node, routers, vips, sweeps }: Preview): object {
  return {
    node,
    routers: routers.map(routerDocument),
    vips: vips.map(vipDocument),
    sweeps: sweeps.map(({ router, address }) => ({ router, address: address.text })),
  }
}

function routerDocument({ name, type, observed, error }: PreviewedRouter): object {
  return {
    name,
    type,
    daemon: observed?.daemon ?? null,
    error,
    sessions: (observed?.sessions ?? []).map(({ neighbor, kind, state, established }) => ({
      neighbor,
      kind,
      state,
      established,
    })),
  }
}

function vipDocument({ name, checks, addresses }: PreviewedVip): object {
  return {
    name,
    checks: checks.map(checkedDocument),
    addresses: addresses.map(
      ({ address, verdict, binding, interface: device, because, around, routes, sourceThrough }) => ({
        address: address.text,
        verdict,
        binding,
        interface: device,
        reason: because?.reason ?? null,
        detail: because?.detail ?? null,
        covering: (around?.covering ?? []).map(learnedDocument),
        conflicts: (around?.conflicts ?? []).map(learnedDocument),
        sourceThrough,
        routes: routes.map(({ router, action, reason, detail, attributes }) => ({
          router,
          action,
          reason,
          detail,
          attributes: attributes === null ? null : attributesDocument(attributes),
        })),
      }),
    ),
  }
}
