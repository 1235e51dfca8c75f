/** Thread entry of the main job's endpoints and subscriptions. */
import { workerData } from 'node:worker_threads';
import type { EndpointThreadOptions } from '../src/demo/endpoint-thread.ts';
import { serveReceivers } from '../src/demo/endpoint-thread.ts';
import { connect } from '../src/index.ts';

await serveReceivers(await connect(), workerData as EndpointThreadOptions);
