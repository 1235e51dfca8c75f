/**
 * What a bus holds, as the shared memory of all its threads says: slots, deliveries, records, calls. It reads that memory
 * through the handles that main posts to the shards.
 */
import { Worker } from 'node:worker_threads';
import type { MessageBus } from '../../src/index.ts';
import {
  CELL,
  CELL_STATE,
  CELL_WORDS,
  cellState,
  LEDGER,
  LEDGER_WORDS,
  recordState,
} from '../../src/memory/ledger.ts';
import type { LinkHandle, LinkMemory } from '../../src/memory/link-memory.ts';
import { createBus, internal } from './real-bus.ts';

const { openLink } = (await internal('memory/link-memory.js')) as {
  openLink: (link: LinkHandle) => LinkMemory;
};

interface Watched {
  readonly links: Map<string, LinkMemory>;
  readonly shards: Set<Worker>;
}

const watched = new WeakMap<MessageBus, Watched>();

interface Attach {
  readonly op: 'attach';
  readonly link: LinkHandle;
}

interface TakeOver {
  readonly op: 'takeOver';
  readonly state: { readonly clients: readonly { readonly link: LinkHandle }[] };
}

/** The threads of a watched bus's shards that have not ended. */
export function shardThreads(bus: MessageBus): Worker[] {
  return [...(watched.get(bus)?.shards ?? [])].filter(({ threadId }) => threadId > 0);
}

/** A bus of which `expectAtRest` can tell what it holds. */
export async function createWatchedBus(
  config: Parameters<typeof createBus>[0],
): Promise<MessageBus> {
  const seen: Watched = { links: new Map(), shards: new Set() };
  watchPosts();
  seenByAll.add(seen);
  pending.push(seen);
  try {
    const bus = await createBus(config);
    watched.set(bus, seen);
    return bus;
  } finally {
    pending.splice(pending.indexOf(seen), 1);
  }
}

/** Lets go of what was seen of a bus that is closed: the memory of its links. */
export function forgetBus(bus: MessageBus): void {
  const seen = watched.get(bus);
  if (seen !== undefined) seenByAll.delete(seen);
}

let isWatching = false;

/** Left in place, since clients come later. Buses that are not watched pass through. */
function watchPosts(): void {
  if (isWatching) return;
  isWatching = true;
  const original = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (...values: Parameters<Worker['postMessage']>): void {
    const command = (values[0] as { command?: { op?: string } } | undefined)?.command;
    for (const seen of seenByAll) {
      if (command?.op === 'takeOver') noteSuccessor(seen, command as TakeOver, this);
      if (command?.op === 'attach') noteLink(seen, this, (command as Attach).link);
      if (command?.op === 'detach') {
        forgetLinks(seen, this, (command as { client?: number }).client);
      }
    }
    original.apply(this, values);
  };
}

const seenByAll = new Set<Watched>();
/** Buses that are being created: their shards are not known yet. */
const pending: Watched[] = [];

function noteLink(seen: Watched, shard: Worker, link: LinkHandle): void {
  if (!seen.shards.has(shard) && !pending.includes(seen)) return;
  seen.shards.add(shard);
  seen.links.set(`${link.client}:${link.shard}`, openLink(link));
}

/** It works on the memory of a shard of this bus. */
function noteSuccessor(seen: Watched, { state }: TakeOver, shard: Worker): void {
  const isOurs = state.clients.some(({ link }) => {
    return seen.links.get(`${link.client}:${link.shard}`)?.buffer === link.buffer;
  });
  if (isOurs) seen.shards.add(shard);
}

function forgetLinks(seen: Watched, shard: Worker, client: number | undefined): void {
  if (!seen.shards.has(shard)) return;
  for (const [name, link] of seen.links) if (link.client === client) seen.links.delete(name);
}

export interface Rest {
  /** Slots of all clients that are not released. */
  readonly slotsUsed: number;
  /** Calls and messages that are not settled. */
  readonly unsettled: number;
  /** Deliveries that a shard has in care. */
  readonly cells: number;
  /** Records of messages that a shard has not finished. */
  readonly records: number;
}

/** Throws where the bus is not watched. */
export async function restOf(bus: MessageBus): Promise<Rest> {
  const links = watched.get(bus)?.links;
  if (links === undefined || links.size === 0) throw new Error('no link was seen');
  const { clients, messages } = await bus.metrics();
  let cells = 0;
  let records = 0;
  for (const { cellWords, ledger } of links.values()) {
    for (let at = CELL_STATE; at < cellWords.length; at += CELL_WORDS) {
      if (cellState(cellWords[at] as number) !== CELL.free) cells += 1;
    }
    for (let slot = 0; slot * LEDGER_WORDS < ledger.length; slot++) {
      if (recordState(ledger, slot) !== LEDGER.done) records += 1;
    }
  }
  return {
    slotsUsed: clients.reduce((sum, { slotsUsed }) => sum + slotsUsed, 0),
    unsettled: messages.accepted - messages.settled,
    cells,
    records,
  };
}

export const NOTHING: Rest = { slotsUsed: 0, unsettled: 0, cells: 0, records: 0 };
