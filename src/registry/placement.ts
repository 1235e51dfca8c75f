/** Which shards must know a pattern: an exact one only its key's shard, any other all of them. */
import type { Matching } from '../control/commands.ts';
import { hashKey } from '../message/key.ts';

/** The only shard that it belongs to; undefined: all shards. */
export function homeShard(pattern: string, match: Matching, shards: number): number | undefined {
  return match === 'exact' ? (hashKey(pattern) >>> 0) % shards : undefined;
}

/**
 * Deals items out to their shards; the result has one list per shard, in the order given. Where no item has a home all
 * shards get the list itself.
 */
export function byShard<Item extends { readonly pattern: string; readonly match: Matching }>(
  items: readonly Item[],
  shards: number,
): (readonly Item[])[] {
  if (shards === 1 || !items.some(({ match }) => match === 'exact')) {
    return Array.from({ length: shards }, () => items);
  }
  const lists: Item[][] = Array.from({ length: shards }, () => []);
  for (const item of items) {
    const home = homeShard(item.pattern, item.match, shards);
    if (home === undefined) for (const list of lists) list.push(item);
    else lists[home]?.push(item);
  }
  return lists;
}
