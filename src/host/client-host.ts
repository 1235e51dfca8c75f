/** The main-thread side of one client: its memory and its links, which main keeps for as long as anyone may read them. */
import type { TargetSpec } from '../control/commands.ts';
import type { PeerNews } from '../control/plane.ts';
import {
  BELL,
  type ClientHandle,
  type ClientMemory,
  createClientMemory,
  HEARD,
  PARKED,
  TOLD,
} from '../memory/client-memory.ts';
import { CLIENT_COUNTERS, type ClientCounter, readCounters } from '../memory/counters.ts';
import { Bell } from '../memory/doorbell.ts';
import { createLink, DONE, type LinkHandle, type LinkMemory, TAIL } from '../memory/link-memory.ts';
import { sealLink } from '../memory/seal-link.ts';
import { get, load, put } from '../memory/seam.ts';

const CELLS_MIN = 8192;
const CELLS_SHARE = 1 / 2;

/**
 * Deliveries that one shard keeps for one client at most, D = W of the protocol: as many as a client's slots that may wait
 * for another attempt.
 */
export function cellsFor(slots: number): number {
  return Math.max(CELLS_MIN, Math.ceil(slots * CELLS_SHARE));
}

/** Failure reports that one shard keeps for a client. They park, since a lost one would leave a failure unnamed. */
const REPORTS_WINDOW = 256;

export interface ClientSize {
  readonly slots: number;
  readonly heapBytes: number;
  readonly shards: number;
}

/** How a client learns of those that came after it. */
export type PeerSink = (news: PeerNews) => void;

export interface ClientPlace {
  readonly threadId: number;
  readonly reports: number;
  readonly tellPeer: PeerSink;
  /** Number of the departure that was told last, before it came. */
  readonly told: number;
}

export class ClientHost {
  readonly memory: ClientMemory;
  /** By shard id. */
  readonly links: readonly LinkMemory[];
  readonly threadId: number;
  /** Target of its failure reports. */
  readonly reports: number;
  readonly bell: Bell;
  readonly tellPeer: PeerSink;

  constructor(number: number, size: ClientSize, place: ClientPlace) {
    const { slots, heapBytes, shards } = size;
    this.memory = createClientMemory(number, slots, heapBytes);
    // Its thread does not know of them yet.
    put(this.memory.words, TOLD, place.told);
    put(this.memory.words, HEARD, place.told);
    this.links = Array.from({ length: shards }, (_, shard) =>
      createLink(this.id, shard, { slots, cells: cellsFor(slots) }),
    );
    this.bell = new Bell(this.memory.words, PARKED, BELL);
    this.threadId = place.threadId;
    this.reports = place.reports;
    this.tellPeer = place.tellPeer;
  }

  get id(): number {
    return this.memory.id;
  }

  /** Its loop has read everything that had come, and sleeps. */
  get parked(): boolean {
    // SYNC parked: pairs with Sleeper.park. Only looked at by a main thread that waits for the others to come to rest.
    return load(this.memory.words, PARKED) !== 0;
  }

  /** Number of the last departure that it has heard of. */
  get heard(): number {
    // SYNC heard: pairs with Peers.refresh. What it read before of those that left it has read.
    return load(this.memory.words, HEARD);
  }

  /** Nothing of the client `left` is in use any more. */
  tellLeft(left: number, told: number): void {
    this.tellPeer({ left, told });
    put(this.memory.words, TOLD, told);
  }

  get clientHandle(): ClientHandle {
    const { id, number, slots, buffer, heap } = this.memory;
    return { id, number, slots, buffer, heap };
  }

  get linkHandles(): LinkHandle[] {
    return this.links.map(({ client, shard, slots, cells, buffer }) => {
      return { client, shard, slots, cells, buffer };
    });
  }

  get reportsTarget(): TargetSpec {
    const { reports, id } = this;
    return { id: reports, kind: 'reports', client: id, window: REPORTS_WINDOW, whenFull: 'park' };
  }

  /** Entries that it has published to a shard, and the shard has not done with. A moment old. */
  unreadBy(shard: number): number {
    const { words } = this.links[shard] as LinkMemory;
    return Math.max(0, (get(words, TAIL) - get(words, DONE)) | 0);
  }

  /** As the client last published them. */
  counts(): Record<ClientCounter, number> {
    return readCounters(CLIENT_COUNTERS, this.memory.counters);
  }

  /** Publishes what it had accepted; it must not write any more. */
  seal(): void {
    for (const link of this.links) sealLink(link);
  }
}
