/** The answering thread of the comlink rows. */

import { type MessagePort, workerData } from 'node:worker_threads';
import { expose } from 'comlink';
import { answerOrder } from '../messages/order.ts';

const { port } = workerData as { readonly port: MessagePort };
expose({ answerOrder }, port);
