/** What a thread of a pool does: it becomes a client of the bus and runs the user's handler, until it is told to leave. */

import type { Handler } from './client/endpoint.ts';
import type { Endpoint } from './client/endpoint-handle.ts';
import { joinBus, type OwnConnection } from './connect.ts';
import type { JoinTask, PoolReport, PoolTask } from './host/pool-task.ts';
import { leaveTicket } from './host/ticket.ts';
import { BUS_STATE } from './memory/control-words.ts';
import { BusError } from './message/errors.ts';
import { kindOf } from './message/text.ts';
import { packThrown } from './message/thrown-value.ts';
import { configError, type ResolvedEndpointOptions } from './options.ts';

type Module = Readonly<Record<string, unknown>>;

interface Place {
  readonly connection: OwnConnection;
  readonly endpoint: Endpoint;
}

/** A thread has one place in one pool. */
let place: Place | undefined;

/** The bus has told it to leave. */
let isLeaving = false;

/** Never rejects: what was thrown is packed. */
export async function servePool(task: PoolTask): Promise<PoolReport> {
  try {
    if (task.name === 'join') place = await join(task);
    else if (place !== undefined) await leave(place);
    return {};
  } catch (thrown) {
    return { thrown: packThrown(thrown) };
  }
}

async function join(task: JoinTask): Promise<Place> {
  const { beatMs, handler, href, pool, report, ticket } = task;
  process.on('uncaughtException', (thrown) => {
    // Unhandled rejections come here too, unless the user listens to them.
    if (process.listenerCount('uncaughtException') > 1) return;
    report.postMessage(packThrown(thrown));
    process.exit(1);
  });
  // From here on the user's module may connect too, and gets this connection.
  leaveTicket(ticket);
  const connection = await joinBus();
  connection.client.on('close', () => {
    if (!isLeaving && connection.client.core.busState === BUS_STATE.open) endDeserted(report);
  });
  const loaded = (await import(href)) as Module;
  const { client } = connection;
  const options = optionsOf(task, loaded);
  const run = exported<Handler>(loaded, handler, 'handler');
  // Main takes it for one that serves from here on: the first message may keep the thread before anything else is sent.
  client.core.beat();
  if (beatMs !== undefined) setInterval(() => client.core.beat(), beatMs).unref();
  const endpoint = await client.joinPool(pool, run, options);
  return { connection, endpoint };
}

/** The user's code has closed the connection: a thread that takes no messages is no use, and another gets its place. */
function endDeserted(report: JoinTask['report']): void {
  const text = 'Its own code closed the connection of this thread to the bus.';
  report.postMessage(packThrown(new BusError('ERR_BUS_CLOSED', text)));
  // What waits for the closing is told first.
  setImmediate(() => process.exit(0));
}

async function leave({ connection, endpoint }: Place): Promise<void> {
  isLeaving = true;
  await endpoint.close();
  await connection.bus.close();
}

/** What main could not send: a function. */
function optionsOf({ isFailure, options }: JoinTask, loaded: Module): ResolvedEndpointOptions {
  const { breaker } = options;
  if (breaker === undefined || isFailure === undefined) return options;
  const judge = exported<NonNullable<typeof breaker.isFailure>>(
    loaded,
    isFailure,
    'breaker.isFailure',
  );
  return { ...options, breaker: { ...breaker, isFailure: judge } };
}

function exported<Exported>(loaded: Module, name: string, option: string): Exported {
  const found = loaded[name];
  if (typeof found === 'function') return found as Exported;
  const expected = `a function that the module exports as '${name}'`;
  throw configError('registerPool', option, expected, kindOf(found));
}
