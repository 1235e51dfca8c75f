/**
 * A client of an exploration: the production outbox, slot table, completions, answers and link, and in place of user
 * code a script. What it does and sees is written down for the oracle.
 */
import { Answers } from '../../src/client/answers.ts';
import { ClientLink } from '../../src/client/client-link.ts';
import { Completions } from '../../src/client/completions.ts';
import type { InternedKey } from '../../src/client/interner.ts';
import { Loan } from '../../src/client/loan.ts';
import { type Draft, Outbox } from '../../src/client/outbox.ts';
import type { Peer } from '../../src/client/peers.ts';
import { NO_SLOT, SlotTable } from '../../src/client/slot-table.ts';
import {
  ACK_STATUS,
  DELIVER,
  deliverFlags,
  deliverOp,
  FLAG_REDELIVERED,
  loanOf,
  low16,
  packCancel,
  refClient,
  refSlot,
  STATUS,
} from '../../src/memory/entries.ts';
import { Heap, PAGE_BYTES } from '../../src/memory/heap.ts';
import { get } from '../../src/memory/seam.ts';
import {
  FLAG_EARLY,
  KEY_ID,
  NO_DEADLINE,
  SEQ_LO,
  SLOT_WORDS,
} from '../../src/memory/slot-header.ts';
import type { Codec } from '../../src/message/codec.ts';
import { Violation } from '../helpers/interleave/actor.ts';
import type { Look, MessageName } from './oracle.ts';
import {
  KEYS,
  kindOf,
  type SceneMemory,
  type SceneTarget,
  type Send,
  targetsOf,
} from './slot-scene.ts';

interface Held {
  readonly message: MessageName;
  readonly look: Look;
}

/** Never reached: the script publishes, outside of the catch clause that replies are sent under. */
const BATCH_SIZE = 64;

/** Nothing is ever allocated: one does for all. */
const unusedHeap = new Heap(2 * PAGE_BYTES, 0);

/** Messages of a script carry nothing. */
const emptyCodec: Codec = {
  classify: () => 0,
  sizeOf: () => 0,
  write: () => 0,
  read: () => undefined,
};

export class SlotClient {
  readonly link: ClientLink;
  readonly slots: SlotTable;
  readonly heap: Heap;
  readonly answers: Answers;
  readonly #memory: SceneMemory;
  readonly #id: number;
  readonly #outbox: Outbox;
  readonly #completions: Completions;
  readonly #keys: readonly InternedKey[];
  /** Deliveries in hand, by cell. */
  readonly #held = new Map<number, Held>();
  /** What the next slot is taken for. */
  #filling: MessageName | undefined;
  #sequence = 0;

  constructor(memory: SceneMemory, id: number) {
    const { scene, clients, links, shard } = memory;
    const { headers, bytes } = clients[id] as SceneMemory['clients'][number];
    this.#memory = memory;
    this.#id = id;
    this.heap = unusedHeap;
    this.link = new ClientLink(links[id] as SceneMemory['links'][number], shard);
    this.slots = new SlotTable(headers, scene.slots, scene.reserve ?? 0);
    this.#watchSlots();
    this.#outbox = new Outbox({
      headers,
      bytes,
      slots: this.slots,
      heap: this.heap,
      codec: emptyCodec,
      maxMessageBytes: 1024,
      batchSize: BATCH_SIZE,
      requestFlush: () => undefined,
      noteWork: () => undefined,
      tick: () => undefined,
    });
    this.answers = new Answers(this.#outbox, this.link);
    this.#completions = new Completions(this.slots, this.heap, {
      onUnclaimed: ({ slot }) => {
        throw new Violation(`a status for slot ${slot} that nobody waits for`);
      },
      onStatus: () => undefined,
    });
    this.#keys = KEYS.map((text, index) => ({
      text,
      id: index,
      epoch: 0,
      hash: index,
      shard: 0,
      offset: index,
      length: 1,
      inFlight: 0,
      recent: false,
    }));
  }

  /** False: no room. */
  send(send: Send, index: number): boolean {
    const message = { client: this.#id, index };
    this.#filling = message;
    const slot = this.#outbox.submit(this.#draft(send));
    this.#filling = undefined;
    if (slot === NO_SLOT) return false;
    const { scene } = this.#memory;
    const targets = targetsOf(scene, send);
    const mayDrop = scene.targets.some(({ whenFull = 'park' }) => whenFull !== 'park');
    this.slots.pending[slot] = {
      settle: (status, detail) => {
        const early = send.kind === 'event' && (send.early === true || mayDrop);
        this.#memory.oracle.noteStatus(message, status, targets, early);
        if (status !== STATUS.reply) return;
        this.#memory.oracle.checkReply(message, refClient(detail), refSlot(detail));
      },
      fail: () => undefined,
    };
    if (send.cancel === true) {
      this.#publishBatch();
      this.link.submit.push(packCancel(slot));
    }
    this.#publishBatch();
    return true;
  }

  #publishBatch(): void {
    if (this.link.submit.pending >= (this.#memory.scene.batch ?? 1)) this.link.flush();
  }

  /** As `ClientCore.poll`: completions, deliveries, what waits for room, then everything is published. */
  poll(): number {
    const { oracle } = this.#memory;
    const completed = this.#completions.poll(this.link);
    if (completed > 0) oracle.noteRead(this.#id, 1, completed);
    const { deliver } = this.link;
    const unread = deliver.refresh();
    for (let left = unread; left > 0; left--) {
      const head = deliver.peek(0);
      const [ref, target, detail] = [deliver.peek(1), deliver.peek(2), deliver.peek(3)];
      deliver.advance();
      oracle.noteRead(this.#id, 0, 1);
      if (deliverOp(head) === DELIVER) this.#take(head, ref, target, detail);
    }
    if (completed + unread > 0) this.answers.retry();
    this.link.flush();
    return completed + unread;
  }

  #take(head: number, ref: number, target: number, detail: number): void {
    const { oracle, clients, scene } = this.#memory;
    const [sender, slot, cell] = [refClient(ref), refSlot(ref), low16(head)];
    const redelivered = (deliverFlags(head) & FLAG_REDELIVERED) !== 0;
    const look = { reader: this.#id, sender, slot, target };
    const message = oracle.noteTaken(look, redelivered || detail > 1);
    const { headers } = clients[sender] as SceneMemory['clients'][number];
    const key = get(headers, slot * SLOT_WORDS + KEY_ID);
    if (get(headers, slot * SLOT_WORDS + SEQ_LO) !== oracle.seqOf(message)) {
      throw new Violation(`client ${sender} slot ${slot}: header of another message`);
    }
    oracle.noteOrder(message, target, key);
    const peer = { headers } as unknown as Peer;
    const loan = new Loan(this.link, cell, loanOf(head), peer, slot, detail, redelivered);
    this.link.mark(cell, loan.number);
    const { answer } = scene.targets[target - scene.clients.length] as SceneTarget;
    if (answer === 'reply') {
      this.#held.set(cell, { message, look });
      this.answers.reply(loan, undefined);
      return;
    }
    oracle.noteAnswered(message, look, answer === 'ok');
    const status = answer === 'ok' ? ACK_STATUS.ok : ACK_STATUS.failed;
    this.answers.acknowledge(loan, status);
  }

  #draft(send: Send): Draft {
    return {
      kind: kindOf(send),
      flags: send.early === true ? FLAG_EARLY : 0,
      key: this.#keys[send.key],
      link: this.link,
      payload: undefined,
      id: undefined,
      headers: undefined,
      deadline: send.deadline ?? NO_DEADLINE,
      expires: NO_DEADLINE,
      corr: 0,
      isReply: false,
      encoded: undefined,
      holder: undefined,
    };
  }

  /** Every slot that is taken or comes back passes here; the production table does the work. */
  #watchSlots(): void {
    const { slots } = this;
    const { oracle, scene } = this.#memory;
    const take = slots.take.bind(slots);
    const putBack = slots.put.bind(slots);
    slots.take = () => {
      const slot = take();
      this.#sequence += 1;
      const reply = this.#replying();
      if (reply === undefined) {
        oracle.noteSent(this.#filling as MessageName, slot, this.#sequence);
      } else {
        oracle.noteReply(this.#id, slot, reply.message);
        oracle.noteAnswered(reply.message, reply.look, true);
      }
      this.#filling = undefined;
      return slot;
    };
    slots.put = (slot) => {
      oracle.noteReleased(this.#id, slot);
      putBack(slot);
    };
    if (scene.mistake === 'slot freed at its status') freeEarly(slots);
  }

  /** The oldest delivery whose reply is being sent; replies go out in the order of their loans. */
  #replying(): Held | undefined {
    if (this.#filling !== undefined) return undefined;
    for (const [cell, held] of this.#held) {
      this.#held.delete(cell);
      return held;
    }
    return undefined;
  }
}

/** The owner takes `settled` and `leftBehind` for `free`. */
function freeEarly(slots: SlotTable): void {
  const states = slots.state;
  const watched = new Proxy(states, {
    set: (array, index, value: number) => {
      array[Number(index)] = value;
      if (value === 2 || value === 4) slots.put(Number(index));
      return true;
    },
  });
  Object.defineProperty(slots, 'state', { value: watched });
}
