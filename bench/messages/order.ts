/**
 * The message of the request rows: a small object, whose every field follows from its number, and
 * the small object that answers it. Each side checks all fields of what it received; both sides of a
 * comparison use these functions, and so pay the same for them.
 */

export interface Order {
  readonly number: number;
  readonly customer: string;
  readonly item: string;
  readonly quantity: number;
  readonly priceCents: number;
}

export interface Receipt {
  readonly number: number;
  readonly customer: string;
  readonly totalCents: number;
  readonly accepted: boolean;
}

export function makeOrder(number: number): Order {
  return {
    number,
    customer: customerOf(number),
    item: 'bookshelf',
    quantity: quantityOf(number),
    priceCents: priceOf(number),
  };
}

/** What the answering thread does with an order; throws when a field is not what its number says. */
export function answerOrder(order: Order): Receipt {
  const { number, customer, quantity, priceCents } = order;
  const isRight =
    customer === customerOf(number) &&
    order.item === 'bookshelf' &&
    quantity === quantityOf(number) &&
    priceCents === priceOf(number);
  if (!isRight) throw new Error(`order altered on its way: ${JSON.stringify(order)}`);
  return { number, customer, totalCents: quantity * priceCents, accepted: true };
}

/** Throws when `receipt` is not the answer to order `number`. */
export function checkReceipt(receipt: Receipt, number: number): void {
  const isRight =
    receipt.number === number &&
    receipt.customer === customerOf(number) &&
    receipt.totalCents === quantityOf(number) * priceOf(number) &&
    receipt.accepted === true;
  if (!isRight) {
    throw new Error(`order ${number} was answered with ${JSON.stringify(receipt)}`);
  }
}

const customers: readonly string[] = Array.from(
  { length: 1_000 },
  (_, index) => `customer-${index}`,
);

function customerOf(number: number): string {
  return customers[number % customers.length] as string;
}

function quantityOf(number: number): number {
  return 1 + (number % 7);
}

function priceOf(number: number): number {
  return 1_000 + (number % 501);
}
