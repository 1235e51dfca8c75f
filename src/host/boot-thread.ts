/**
 * What a thread of `startWorker` does before and around the user's module: gives it its own `workerData` and
 * arguments, leaves its ticket for `connect`, and reports its errors as bytes.
 */
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import workerThreads, { type MessagePort } from 'node:worker_threads';
import { packThrown } from '../message/thrown-value.ts';
import { leaveTicket, type Ticket } from './ticket.ts';

/** The `workerData` of the bootstrap. */
export interface ThreadBoot {
  readonly href: string;
  readonly ticket: Ticket;
  readonly report: MessagePort;
  /** The user's own. */
  readonly workerData: unknown;
  /** How many arguments in front of the user's belong to the bootstrap. */
  readonly ownArguments: number;
}

/** What comes over the report port. */
export type ThreadReport =
  | { readonly name: 'loaded' }
  /** The thread ends with it: the module threw while loading, or something was thrown later and caught by nobody. */
  | { readonly name: 'failed'; readonly thrown: Uint8Array };

/** Resolves when the user's module has been evaluated. */
export async function bootThread(boot: ThreadBoot): Promise<void> {
  const { href, ownArguments, report, ticket, workerData } = boot;
  const post = (message: ThreadReport): void => report.postMessage(message);
  const fail = (thrown: unknown): never => {
    post({ name: 'failed', thrown: packThrown(thrown) });
    process.exit(1);
  };
  // Unhandled rejections come here too, unless the user listens to them.
  process.on('uncaughtException', (thrown) => {
    const isOnlyListener = process.listenerCount('uncaughtException') === 1;
    if (isOnlyListener) fail(thrown);
  });
  showOnly(workerData);
  process.argv.splice(2, ownArguments);
  if (href.startsWith('file:')) process.argv[1] = fileURLToPath(href);
  leaveTicket(ticket);
  try {
    await import(href);
  } catch (thrown) {
    fail(thrown);
  }
  post({ name: 'loaded' });
}

/** Both kinds of modules see it: CommonJS reads the property, ES modules the binding that follows it. */
function showOnly(workerData: unknown): void {
  (workerThreads as { workerData: unknown }).workerData = workerData;
  syncBuiltinESMExports();
}
