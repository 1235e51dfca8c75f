import { threadId } from 'node:worker_threads';
import { beforeEach, describe, expect, it } from 'vitest';
import { Catalogue } from '../../../src/demo/catalogue.ts';
import { collectLogs } from '../../../src/demo/collect.ts';
import { NUMBER_HEADER, SIGNATURE_HEADER } from '../../../src/demo/delivery-headers.ts';
import type { ReceivedMessage, ReceivingBus } from '../../../src/demo/endpoint-thread.ts';
import { logKey, serveReceivers } from '../../../src/demo/endpoint-thread.ts';
import { placeReceivers } from '../../../src/demo/receivers.ts';
import { loadDeliveries } from '../../../src/demo/webhooks/load.ts';

type Handler = (message: ReceivedMessage) => unknown;

/** Keeps what was registered, for a test to call. */
class RecordingBus implements ReceivingBus {
  readonly endpoints = new Map<string, Handler>();
  readonly routes: { pattern: string; endpoint: string; priority: number }[] = [];
  readonly subscriptions = new Map<string, { handler: Handler; overflow: string }>();

  async registerEndpoint(id: string, handler: Handler): Promise<void> {
    this.endpoints.set(id, handler);
  }

  async registerRoute(pattern: string, endpoint: string, { priority }: { priority: number }) {
    this.routes.push({ pattern, endpoint, priority });
  }

  async subscribe(pattern: string, handler: Handler, { overflow }: { overflow: string }) {
    this.subscriptions.set(pattern, { handler, overflow });
  }

  handlerOf(pattern: string): Handler {
    const { endpoint } = this.routes.find((route) => route.pattern === pattern) ?? {};
    return this.endpoints.get(endpoint ?? '') ?? (() => 'no such route');
  }
}

const catalogue = new Catalogue(loadDeliveries());
const delivery = catalogue.keys.indexOf('issues.opened');
const { bodyBytes, payloads, signature } = catalogue.at(delivery);
const receivers = placeReceivers(1);

function request(number: number, signed = signature): ReceivedMessage {
  return {
    kind: 'request',
    routingKey: 'issues.opened',
    payload: payloads.bytes,
    headers: { [SIGNATURE_HEADER]: signed, [NUMBER_HEADER]: String(number) },
  };
}

describe('serveReceivers', () => {
  let bus: RecordingBus;
  beforeEach(async () => {
    bus = new RecordingBus();
    await serveReceivers(bus, { worker: 0, receivers });
  });

  /** The receipts of the thread's log, as main gets them. */
  async function receipts(): Promise<number[]> {
    const ask = async (key: string, payload: unknown): Promise<unknown> =>
      bus.handlerOf(key)({ kind: 'request', routingKey: key, payload, headers: {} });
    const clock = { now: () => 0, pause: async () => {} };
    const [log] = await collectLogs({ request: ask }, [threadId], 0, clock);
    expect(log?.threadId).toBe(threadId);
    return (log?.pages ?? []).flatMap((page) => [...page]);
  }

  it('registers every receiver once, subscriptions so that nothing is dropped', () => {
    const patterns = receivers.map(({ pattern, role }) => `${role} ${pattern}`);
    const registered = [
      ...bus.routes.map(({ pattern }) => `endpoint ${pattern}`),
      ...[...bus.subscriptions.keys()].map((pattern) => `subscription ${pattern}`),
    ];
    expect(registered.sort()).toEqual([...patterns, `endpoint ${logKey(0)}`].sort());
    for (const { overflow } of bus.subscriptions.values()) expect(overflow).toBe('block');
  });

  it('answers a request with a summary of what it verified and parsed', () => {
    expect(bus.handlerOf('issues.*')(request(42))).toEqual({
      number: 42,
      bytes: bodyBytes,
      action: 'opened',
      repository: 'Codertocat/Hello-World',
      sender: 'Codertocat',
    });
  });

  it('fails a request whose signature is wrong', () => {
    const handler = bus.handlerOf('issues.*');
    expect(() => handler(request(42, signature.replace(/.$/, '!')))).toThrow('delivery 42');
    expect(() => handler({ ...request(42), headers: {} })).toThrow('signature');
  });

  it('writes down each message with its number, checksum and receiver, whatever comes of it', async () => {
    const route = receivers.find(({ pattern }) => pattern === 'issues.*');
    const subscription = receivers.findLast(({ pattern }) => pattern === '*.*');
    bus.handlerOf('issues.*')(request(1));
    bus.subscriptions.get('*.*')?.handler({ ...request(2), kind: 'event' });
    expect(() => bus.handlerOf('issues.*')(request(3, ''))).toThrow('signature');
    const message = {
      routingKey: 'issues.opened',
      delivery,
      form: 'bytes',
      isNewKey: false,
    } as const;
    const ofRequest = catalogue.checksumOf({ ...message, number: 1, kind: 'request' });
    const ofEvent = catalogue.checksumOf({ ...message, number: 2, kind: 'event' });
    expect(await receipts()).toEqual([
      ...[1, ofRequest, route?.id],
      ...[2, ofEvent, subscription?.id],
      ...[3, ofRequest, route?.id],
    ]);
  });

  it('writes down a message without a readable number as one that no message has', async () => {
    bus.handlerOf('~audit')({ ...request(1), kind: 'notification', headers: {} });
    expect((await receipts())[0]).toBe(0xffff_ffff);
  });
});
