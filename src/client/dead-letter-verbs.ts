/** `bus.deadLetters`: the same on every thread, answered by main. */

import type { ControlPlane } from '../control/plane.ts';
import type { DeadLetterFilter, DeadLetterPage, DeadLetterQuery } from '../message/dead-letter.ts';
import { kindOf } from '../message/text.ts';
import { configError, resolveDeadLetterFilter, resolveDeadLetterQuery } from '../options.ts';

export interface DeadLetterVerbs {
  /** A page, oldest first. Rejects `ERR_BUS_CONFIG`. */
  list(query?: DeadLetterQuery): Promise<DeadLetterPage>;
  /**
   * Sends the message again, to the endpoint or subscription that it was for and no other. Resolves with 1 when it is on
   * its way, 0 when there is no such letter or its receiver is not there. If it fails again, the letter comes back with
   * the same id and a higher `count`.
   */
  replay(id: string): Promise<number>;
  /** Forgets letters that match; without a filter all. Resolves with their number. Rejects `ERR_BUS_CONFIG`. */
  purge(filter?: DeadLetterFilter): Promise<number>;
}

export function deadLetterVerbs(plane: ControlPlane, checkOpen: () => void): DeadLetterVerbs {
  return {
    list: async (query) => {
      checkOpen();
      return plane.listDeadLetters(resolveDeadLetterQuery(query));
    },
    replay: async (id) => {
      checkOpen();
      if (typeof id === 'string') return plane.replayDeadLetter(id);
      throw configError('deadLetters.replay', 'id', 'the id of a letter', kindOf(id));
    },
    purge: async (filter) => {
      checkOpen();
      return plane.purgeDeadLetters(resolveDeadLetterFilter(filter));
    },
  };
}
