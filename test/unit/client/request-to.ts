import type { PendingSend } from '../../../src/client/pending-send.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { resolveSendOptions, type SendOptions } from '../../../src/options.ts';
import type { WorldClient } from './core-world.ts';

/** A request of 'k' whose reply goes to a target. */
export function requestTo(
  client: WorldClient,
  to: number,
  payload?: unknown,
  options?: SendOptions,
): PendingSend {
  const resolved = { ...resolveSendOptions(options, 'request'), to };
  return client.sender.send(KIND.request, 'k', payload, resolved);
}
