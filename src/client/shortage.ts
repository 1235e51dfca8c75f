/** What a client says of its slots and heap: whether they run short (the shards may hold back), and whether senders wait. */
import { type ClientMemory, ROOM, ROOM_STATE, TIGHT } from '../memory/client-memory.ts';
import type { Heap } from '../memory/heap.ts';
import { put } from '../memory/seam.ts';
import type { SlotTable } from './slot-table.ts';

export class Shortage {
  readonly #memory: ClientMemory;
  readonly #slots: SlotTable;
  readonly #heap: Heap;
  #isTight = false;
  /** ROOM_STATE. */
  #room: number = ROOM_STATE.enough;

  constructor(memory: ClientMemory, slots: SlotTable, heap: Heap) {
    this.#memory = memory;
    this.#slots = slots;
    this.#heap = heap;
  }

  /** Tells the shards whether slots or heap run short. */
  look(): void {
    const isTight = this.#isHalfUsed();
    if (isTight === this.#isTight) return;
    this.#isTight = isTight;
    put(this.#memory.words, TIGHT, isTight ? 1 : 0);
  }

  /** A message has found no room. */
  noteNoRoom(): void {
    this.#setRoom(this.#slots.hasRoom(false) ? ROOM_STATE.noHeap : ROOM_STATE.noSlot);
  }

  /** Nobody waits for room any more. It counts as enough again when half is free, so that it is not told in turns. */
  noteRoom(): void {
    if (this.#room !== ROOM_STATE.enough && !this.#isHalfUsed()) this.#setRoom(ROOM_STATE.enough);
  }

  #isHalfUsed(): boolean {
    const { used, count } = this.#slots;
    return used * 2 > count || this.#heap.usedBytes * 2 > this.#memory.bytes.length;
  }

  #setRoom(room: number): void {
    if (room === this.#room) return;
    this.#room = room;
    put(this.#memory.words, ROOM, room);
  }
}
