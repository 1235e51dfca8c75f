import { describe, expect, it } from 'vitest';
import { brokerStates } from '../../../../scripts/tidy/broker-states.ts';
import { placesFound, planted } from './planted.ts';

const ledger = planted(
  'src/memory/ledger.ts',
  'export const LEDGER = { done: 0, parked: 1 } as const;',
  'export const CELL_WORDS = 8;',
  'const OWN = 1;',
);

describe('brokerStates', () => {
  it('accepts tests that import states, and names of their own', () => {
    const test = planted(
      'test/unit/a.ts',
      "import { LEDGER } from '../../src/memory/ledger.ts';",
      'const OWN = LEDGER.done;',
    );
    const simulator = planted(
      'test/sim/simulator/a.ts',
      "import { put } from '../../../src/memory/seam.ts';",
      "import { ACK_STATUS } from '../../../src/memory/entries.ts';",
      "import { ClientCore } from '../../../src/client/client-core.ts';",
    );
    expect(placesFound(brokerStates, ledger, test, simulator)).toEqual([]);
  });

  it('catches states that a test defines itself, wherever', () => {
    const test = planted(
      'test/helpers/a.ts',
      'const CELL_WORDS = 8;',
      'function f() { const LEDGER = { done: 0 }; }',
    );
    expect(placesFound(brokerStates, ledger, test)).toEqual([
      'test/helpers/a.ts:1',
      'test/helpers/a.ts:2',
    ]);
  });

  it('catches a simulator that could change states itself', () => {
    const simulator = planted(
      'test/sim/simulator/a.ts',
      "import { setRecord } from '../../../src/memory/ledger.ts';",
      "import { settle } from '../../../src/shard/settle.ts';",
    );
    expect(placesFound(brokerStates, ledger, simulator)).toEqual([
      'test/sim/simulator/a.ts:1',
      'test/sim/simulator/a.ts:2',
    ]);
  });
});
