/** Writes down what a receiver is handed, before anything else happens with it. */
import {
  AGAIN,
  KINDS,
  RECEIVED,
  RECEIVED_HEAD,
  RECEIVED_MAX,
  RECORD_WORDS,
  WRITTEN,
} from './layout.mjs';

/** Of a receiver that has its log alone. */
export function note(log, message) {
  const count = log[RECEIVED];
  write(log, count, message);
  Atomics.store(log, RECEIVED, count + 1);
}

/** Of several threads with one log: each takes a place first, and leaves it empty if it dies before it has written. */
export function noteShared(log, message) {
  write(log, Atomics.add(log, RECEIVED, 1), message);
}

function write(log, record, { kind, payload, attempt, redelivered }) {
  if (record >= RECEIVED_MAX) throw new RangeError(`more than ${RECEIVED_MAX} messages in a log`);
  const at = RECEIVED_HEAD + record * RECORD_WORDS;
  const again = attempt > 1 || redelivered ? AGAIN : 0;
  log[at] = payload.sender;
  log[at + 1] = payload.n;
  log[at + 2] = KINDS.indexOf(kind) | (payload.key << 2) | again | WRITTEN;
}
