import { describe, expect, it } from 'vitest';
import type { RouteSpec, ShardCommand } from '../../../src/control/commands.ts';
import { packCommand, unpackCommand } from '../../../src/control/packed-command.ts';

const route = (id: number, more: Partial<RouteSpec> = {}): RouteSpec => ({
  id,
  pattern: `pattern.${id}.*`,
  match: 'glob',
  priority: id % 3,
  target: id % 7,
  balance: 'round-robin',
  order: 2 ** 40 + id,
  weight: 1 + id,
  cursor: id,
  ...more,
});

const many = Array.from({ length: 200 }, (_, id) => {
  if (id === 3) return route(id, { match: 'exact', balance: 'consistent-hash', hashHeader: 'h' });
  if (id === 5) return route(id, { balance: 'weighted', timeoutMs: 5, spill: true });
  if (id === 7) return route(id, { priority: 2 ** 31 - 1, failover: false, balance: 'random' });
  return id === 9 ? route(id, { balance: 'least-in-flight', pattern: '\0🚌*' }) : route(id);
});

const carried = (command: ShardCommand): unknown =>
  unpackCommand(structuredClone(packCommand(7, command)));

describe('a packed command', () => {
  it('brings routes over as they were', () => {
    const command = { op: 'addRoutes', routes: many } as const;
    expect(packCommand(7, command).command).toMatchObject({ routes: [] });
    expect(carried(command)).toEqual({ seq: 7, command });
  });

  it('brings the routes of a takeover, and the rest of it', () => {
    const state = {
      clients: [],
      departed: [4],
      departedTargets: [],
      targets: [],
      routes: many,
      subscriptions: [],
    };
    const command = { op: 'takeOver', state, skipsEntry: true } as const;
    expect(carried(command)).toEqual({ seq: 7, command });
  });

  it('is the command itself where it is small', () => {
    const few = { op: 'addRoutes', routes: many.slice(0, 9) } as const;
    for (const command of [few, { op: 'removeRoutes', routes: [1, 2] } as const]) {
      expect(packCommand(7, command)).toEqual({ seq: 7, command });
      expect(carried(command)).toEqual({ seq: 7, command });
    }
  });
});
