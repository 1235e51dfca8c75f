/** A Worker that the test starts itself, as users with tickets do; told what to do over its own port. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { MessageBus, Ticket } from '../../src/index.ts';
import { workerFile } from './real-bus.ts';

export interface OwnWorker {
  readonly worker: Worker;
  /** What came of it: `{ result }` or `{ error: { code, message, details } }`. */
  tell(act: string, parameters?: object): Promise<unknown>;
  /** Resolves with the exit code. */
  end(): Promise<unknown>;
}

export function startOwnWorker(ticket: Ticket, id: string): OwnWorker {
  const worker = new Worker(workerFile('joining'), {
    workerData: { ticket, id },
    transferList: [...ticket.transferList],
  });
  const ended = once(worker, 'exit');
  const tell = async (act: string, parameters: object = {}): Promise<unknown> => {
    worker.postMessage({ act, ...parameters });
    return (await once(worker, 'message'))[0];
  };
  return {
    worker,
    tell,
    end: async () => {
      worker.postMessage({ act: 'end' });
      return (await ended)[0] as number;
    },
  };
}

/** Connected, with an endpoint `id` that serves `join.<id>`. */
export async function joinOwnWorker(bus: MessageBus, id: string): Promise<OwnWorker> {
  const own = startOwnWorker(bus.createTicket(), id);
  const told = (await own.tell('connect')) as { result?: string };
  if (told.result !== 'connected') throw new Error(JSON.stringify(told));
  return own;
}
