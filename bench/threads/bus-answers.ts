/** The answering thread of the bus's request rows. */

import { connect } from '../../src/index.ts';
import { ORDERS_KEY } from '../bus/settings.ts';
import { answerOrder, type Order } from '../messages/order.ts';

const bus = await connect();
await bus.registerEndpoint('orders', (message) => answerOrder(message.payload as Order));
await bus.registerRoute(ORDERS_KEY, 'orders');
