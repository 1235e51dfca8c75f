import { describe, expect, it } from 'vitest';
import { ClientIds } from '../../../src/host/client-ids.ts';
import { CLIENT_ID_MAX, CLIENT_NUMBER_MAX, clientIdOf } from '../../../src/memory/entries.ts';

const OWNERS = CLIENT_ID_MAX + 1;

function taken(ids: ClientIds, heard: readonly number[] = []): number | undefined {
  const number = ids.next(heard);
  if (number !== undefined) ids.take();
  return number;
}

describe('ClientIds', () => {
  it('gives fresh ids first, then those that have rested longest, under another number', () => {
    const ids = new ClientIds(2);
    expect([taken(ids), taken(ids)]).toEqual([0, 1]);
    expect(ids.retire(1)).toBe(1);
    expect(ids.freshLeft).toBe(1);
    expect(taken(ids)).toBe(2);
    expect(ids.retire(0)).toBe(2);
    expect([taken(ids), taken(ids), taken(ids)]).toEqual([OWNERS + 1, OWNERS, undefined]);
  });

  it('gives none until all that are there have heard of the departure', () => {
    const ids = new ClientIds(0);
    const first = taken(ids) as number;
    const told = ids.retire(first);
    expect(ids.next([told, told - 1])).toBeUndefined();
    expect(ids.next([told, told])).toBe(OWNERS);
  });

  it('keeps an id that nobody has taken', () => {
    const ids = new ClientIds(0);
    expect([ids.next([]), ids.next([])]).toEqual([0, 0]);
  });

  it('begins again with the numbers of an id when there are no more', () => {
    const ids = new ClientIds(0);
    const last = CLIENT_NUMBER_MAX - CLIENT_ID_MAX + 0;
    ids.take();
    ids.retire(last);
    expect(ids.next([1])).toBe(clientIdOf(last));
  });
});
