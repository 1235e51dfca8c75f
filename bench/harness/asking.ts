/** Requests with a window: so many are under way, each lane sends its next when its last is answered. */

import { checkReceipt, makeOrder, type Order, type Receipt } from '../messages/order.ts';
import type { Carrier } from './contestant.ts';

export type Ask = (order: Order) => Promise<Receipt>;

/** A carrier that asks for `count` receipts, `lanes` at a time; every order has a number of its own. */
export function askingCarrier(ask: Ask, lanes: number, close: () => Promise<void>): Carrier {
  let next = 0;

  async function lane(end: number): Promise<void> {
    while (next < end) {
      const number = next;
      next += 1;
      checkReceipt(await ask(makeOrder(number)), number);
    }
  }

  return {
    run: async (count) => {
      const end = next + count;
      await Promise.all(Array.from({ length: lanes }, () => lane(end)));
    },
    close,
  };
}
