/**
 * The shard: a state machine over shared memory. It imports no thread, timer or clock; `step` does a bounded piece of
 * work and says how much. One operation at a time, each submit entry marked done after everything it caused is
 * recorded, tails published between operations only: that is what a successor builds on.
 */
import type { ShardBoot, ShardCommand } from '../control/commands.ts';
import { openControlWords } from '../memory/control-words.ts';
import { Counters, SHARD_COUNTERS } from '../memory/counters.ts';
import { ACK, low16, RETURN, SUBMIT, submitOp } from '../memory/entries.ts';
import { get, put } from '../memory/seam.ts';
import { CUR, openShardMemory, REACHED, SHARD_BEAT } from '../memory/shard-memory.ts';
import { KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { takeAcknowledgement, takeCancellation, takeReturn, timeOut } from './acknowledge.ts';
import { explainKey } from './explain.ts';
import { takeMessage } from './intake.ts';
import {
  addTarget,
  attach,
  detach,
  failPool,
  forgetQuietLinks,
  isolateTarget,
  leave,
  removeTarget,
} from './membership.ts';
import { WaitQueue } from './parking.ts';
import { placeParkedAgain, pump, serveCrowded } from './pump.ts';
import { recover, rerouteOrphans } from './recover.ts';
import { takeReport, takeResponse } from './replies.ts';
import { retryBackedOff } from './reroute.ts';
import { resume } from './resume.ts';
import { type ShardLink, sooner } from './shard-link.ts';
import { type ShardServices, ShardState } from './shard-state.ts';

/**
 * Entries read from one ring before the others get their turn and the tails go out. Few at first, so that receivers
 * wake up while the rest is read; twice as many with every step that found work.
 */
const ENTRIES_FIRST_TURN = 8;
const ENTRIES_PER_TURN = 256;

export class ShardCore {
  readonly #shard: ShardState;
  #beat: number;
  /** When the crowded queues were looked at: once in each ms. */
  #crowdedAtMs = 0;
  #closed = false;
  #entriesPerTurn = ENTRIES_FIRST_TURN;

  constructor(boot: ShardBoot, services: ShardServices) {
    const memory = openShardMemory(boot.shard);
    const counters = new Counters(SHARD_COUNTERS, memory.counters);
    const others = boot.shards.filter(({ id }) => id !== memory.id).map(openShardMemory);
    const control = openControlWords(boot.control);
    this.#beat = get(memory.words, SHARD_BEAT);
    this.#shard = new ShardState(memory, control, counters, services, others);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Everything in care at this shard, for tests and leak checks. */
  get state(): ShardState {
    return this.#shard;
  }

  /** Reads the rings, fires what is due, pushes what waits. Returns the number of entries and timers handled. */
  step(nowMs: number): number {
    const shard = this.#shard;
    shard.clockMs = nowMs;
    shard.nowMs = nowMs | 0;
    let work = 0;
    const { linkList } = shard;
    for (let i = 0; i < linkList.length; i++) {
      work += this.#readRing(linkList[i] as ShardLink, this.#entriesPerTurn);
    }
    this.#entriesPerTurn =
      work > 0 ? Math.min(ENTRIES_PER_TURN, this.#entriesPerTurn * 2) : ENTRIES_FIRST_TURN;
    work += this.#fireTimers(nowMs);
    if (work > 0 || shard.hasPending) {
      pump(shard);
      this.#beat = (this.#beat + 1) | 0;
      put(shard.memory.words, SHARD_BEAT, this.#beat);
    }
    this.#publish();
    return work;
  }

  /** How long the shard may sleep: ms until its next timer; −1: until it is woken. */
  sleepMs(nowMs: number): number {
    if (this.#shard.hasPending) return 0;
    let sleep = this.#isCrowded ? 1 : -1;
    for (const link of this.#shard.linkList) sleep = sooner(sleep, link.sleepMs(nowMs));
    return sooner(sleep, this.#shard.breakers.sleepMs(nowMs));
  }

  /** Copies the counters to shared memory. */
  publishCounters(): void {
    this.#shard.counters.publish();
  }

  apply(command: ShardCommand): void {
    const shard = this.#shard;
    switch (command.op) {
      case 'takeOver':
        this.#takeOver(command);
        break;
      case 'attach':
        attach(shard, command);
        break;
      case 'detach':
        this.#drainRing(command.client);
        detach(shard, command.client);
        break;
      case 'addTarget':
        addTarget(shard, command.target);
        break;
      case 'removeTarget':
        removeTarget(shard, command.target);
        break;
      case 'isolate':
        isolateTarget(shard, command.target, command.isolated);
        break;
      case 'expectGlobs':
        shard.router.expectGlobs(command.patterns);
        break;
      case 'failPool':
        failPool(shard, command.target);
        break;
      case 'addRoutes':
        shard.router.addRoutes(command.routes);
        placeParkedAgain(shard);
        break;
      case 'removeRoutes':
        shard.router.removeRoutes(command.routes);
        placeParkedAgain(shard);
        break;
      case 'addSubscription':
        shard.router.addSubscription(command.subscription);
        // What waits for a group may go to its new member.
        if (command.subscription.group !== undefined) placeParkedAgain(shard);
        break;
      case 'removeSubscription':
        shard.router.removeSubscription(command.subscription);
        break;
      case 'explain':
        shard.onExplained(command.question, explainKey(shard, command.query));
        break;
      case 'close':
        this.#closed = true;
        break;
    }
    pump(shard);
    this.#publish();
  }

  /** The order is the protocol's: the half-done entry before anything else, and before anybody is shown anything. */
  #takeOver({ state, skipsEntry }: Extract<ShardCommand, { op: 'takeOver' }>): void {
    const shard = this.#shard;
    for (const client of state.clients) attach(shard, client);
    for (const target of state.targets) addTarget(shard, target);
    shard.router.addRoutes(state.routes);
    for (const subscription of state.subscriptions) shard.router.addSubscription(subscription);
    recover(shard, state.departedTargets);
    shard.intakeQueue = new WaitQueue(shard.links);
    this.#resumeEntry(skipsEntry);
    for (const link of shard.linkList) {
      link.deliver.start();
      link.deliver.publish();
      link.complete.publish();
      link.ring();
    }
    for (const client of state.departed) {
      this.#drainRing(client);
      leave(shard, client);
    }
    rerouteOrphans(shard);
    shard.intakeQueue = undefined;
    placeParkedAgain(shard);
  }

  #resumeEntry(isSkipped: boolean): void {
    const { links, memory } = this.#shard;
    // From here a death may be this entry's doing.
    put(memory.words, REACHED, 1);
    const link = links[get(memory.words, CUR) - 1];
    if (link !== undefined && link.submit.refresh() > 0) {
      const entry = link.submit.peek();
      if (!resume(this.#shard, link, entry, isSkipped)) this.#take(link, entry);
      link.submit.done();
    }
    put(memory.words, CUR, 0);
  }

  #drainRing(client: number): void {
    const link = this.#shard.links[client];
    if (link === undefined) return;
    while (this.#readRing(link, ENTRIES_PER_TURN) > 0) pump(this.#shard);
  }

  #readRing(link: ShardLink, limit: number): number {
    const { submit } = link;
    let unread = submit.refresh();
    if (unread === 0) return 0;
    const shard = this.#shard;
    const count = Math.min(unread, limit);
    put(shard.memory.words, CUR, link.client + 1);
    for (unread = count; unread > 0; unread--) {
      this.#take(link, submit.peek());
      submit.done();
    }
    put(shard.memory.words, CUR, 0);
    return count;
  }

  #take(link: ShardLink, entry: number): void {
    const shard = this.#shard;
    const op = submitOp(entry);
    if (op === SUBMIT) {
      const slot = low16(entry);
      const kind = link.header(slot, KIND) & KIND_MASK;
      if (kind === MESSAGE_KIND.response) takeResponse(shard, link, slot);
      else if (kind === MESSAGE_KIND.failureReport) takeReport(shard, link, slot);
      else takeMessage(shard, link, slot);
    } else if (op === ACK) takeAcknowledgement(shard, link, entry);
    else if (op === RETURN) takeReturn(shard, link, entry);
    else takeCancellation(shard, link, low16(entry));
  }

  #fireTimers(nowMs: number): number {
    const shard = this.#shard;
    let fired = 0;
    for (const link of shard.linkList) {
      for (let slot = link.deadlines.takeDue(nowMs); slot >= 0; ) {
        timeOut(shard, link, slot);
        fired += 1;
        slot = link.deadlines.takeDue(nowMs);
      }
    }
    if (shard.backingOff.size > 0) fired += retryBackedOff(shard);
    if (this.#isCrowded && shard.nowMs !== this.#crowdedAtMs) {
      this.#crowdedAtMs = shard.nowMs;
      serveCrowded(shard);
    }
    if (shard.breakers.size > 0) shard.breakers.look(shard);
    return fired;
  }

  get #isCrowded(): boolean {
    return this.#shard.crowded.size + this.#shard.crowdedPools.size > 0;
  }

  #publish(): void {
    const { isHolding, linkList } = this.#shard;
    let leaving = false;
    for (let i = 0; i < linkList.length; i++) {
      const link = linkList[i] as ShardLink;
      const delivered = link.deliver.publish();
      link.complete.publish();
      if (link.hasDroppable) link.submit.announce();
      if (isHolding) link.submit.announceCleared(link.held);
      if (link.down) leaving = true;
      else if (delivered || link.mustRing(this.#shard.nowMs)) link.ring();
    }
    if (leaving) forgetQuietLinks(this.#shard);
  }
}
