/** What the key of a message leads to, from the client's cache where it can. */
import { KEY_ID, KEY_LEN, KEY_OFF, KIND, keyEpochOf } from '../memory/slot-header.ts';
import type { Resolution } from '../routing/router.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';

export function resolve(shard: ShardState, link: ShardLink, slot: number): Resolution {
  const id = link.header(slot, KEY_ID);
  const epoch = keyEpochOf(link.header(slot, KIND));
  const { generation } = shard.router;
  const cached = link.keys.get(id, epoch, generation);
  if (cached !== undefined) return cached;
  shard.counters.counts.cacheMisses += 1;
  const at = link.header(slot, KEY_OFF);
  const key = link.memory.bytes.toString('utf8', at, at + link.header(slot, KEY_LEN));
  const resolution = shard.router.resolve(key);
  link.keys.set(id, epoch, generation, resolution);
  return resolution;
}
