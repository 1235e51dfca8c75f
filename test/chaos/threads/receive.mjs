/** Writes down what a receiver is handed, before anything else happens with it. */
import { AGAIN, KINDS, RECEIVED, RECEIVED_HEAD, RECEIVED_MAX, RECORD_WORDS } from './layout.mjs';

export function note(log, { kind, payload, attempt, redelivered }) {
  const count = log[RECEIVED];
  if (count === RECEIVED_MAX) throw new RangeError(`more than ${RECEIVED_MAX} messages in a log`);
  const at = RECEIVED_HEAD + count * RECORD_WORDS;
  log[at] = payload.sender;
  log[at + 1] = payload.n;
  log[at + 2] = KINDS.indexOf(kind) | (payload.key << 2) | (attempt > 1 || redelivered ? AGAIN : 0);
  Atomics.store(log, RECEIVED, count + 1);
}
