/** Sends without pause, a fixed number at once, and writes down what became of each. Main sends with it too. */
import {
  AIM,
  AIMED,
  DELIVERED_SHIFT,
  FAILED,
  FIRE,
  FIRST_ORDER,
  GOOD,
  isChosen,
  KEY_NAMES,
  KINDS,
  mix,
  NIBBLE,
  ORDER_WORDS,
  OUTCOME_SHIFT,
  REFUSED,
  SENT,
  SENT_HEAD,
  SENT_MAX,
  SETTLED,
  STOP,
  TIMES_SHIFT,
  WAY,
  WRONG,
} from './layout.mjs';

/**
 * `sender` is this incarnation's number; `log` its own, `orders` everybody's; `onSent` hears of every message after it was
 * accepted.
 */
export function sendAll(bus, { sender, log, orders, window }, onSent, onError) {
  const send = () => {
    const n = log[SENT];
    if (orders[STOP] === 1 || n === SENT_MAX) return;
    const drawn = mix(sender, n);
    const kind = KINDS[drawn % 3];
    const key = (drawn >>> 8) % KEY_NAMES.length;
    if (isChosen(sender, n)) fireAt(orders, bus.shardOf(KEY_NAMES[key]));
    const settled = start(bus, kind, KEY_NAMES[key], { sender, n, key });
    log[SENT_HEAD + n] = (drawn % 3) | (key << 2);
    Atomics.store(log, SENT, n + 1);
    settled
      .then(
        (value) => settle(log, n, ...judge(kind, value, n)),
        (error) => {
          const isRefused = kind === 'request' && error.code === 'ERR_BUS_ENDPOINT_UNAVAILABLE';
          settle(log, n, isRefused ? REFUSED : FAILED, 0);
          if (!isRefused) onError(error, kind);
        },
      )
      .then(send);
    onSent(n);
  };
  for (let lane = 0; lane < window; lane++) send();
}

/** The shard that is about to handle a chosen message dies of it, if it was ordered to. */
function fireAt(orders, shard) {
  const order = FIRST_ORDER + shard * ORDER_WORDS;
  if (orders[order + WAY] !== 0) Atomics.compareExchange(orders, order + AIM, AIMED, FIRE);
}

function start(bus, kind, key, payload) {
  if (kind === 'request') return bus.request(key, payload);
  if (kind === 'notification') return bus.notify(key, payload);
  return bus.publish(key, payload);
}

/** Outcome, and how many receivers the bus says there were. */
function judge(kind, value, n) {
  if (kind === 'request') return [value === n ? GOOD : WRONG, 1];
  const delivered = kind === 'event' ? value : value.delivered;
  return [delivered >= 1 ? GOOD : WRONG, Math.min(delivered, NIBBLE)];
}

function settle(log, n, outcome, delivered) {
  log[SENT_HEAD + n] =
    ((log[SENT_HEAD + n] | (outcome << OUTCOME_SHIFT)) + (1 << TIMES_SHIFT)) |
    (delivered << DELIVERED_SHIFT);
  Atomics.store(log, SETTLED, log[SETTLED] + 1);
}
