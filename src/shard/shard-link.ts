/**
 * The shard's view of one client: the rings between them, the ledger of the client's messages, the cells of the
 * deliveries to it, and private bookkeeping that a successor derives again from ledger and cells.
 *
 * A delivery is named by one number, `client << 16 | cell`, so that the cells of one message, which may lie at many
 * clients, form one list.
 */
import type { ClientHandle, ClientMemory } from '../memory/client-memory.ts';
import { BELL, openClientMemory, PARKED, TIGHT } from '../memory/client-memory.ts';
import { CompleteProducer } from '../memory/complete-ring.ts';
import { DeliverProducer } from '../memory/deliver-ring.ts';
import { Bell } from '../memory/doorbell.ts';
import { KeyCache } from '../memory/key-cache.ts';
import { type LinkHandle, openLink } from '../memory/link-memory.ts';
import { get } from '../memory/seam.ts';
import { KEY_ID, KIND, keyEpochOf, SEQ_HI, SEQ_LO, SLOT_WORDS } from '../memory/slot-header.ts';
import { SubmitConsumer } from '../memory/submit-ring.ts';
import type { Resolution } from '../routing/router.ts';
import { CellPool } from './cell-pool.ts';
import type { CellPrints } from './cell-prints.ts';
import { Parking } from './parking.ts';
import type { Target } from './target.ts';
import { TimerWheel } from './timer-wheel.ts';

export const NO_CELL = -1;

/** Keys of one client whose routes are kept. */
const KEYS_MAX = 8192;

/** Releases wait for something that the client must be woken for, but not longer than this; */
const RELEASES_WAIT_MS = 5;
/** and never more than this share of its slots. */
const RELEASES_SHARE = 1 / 16;
/** A shard with less than this share of a client's slots in care is not what makes it run short. */
const TIGHT_SHARE = 1 / 8;

export class ShardLink {
  readonly client: number;
  readonly slots: number;
  readonly memory: ClientMemory;
  readonly headers: Int32Array;
  readonly submit: SubmitConsumer;
  readonly deliver: DeliverProducer;
  readonly complete: CompleteProducer;
  readonly marks: Int32Array;
  readonly ledger: Int32Array;
  readonly cellWords: Int32Array;
  readonly bell: Bell;
  readonly cells: CellPool;
  /** What its keys resolve to, stamped with the route table's generation. */
  readonly keys: KeyCache<Resolution> = new KeyCache(KEYS_MAX);
  readonly parking: Parking;
  readonly deadlines: TimerWheel;
  /** By cell: when a delivery in BACKOFF is due. Made with the first. */
  #backOffs: TimerWheel | undefined;
  /** Deliveries to this client in BACKOFF here, and such deliveries of its own messages. */
  backedOff = 0;
  retrying = 0;
  /** Of the former at most so many are to wait for another attempt. */
  backOffMax: number;

  /** By slot: first delivery of the message, open deliveries, deliveries on loan. */
  readonly firstCell: Int32Array;
  readonly openCount: Int32Array;
  readonly loanCount: Int32Array;

  /** By slot: the timeout that a request takes from its route, ms; 0: none, -1: no time limit. Made with the first. */
  #timeouts: Int32Array | undefined;
  /** Made with the first delivery that needs one. */
  prints: CellPrints | undefined;
  /** Targets that live at this client. */
  readonly targets: Set<Target> = new Set();
  /** Where failure reports for this client's notifications go. */
  reports: Target | undefined;
  /** A status that somebody waits for was pushed since the client's bell was last looked at. */
  #isUrgent = false;
  /** Mere releases pushed since then, and since when they have waited (ms since the bus epoch). */
  #releases = 0;
  #owesRing = false;
  #owedSinceMs = 0;
  /** It has subscriptions that drop: their bound takes in what the client itself has sent and was not routed. */
  hasDroppable = false;
  /** By slot: what keeps its event, a holding subscription's delivery or a queue. Made with the first. */
  #holds: Int32Array | undefined;
  /** Events of this client that wait for holding subscriptions or are kept by them. */
  held = 0;
  /** The client has left or died. */
  down = false;
  /** Messages whose record is not DONE, and replies lent to this client: what keeps its memory alive. */
  inCare = 0;
  borrowed = 0;

  constructor(client: ClientHandle, link: LinkHandle, nowMs: number) {
    const opened = openLink(link);
    this.client = client.id;
    this.slots = client.slots;
    this.memory = openClientMemory(client);
    this.headers = this.memory.headers;
    this.submit = new SubmitConsumer(opened);
    this.deliver = new DeliverProducer(opened);
    this.complete = new CompleteProducer(opened);
    this.marks = opened.marks;
    this.ledger = opened.ledger;
    this.cellWords = opened.cellWords;
    this.bell = new Bell(this.memory.words, PARKED, BELL);
    this.cells = new CellPool(link.cells);
    this.backOffMax = link.cells;
    this.parking = new Parking(client.slots);
    // A successor adds deadlines that have passed: they are due at once.
    this.deadlines = new TimerWheel(client.slots, (nowMs - 1) | 0);
    this.firstCell = new Int32Array(client.slots).fill(NO_CELL);
    this.openCount = new Int32Array(client.slots);
    this.loanCount = new Int32Array(client.slots);
  }

  backOffs(nowMs: number): TimerWheel {
    this.#backOffs ??= new TimerWheel(this.cells.count, (nowMs - 1) | 0);
    return this.#backOffs;
  }

  /** A cell in BACKOFF that is due, taken out of the wheel; −1: none. */
  takeBackOff(nowMs: number): number {
    return this.#backOffs === undefined ? NO_CELL : this.#backOffs.takeDue(nowMs);
  }

  /** Word `word` of the header of `slot`. */
  header(slot: number, word: number): number {
    return get(this.headers, slot * SLOT_WORDS + word);
  }

  /** The key of the message in `slot`, as one number: ids come again in another epoch. */
  keyOf(slot: number): number {
    return keyEpochOf(this.header(slot, KIND)) * 2 ** 32 + (this.header(slot, KEY_ID) >>> 0);
  }

  /** Routes have set timeouts of requests of this client. */
  get hasTimeouts(): boolean {
    return this.#timeouts !== undefined;
  }

  /** As `noteTimeout` was told. */
  timeoutOf(slot: number): number {
    return this.#timeouts === undefined ? 0 : (this.#timeouts[slot] as number);
  }

  /** What its route gives the request in `slot`: ms, −1: no limit, 0: nothing. */
  noteTimeout(slot: number, timeoutMs: number): void {
    if (timeoutMs === 0 && this.#timeouts === undefined) return;
    this.#timeouts ??= new Int32Array(this.slots);
    this.#timeouts[slot] = timeoutMs;
  }

  /** Something keeps the event in `slot`. */
  hold(slot: number): void {
    this.#holds ??= new Int32Array(this.slots);
    const holds = (this.#holds[slot] as number) + 1;
    this.#holds[slot] = holds;
    if (holds === 1) this.held += 1;
  }

  /** It keeps it no more. */
  letGo(slot: number): void {
    if (this.#holds === undefined) return;
    const holds = (this.#holds[slot] as number) - 1;
    this.#holds[slot] = holds;
    if (holds === 0) this.held -= 1;
  }

  /** A status for the sender, who waits for it. */
  pushStatus(head: number, detail: number): void {
    this.complete.push(head, detail);
    this.#isUrgent = true;
  }

  /** Slot and block go back; nobody waits for that, unless there are few. */
  pushRelease(head: number, detail: number): void {
    this.complete.push(head, detail);
    this.#releases += 1;
  }

  /** Whether the client's bell is to be looked at now: releases alone may wait a little for company. */
  mustRing(nowMs: number): boolean {
    if (this.#isUrgent || this.#releases > this.slots * RELEASES_SHARE) return true;
    if (this.#releases === 0) return false;
    if (this.#owesRing) return ((nowMs - this.#owedSinceMs) | 0) >= RELEASES_WAIT_MS;
    this.#owesRing = true;
    this.#owedSinceMs = nowMs;
    return false;
  }

  ring(): void {
    this.#isUrgent = false;
    this.#releases = 0;
    this.#owesRing = false;
    this.bell.ringIfParked();
  }

  /** Ms that the shard may sleep for the sake of this client; −1: as long as it likes. */
  sleepMs(nowMs: number): number {
    const timer = sooner(this.deadlines.sleepMs(nowMs), this.#backOffs?.sleepMs(nowMs) ?? -1);
    return this.#owesRing ? sooner(timer, RELEASES_WAIT_MS) : timer;
  }

  /** The client says that it runs short of slots or heap, and much of that is here. */
  get isTight(): boolean {
    return this.inCare > this.slots * TIGHT_SHARE && get(this.memory.words, TIGHT) !== 0;
  }

  /** The client's number of the message in `slot`. */
  seqOf(slot: number): number {
    return this.header(slot, SEQ_HI) * 2 ** 32 + (this.header(slot, SEQ_LO) >>> 0);
  }

  /** Nothing of the client is in use here any more. */
  get quiet(): boolean {
    return this.inCare === 0 && this.borrowed === 0 && this.cells.used === 0;
  }
}

/** Of two times to sleep, −1 meaning as long as one likes. */
export function sooner(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : Math.min(a, b);
}
