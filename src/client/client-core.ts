/**
 * A client: slots and heap of one thread, its links to all shards, and the receivers that live on it. A state machine
 * without threads and timers of its own: `poll` reads what has come, `flush` publishes what was pushed.
 */
import type { ClientBoot, PeerNews } from '../control/plane.ts';
import {
  BEAT,
  type ClientMemory,
  LIVENESS,
  openClientMemory,
  STATE,
  TAKING,
} from '../memory/client-memory.ts';
import { busState, type ControlWords, openControlWords } from '../memory/control-words.ts';
import { CLIENT_COUNTERS, type ClientCounter, Counters } from '../memory/counters.ts';
import {
  ACK_STATUS,
  DELIVER,
  deliverFlags,
  deliverOp,
  FLAG_REDELIVERED,
  loanOf,
  low16,
  OWN_DEADLINE,
  packAck,
  packCancel,
  refClient,
  refSlot,
  STATUS,
} from '../memory/entries.ts';
import { Heap } from '../memory/heap.ts';
import { get, put } from '../memory/seam.ts';
import { FLAG_ERROR, KIND, KIND_MASK, SLOT_WORDS } from '../memory/slot-header.ts';
import { AutoCodec } from '../message/codec.ts';
import type { CodecLayer } from '../message/module-codec.ts';
import { ShapeWriter } from '../message/shape-writer.ts';
import { Answers } from './answers.ts';
import { ClientLink } from './client-link.ts';
import type { ClientEnvironment } from './clock.ts';
import { Completions, type Unclaimed } from './completions.ts';
import type { Intake, ReceiverParts } from './endpoint.ts';
import { FlushBatches } from './flush-batch.ts';
import { ForwardedReplies, type ForwardingParts } from './forwarded-replies.ts';
import { FLAG_VERDICT } from './held-reply.ts';
import { Interner } from './interner.ts';
import { Loan, noticeLoan } from './loan.ts';
import { Outbox } from './outbox.ts';
import { Peers } from './peers.ts';
import type { Reader } from './read-message.ts';
import type { Receiver } from './receiver.ts';
import { ReportReceiver } from './report-receiver.ts';
import { Shortage } from './shortage.ts';
import { SlotTable } from './slot-table.ts';
import type { Tally } from './tally.ts';

/** Share of slots and heap that only replies may use. */
const RESERVE_SHARE = 1 / 8;
/** Interned keys beyond one for every slot. */
const SPARE_KEYS = 16_384;
/** Deliveries taken from one shard before the other shards and the event loop get their turn. */
const DELIVERIES_PER_TURN = 256;
/** How long one poll may run handlers, and how often it looks at the clock. */
const TURN_MS = 1;
const DELIVERIES_PER_LOOK = 32;
/** Polls between two looks for clients that left. */
const POLLS_PER_NEWS = 256;
/** A full deliver ring takes this many polls at most. */
const POLLS_MAX = 64;

export interface CoreHooks {
  readonly takeNews: () => PeerNews | undefined;
  readonly onUnclaimed: (outcome: Unclaimed) => void;
  /** Slots or heap were given back, or may have been. */
  readonly onRoom: () => void;
  /** The bus's codec around the own one; without it the own one alone. */
  readonly codec?: CodecLayer | undefined;
}

export class ClientCore {
  readonly id: number;
  readonly memory: ClientMemory;
  readonly links: readonly ClientLink[];
  readonly slots: SlotTable;
  readonly heap: Heap;
  readonly outbox: Outbox;
  readonly interner: Interner;
  readonly shortage: Shortage;
  readonly batches: FlushBatches = new FlushBatches();
  readonly peers: Peers;
  readonly control: ControlWords;
  readonly counters: Counters<ClientCounter>;
  readonly receiverParts: ReceiverParts;
  readonly #answers: Answers;
  readonly #completions: Completions;
  /** By target id. */
  readonly #receivers: (Receiver | undefined)[] = [];
  /** Of the endpoints here, by target. */
  readonly #tallies = new Map<number, Tally>();
  readonly #environment: ClientEnvironment;
  readonly #hooks: CoreHooks;
  #flushRequested = false;
  #polls = 0;
  #deferred: { afterTurn(isDrained: boolean): void }[] = [];

  constructor(boot: ClientBoot, environment: ClientEnvironment, hooks: CoreHooks) {
    const { settings } = boot;
    this.#environment = environment;
    this.#hooks = hooks;
    this.id = boot.memory.id;
    this.memory = openClientMemory(boot.memory);
    this.control = openControlWords(boot.control);
    this.counters = new Counters(CLIENT_COUNTERS, this.memory.counters);
    this.links = boot.links.map((link, shard) => {
      const shardHandle = boot.shards[shard];
      if (shardHandle === undefined) throw new RangeError(`link without shard ${shard}`);
      return new ClientLink(link, shardHandle);
    });
    const { headers, bytes, number: client, slots } = this.memory;
    this.slots = new SlotTable(headers, slots, Math.max(1, Math.floor(slots * RESERVE_SHARE)));
    this.heap = new Heap(bytes.length, RESERVE_SHARE);
    this.shortage = new Shortage(this.memory, this.slots, this.heap);
    this.interner = new Interner(this.heap, bytes, this.links.length, slots + SPARE_KEYS);
    this.peers = new Peers(boot.peers, hooks.takeNews, boot.endpoints, this.memory.words);
    const own = new AutoCodec(new ShapeWriter(this.memory.shapes));
    const codec = hooks.codec === undefined ? own : hooks.codec(own);
    const { slots: table, heap } = this;
    this.outbox = new Outbox({
      headers,
      bytes,
      slots: table,
      heap,
      codec,
      maxMessageBytes: settings.maxMessageBytes,
      batchSize: settings.batchSize,
      requestFlush: () => this.#requestFlush(),
      noteWork: () => this.#noteWork(),
      tick: () => this.tick(),
    });
    const forwarded = new ForwardedReplies(this.#forwarding());
    this.#answers = new Answers(this.outbox, this.links[0] as ClientLink, forwarded);
    this.#completions = new Completions(table, heap, {
      onUnclaimed: hooks.onUnclaimed,
      onStatus: (status, detail) => this.#countStatus(status, detail),
    });
    const checksLeases = settings.debugLeases ?? false;
    const reader: Reader = { codec, checksLeases, epochMs: boot.epochMs, client };
    this.receiverParts = {
      intake: this.#intake(),
      answers: this.#answers,
      reader,
      environment,
      home: { now: () => environment.now(), bus: undefined },
      count: (name) => {
        this.counters.counts[name] += 1;
      },
      addCallbacks: (change) => this.counters.add('callbacks', change),
    };
    const reports = new ReportReceiver(this.#answers, reader, this.#completions, this.peers);
    this.install(boot.reports, reports);
  }

  get reader(): Reader {
    return this.receiverParts.reader;
  }

  /** What main says of the bus: BUS_STATE. */
  get busState(): number {
    return busState(this.control);
  }

  /** Messages and replies of this client that are not released, and replies that wait for room. */
  get outstanding(): number {
    return this.slots.used + this.#answers.waiting;
  }

  /** Of `outstanding`: settled messages whose handlers still run. */
  get leftBehind(): number {
    return this.#completions.leftBehind;
  }

  /** Deliveries on loan to this thread that somebody still waits for. Slow: for the end of the client. */
  get wantedLoans(): number {
    let wanted = 0;
    for (const { loans } of this.links) {
      for (const loan of loans) if (loan !== undefined && !loan.aborted) wanted += 1;
    }
    return wanted;
  }

  install(target: number, receiver: Receiver): void {
    while (this.#receivers.length <= target) this.#receivers.push(undefined);
    this.#receivers[target] = receiver;
    if (receiver.tally === undefined) return;
    this.#tallies.set(target, receiver.tally);
    // Target numbers are used again: what the one before counted is nothing of this one's.
    receiver.tally.bind(this.control, target);
  }

  /** Deliveries for it that still come are handed back, to be routed again. */
  uninstall(target: number): void {
    this.#receivers[target] = undefined;
    this.#tallies.delete(target);
  }

  /** Reads completions and a bounded number of deliveries, runs their handlers, publishes. Returns what was read. */
  poll(): number {
    this.tick();
    if (++this.#polls % POLLS_PER_NEWS === 0 || this.peers.isBehind) this.peers.refresh();
    let work = 0;
    for (const link of this.links) work += this.#completions.poll(link);
    const stopMs = this.#environment.now() + TURN_MS;
    let isDrained = true;
    for (const link of this.links) {
      const unread = link.deliver.refresh();
      const read = this.#pollDeliveries(link, unread, stopMs);
      if (read < unread) isDrained = false;
      work += read;
    }
    if (this.#deferred.length > 0) work += this.#serveDeferred(isDrained);
    if (work > 0) this.#afterWork();
    this.flush();
    return work;
  }

  /** Reads everything that has come by now, whatever the time it takes: a bounded number of polls. */
  pollAll(): void {
    for (let polls = 0; polls < POLLS_MAX && this.poll() > 0; polls++);
  }

  /** Kind of the message in a slot of this client. */
  kindOf(slot: number): number {
    return get(this.memory.headers, slot * SLOT_WORDS + KIND) & KIND_MASK;
  }

  /** Reads completions only: for a sender that found no room and cannot wait. */
  reap(): void {
    let work = 0;
    for (const link of this.links) work += this.#completions.poll(link);
    // Nobody else may ever read something here again: those that wait are told now, or never.
    if (work > 0) this.#afterWork();
    this.flush();
  }

  /** Publishes everything that was pushed. */
  flush(): void {
    for (const link of this.links) link.flush();
  }

  /** This thread is about to sleep: nothing that was pushed may stay unseen. */
  flushAll(): void {
    for (const link of this.links) link.flushAll();
  }

  /** Looks at the clock, and tells the shards whether slots or heap run short. */
  tick(): void {
    // 0 means "no deadline" in a header, so the clock never says it.
    this.outbox.nowMs = Math.max(1, this.#environment.now()) | 0 || 1;
    this.shortage.look();
  }

  /** Withdraws the message in `slot`; its status follows all the same. */
  cancel(link: ClientLink, slot: number): void {
    link.submit.push(packCancel(slot));
    this.outbox.published(link);
  }

  /** Says that the event loop of this thread turns, or that a handler starts. */
  beat(): void {
    put(this.memory.words, BEAT, (get(this.memory.words, BEAT) + 1) | 0);
  }

  publishCounters(): void {
    const { counts } = this.counters;
    counts.slotsUsed = this.slots.used;
    counts.heapBytesUsed = this.heap.usedBytes;
    counts.outstanding = this.outstanding;
    counts.leftBehind = this.leftBehind;
    this.counters.publish();
    for (const [target, tally] of this.#tallies) tally.publish(this.control.tallies, target);
  }

  #afterWork(): void {
    this.#answers.retry();
    this.#hooks.onRoom();
  }

  #forwarding(): ForwardingParts {
    const { batches, counters, interner, outbox, slots } = this;
    return {
      outbox,
      interner,
      client: this.memory.number,
      onAccepted: (slot) => {
        slots.batches[slot] = batches.current;
        batches.current.addOne();
        counters.counts.accepted += 1;
        counters.counts.notifications += 1;
      },
      onLate: () => {
        counters.counts.lateResults += 1;
      },
    };
  }

  #intake(): Intake {
    const { links } = this;
    const turn = (): number => this.#polls;
    return {
      links,
      get turn() {
        return turn();
      },
      unread: () => links.reduce((sum, { deliver }) => sum + deliver.refresh(), 0),
      defer: (receiver) => this.#deferred.push(receiver),
    };
  }

  /** Work is left where one of them must wait on: the thread does not sleep then. */
  #serveDeferred(isDrained: boolean): number {
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const receiver of deferred) receiver.afterTurn(isDrained);
    return this.#deferred.length > 0 ? 1 : 0;
  }

  #requestFlush(): void {
    if (this.#flushRequested) return;
    this.#flushRequested = true;
    this.tick();
    this.#noteWork();
    this.#environment.enqueueMicrotask(this.#flushNow);
  }

  #noteWork(): void {
    if (this.counters.counts.outstanding === 0) this.counters.add('outstanding', this.outstanding);
  }

  readonly #flushNow = (): void => {
    this.#flushRequested = false;
    this.flush();
  };

  #pollDeliveries(link: ClientLink, available: number, stopMs: number): number {
    const unread = Math.min(available, DELIVERIES_PER_TURN);
    if (unread === 0) return 0;
    // Plain: main looks now and then, and a handler that keeps the thread stays for long.
    put(this.memory.words, STATE, LIVENESS.busy);
    const read = this.#runHandlers(link, unread, stopMs);
    put(this.memory.words, STATE, LIVENESS.idle);
    return read;
  }

  #runHandlers(link: ClientLink, unread: number, stopMs: number): number {
    const { deliver } = link;
    for (let read = 1; read <= unread; read++) {
      const head = deliver.peek(0);
      const ref = deliver.peek(1);
      const target = deliver.peek(2);
      const detail = deliver.peek(3);
      deliver.advance();
      if (deliverOp(head) === DELIVER) this.#deliver(link, head, ref, target, detail);
      else noticeLoan(link, head);
      if (read % DELIVERIES_PER_LOOK === 0 && this.#environment.now() > stopMs) return read;
    }
    return unread;
  }

  #deliver(link: ClientLink, head: number, ref: number, target: number, detail: number): void {
    const receiver = this.#receivers[target];
    if (receiver === undefined) {
      link.submit.push(packAck(low16(head), loanOf(head), ACK_STATUS.requeue));
      this.outbox.published(link);
      return;
    }
    const peer = this.peers.get(refClient(ref));
    const again = (deliverFlags(head) & FLAG_REDELIVERED) !== 0;
    const loan = new Loan(link, low16(head), loanOf(head), peer, refSlot(ref), detail, again);
    if ((head & OWN_DEADLINE) !== 0) loan.deadlineMs = link.deadlineOf(loan.cell);
    // A handler that keeps the thread lets it publish nothing else.
    put(this.memory.words, TAKING, target);
    receiver.take(loan, detail);
  }

  #countStatus(status: number, detail: number): void {
    const { counts } = this.counters;
    counts.settled += 1;
    if (status === STATUS.ok) return;
    if (status === STATUS.reply) {
      const { headers } = this.peers.get(refClient(detail));
      const kind = get(headers, refSlot(detail) * SLOT_WORDS + KIND);
      if ((kind & FLAG_ERROR) === 0) return;
      // An error that is the bus's own verdict: the attempt took too long, or its ttl passed before it began.
      if ((kind & FLAG_VERDICT) !== 0) counts.timedOut += 1;
      else counts.failed += 1;
    } else if (status === STATUS.timeout) counts.timedOut += 1;
    else if (status === STATUS.aborted) counts.aborted += 1;
    else if (status === STATUS.noRoute) counts.noRoute += 1;
    else counts.failed += 1;
  }
}
