/**
 * A worker thread's part: sets up the endpoints and subscriptions that it was given, writes down
 * every message that reaches one of them, and does a webhook backend's work for requests.
 */
import { threadId } from 'node:worker_threads';
import { WEBHOOK_SECRET } from './catalogue.ts';
import { checksumOf } from './checksum.ts';
import { numberOf, SIGNATURE_HEADER } from './delivery-headers.ts';
import { ReceiptLog } from './receipt-log.ts';
import type { Receiver } from './receivers.ts';
import { isSignedBy } from './signature.ts';

/** The thread's `workerData`. */
export interface EndpointThreadOptions {
  readonly worker: number;
  readonly receivers: readonly Receiver[];
}

/** What a backend answers to a delivery. */
export interface DeliverySummary {
  readonly number: number;
  readonly bytes: number;
  readonly action: string | null;
  readonly repository: string | null;
  readonly sender: string | null;
}

/** What is asked of a thread under its log's key: how far it is, or one page of its log. */
export type LogRequest =
  | { readonly ask: 'count' }
  | { readonly ask: 'page'; readonly page: number };

export interface LogState {
  readonly worker: number;
  readonly threadId: number;
  readonly count: number;
}

/** The part of a message that is read here. */
export interface ReceivedMessage {
  readonly kind: string;
  readonly routingKey: string;
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** The verbs that are used here. */
export interface ReceivingBus {
  registerEndpoint(id: string, handler: (message: ReceivedMessage) => unknown): Promise<unknown>;
  registerRoute(pattern: string, endpoint: string, options: { priority: number }): Promise<unknown>;
  subscribe(
    pattern: string,
    handler: (message: ReceivedMessage) => void,
    options: { overflow: 'block' },
  ): Promise<unknown>;
}

/** Above every route of the traffic, so that the catch-all never sees a request for a log. */
const LOG_PRIORITY = 1_000;

interface Payload {
  readonly action?: string;
  readonly repository?: { readonly full_name?: string };
  readonly sender?: { readonly login?: string };
}

/** The key under which a thread hands over its log. */
export function logKey(worker: number): string {
  return `~log.${worker}`;
}

/** Resolves when all that the thread receives is in force. */
export async function serveReceivers(
  bus: ReceivingBus,
  { worker, receivers }: EndpointThreadOptions,
): Promise<void> {
  const log = new ReceiptLog();
  for (const receiver of receivers) {
    if (receiver.role === 'endpoint') await serveRoute(bus, receiver, log);
    // Nothing may be dropped: a full queue holds the publishers up instead.
    else await bus.subscribe(receiver.pattern, noting(log, receiver), { overflow: 'block' });
  }
  const endpoint = `log ${worker}`;
  await bus.registerEndpoint(endpoint, ({ payload }) => {
    const request = payload as LogRequest;
    const state: LogState = { worker, threadId, count: log.count };
    return request.ask === 'count' ? state : log.page(request.page);
  });
  await bus.registerRoute(logKey(worker), endpoint, { priority: LOG_PRIORITY });
}

async function serveRoute(bus: ReceivingBus, receiver: Receiver, log: ReceiptLog): Promise<void> {
  const endpoint = `backend ${receiver.id}`;
  const note = noting(log, receiver);
  await bus.registerEndpoint(endpoint, (message) => {
    note(message);
    return message.kind === 'request' ? answer(message) : undefined;
  });
  await bus.registerRoute(receiver.pattern, endpoint, { priority: receiver.priority });
}

function noting(log: ReceiptLog, { id }: Receiver): (message: ReceivedMessage) => void {
  return ({ kind, routingKey, payload, headers }) => {
    log.append(numberOf(headers), checksumOf(kind, routingKey, payload), id);
  };
}

/** Verifies, parses and sums up, as a backend would. A wrong signature fails the request. */
function answer({ payload, headers }: ReceivedMessage): DeliverySummary {
  const body = payload as Uint8Array;
  if (!isSignedBy(WEBHOOK_SECRET, body, headers[SIGNATURE_HEADER])) {
    throw new Error(`The signature of delivery ${numberOf(headers)} is wrong`);
  }
  const { action, repository, sender } = JSON.parse(decoder.decode(body)) as Payload;
  return {
    number: numberOf(headers),
    bytes: body.byteLength,
    action: action ?? null,
    repository: repository?.full_name ?? null,
    sender: sender?.login ?? null,
  };
}

const decoder = new TextDecoder();
