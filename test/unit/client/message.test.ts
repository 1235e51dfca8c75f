import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/client/message.ts';
import type { SendOptions } from '../../../src/options.ts';
import { CoreWorld } from './core-world.ts';

async function receive(verb: 'request' | 'notify', options: SendOptions = {}): Promise<Message> {
  const world = new CoreWorld();
  const got: Message[] = [];
  const target = world.addEndpoint(world.client(1), 'e', (message) => void got.push(message));
  world.addRoute('k', target);
  world.client()[verb]('k', { a: 1 }, options);
  await world.runAsync();
  return got[0] as Message;
}

describe('ReceivedMessage', () => {
  it('says what was sent, with an id of the bus', async () => {
    expect((await receive('notify')).id).toBe('0-1');
    expect(await receive('notify')).toMatchObject({
      kind: 'notification',
      routingKey: 'k',
      payload: { a: 1 },
      headers: {},
      correlationId: undefined,
      attempt: 1,
      redelivered: false,
      deadline: undefined,
      timestamp: 1,
      missed: 0,
    });
  });

  it('keeps its fields when the loan is over', async () => {
    const message = await receive('request', { id: 'mine', headers: { h: 'v' }, timeout: 50 });
    expect(message).toMatchObject({
      id: 'mine',
      headers: { h: 'v' },
      deadline: 51,
      correlationId: '0.1.0.1.1',
      kind: 'request',
    });
  });

  it('turns into JSON and text as what it says', async () => {
    const message = await receive('notify', { id: 'mine' });
    const plain = {
      id: 'mine',
      kind: 'notification',
      routingKey: 'k',
      payload: { a: 1 },
      headers: {},
      timestamp: 1,
      attempt: 1,
      redelivered: false,
      missed: 0,
    };
    expect(JSON.parse(JSON.stringify(message))).toEqual(plain);
    expect(inspect(message)).toBe(inspect(plain));
  });
});
