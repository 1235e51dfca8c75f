/** The answering thread of the Piscina rows; the pool calls the function by its name. */
export { answerOrder } from '../messages/order.ts';
