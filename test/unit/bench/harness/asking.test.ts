import { describe, expect, it } from 'vitest';
import { askingCarrier } from '../../../../bench/harness/asking.ts';
import { answerOrder, type Order } from '../../../../bench/messages/order.ts';

const close = async (): Promise<void> => undefined;

describe('askingCarrier', () => {
  it('asks for each number once over all runs, so many at a time', async () => {
    const asked: number[] = [];
    let underWay = 0;
    let most = 0;
    const ask = async (order: Order): Promise<ReturnType<typeof answerOrder>> => {
      asked.push(order.number);
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return answerOrder(order);
    };
    const carrier = askingCarrier(ask, 8, close);
    await carrier.run(20);
    await carrier.run(20);
    expect(asked).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(most).toBe(8);
  });

  it('rejects when an answer is that of another order', async () => {
    const carrier = askingCarrier(async ({ number }) => receiptOf(number ^ 1), 2, close);
    await expect(carrier.run(4)).rejects.toThrow(/^order \d was answered with/);
  });
});

function receiptOf(number: number): ReturnType<typeof answerOrder> {
  return { number, customer: '', totalCents: 0, accepted: true };
}
