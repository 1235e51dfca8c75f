import { describe, expect, it } from 'vitest';
import { answerByCorrelation } from '../../../src/client/correlation.ts';
import { CoreWorld } from './core-world.ts';

describe('answerByCorrelation', () => {
  it('answers a request that a handler keeps open, once', async () => {
    const world = new CoreWorld();
    let id = '';
    const target = world.addEndpoint(world.client(1), 'e', (message) => {
      id = message.correlationId ?? '';
      return new Promise(() => undefined);
    });
    world.addRoute('k', target);
    const send = world.client().request('k');
    await world.runAsync();
    answerByCorrelation(world.client(1).core, id, 'by hand');
    await world.runAsync();
    expect(send.value).toBe('by hand');
    expect(() => answerByCorrelation(world.client(1).core, id, 'again')).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_CORRELATION_NOT_FOUND' }),
    );
  });

  it.each(['', '0.0.0.1', '0.1.0.1', '9.1.0.1', 'text', '1e3.x', 7 as unknown as string])(
    'refuses %j, for which nobody waits',
    (id) => {
      const { core } = new CoreWorld().client(1);
      expect(() => answerByCorrelation(core, id, 1)).toThrow(
        expect.objectContaining({ details: { correlationId: id } }),
      );
    },
  );
});
