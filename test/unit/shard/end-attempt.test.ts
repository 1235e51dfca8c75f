import { describe, expect, it } from 'vitest';
import { breakerState, isOpenState } from '../../../src/memory/breaker-words.ts';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import { LETTER_REASON } from '../../../src/memory/letter-word.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

describe('a delivery that is given back unhandled', () => {
  it.each([true, false])(
    'says nothing about its endpoint, unlike one that was: %s',
    (isHandled) => {
      const scene = new Scene();
      const breaker = { consecutiveFailures: 1, openForMs: 100, probes: 1 };
      const { receiver, target } = scene.endpoint('k', { breaker });
      const send = scene.sender.notify('k', 1, { ttl: 5 });
      scene.world.run();
      const [loan] = receiver.loans;
      if (!isHandled) loan?.link.noteReject(loan.cell, loan.number, LETTER_REASON.expired);
      receiver.acknowledge(ACK_STATUS.reject);
      scene.world.run();
      expect(isOpenState(breakerState(scene.world.control, target))).toBe(isHandled);
      const code = isHandled ? 'ERR_BUS_DELIVERY_FAILED' : 'ERR_BUS_EXPIRED';
      expect(send.toError()).toMatchObject({ code });
      expect(heldByWorld(scene.world)).toEqual({});
    },
  );
});
