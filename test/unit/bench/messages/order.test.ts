import { describe, expect, it } from 'vitest';
import { answerOrder, checkReceipt, makeOrder } from '../../../../bench/messages/order.ts';

describe('orders and receipts', () => {
  it('answers an order with a receipt that its sender accepts', () => {
    for (const number of [0, 1, 999, 1_000, 123_456_789]) {
      expect(() => checkReceipt(answerOrder(makeOrder(number)), number)).not.toThrow();
    }
  });

  it.each(['customer', 'item', 'quantity', 'priceCents', 'number'] as const)(
    'refuses an order whose %s was altered',
    (field) => {
      const order = { ...makeOrder(12), [field]: 13 };
      expect(() => answerOrder(order)).toThrow('order altered on its way');
    },
  );

  it.each(['number', 'customer', 'totalCents', 'accepted'] as const)(
    'refuses a receipt whose %s was altered',
    (field) => {
      const receipt = { ...answerOrder(makeOrder(12)), [field]: 1 };
      expect(() => checkReceipt(receipt, 12)).toThrow('order 12 was answered with');
    },
  );

  it('refuses the receipt of another order', () => {
    expect(() => checkReceipt(answerOrder(makeOrder(3)), 4)).toThrow('order 4');
  });
});
