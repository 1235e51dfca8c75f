/** Thread entry of `bus.startWorker`: prepares the thread, then runs the user's module in it. */
import { workerData } from 'node:worker_threads';
import { bootThread, type ThreadBoot } from '../src/host/boot-thread.ts';

await bootThread(workerData as ThreadBoot);
