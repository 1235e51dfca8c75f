/** Acts a script out on a world, and keeps account of what every client saw. */
import { expect } from 'vitest';
import type { Loan } from '../../src/client/loan.ts';
import type { PendingSend } from '../../src/client/pending-send.ts';
import type { Receiver } from '../../src/client/receiver.ts';
import type { Balance } from '../../src/control/commands.ts';
import { ACK_STATUS, COMPLETION, STATUS } from '../../src/memory/entries.ts';
import { KEY_ID, SEQ_LO } from '../../src/memory/slot-header.ts';
import { KIND } from '../../src/message/kinds.ts';
import { heldByWorld } from '../unit/client/at-rest.ts';
import { CoreWorld, type WorldClient } from '../unit/client/core-world.ts';
import {
  CLIENTS,
  ENDPOINT_CLIENTS,
  type How,
  MORTAL,
  type Size,
  type Step,
  SUBSCRIPTIONS,
} from './core-script.ts';

/** Rounds of answering everything until nothing is left; every round ends something. */
const ENDING_ROUNDS = 300;
const LONG_MS = 50;

/** Says why a message may come again. */
type Reasons = Set<string>;

class Witness implements Receiver {
  readonly client: WorldClient;
  readonly name: string;
  readonly loans: Loan[] = [];
  readonly #player: CorePlayer;

  constructor(player: CorePlayer, client: WorldClient, name: string) {
    this.#player = player;
    this.client = client;
    this.name = name;
  }

  get held(): number {
    return this.loans.length;
  }

  take(loan: Loan): void {
    loan.link.loans[loan.cell] = loan;
    this.loans.push(loan);
    this.#player.noteDelivery(this, loan);
  }
}

export class CorePlayer {
  readonly world: CoreWorld;
  readonly #window: number;
  readonly #witnesses: Witness[] = [];
  readonly #targets: (number | undefined)[] = [];
  readonly #routes: { readonly id: number; readonly spec: string }[] = [];
  readonly #sends: { readonly send: PendingSend; readonly abort: AbortController }[] = [];
  readonly #mayComeAgain: Reasons = new Set();
  readonly #seen = new Map<string, number>();
  readonly #last = new Map<string, number>();
  #isCalm = true;
  #isDetached = false;

  constructor({ window, ...size }: Size) {
    this.#window = window;
    this.world = new CoreWorld({
      ...size,
      clients: CLIENTS,
      cells: 16,
      heapBytes: 512 * 1024,
      maxMessageBytes: 64 * 1024,
    });
    ENDPOINT_CLIENTS.forEach((client, at) => {
      this.#admit(client, `endpoint ${at}`, { kind: 'endpoint', whenFull: 'park' });
    });
    for (const { client, pattern, whenFull } of SUBSCRIPTIONS) {
      const target = this.#admit(client, `on ${pattern} ${whenFull}`, {
        kind: 'subscription',
        whenFull,
      });
      this.world.subscribe(pattern, target);
    }
  }

  play(step: Step): void {
    const { world } = this;
    switch (step.op) {
      case 'send':
        this.#send(step);
        break;
      case 'trySend': {
        if (!this.#isHere(step.client)) break;
        const client = world.client(step.client);
        if (step.kind === 'notify') client.tryNotify(step.key, 'try');
        else client.tryPublish(step.key, 'try');
        break;
      }
      case 'poll':
        if (this.#isHere(step.client)) world.client(step.client).core.poll();
        break;
      case 'flush':
        if (this.#isHere(step.client)) world.client(step.client).endMicrotask();
        break;
      case 'step':
        world.shard(step.shard % world.shards.length).step(world.nowMs);
        break;
      case 'answer':
        this.#answer(this.#witnesses[step.receiver] as Witness, step.which, step);
        break;
      case 'abort':
        this.#sends.at(-1 - step.which)?.abort.abort();
        break;
      case 'wait':
        world.advance(step.ms);
        break;
      case 'addRoute':
        this.#addRoute(step);
        break;
      case 'removeRoute': {
        const [route] = this.#routes.splice(step.which % Math.max(1, this.#routes.length), 1);
        if (route !== undefined) world.removeRoute(route.id);
        break;
      }
      case 'close':
        this.#close(step.endpoint, step.uninstall);
        break;
      case 'detach':
        this.#detach(step.mark);
        break;
    }
  }

  /** Everything is answered; then nothing may be left, and every message must have ended once. */
  end(): void {
    const { world } = this;
    let idle = 0;
    for (let round = 0; round < ENDING_ROUNDS && idle < 3; round++) {
      world.run();
      let answered = 0;
      for (const witness of this.#witnesses) {
        while (this.#isHere(witness.client.id) && witness.loans.length > 0) {
          this.#answer(witness, 0, { how: 'ok', bytes: 0 });
          answered += 1;
        }
      }
      world.advance(LONG_MS);
      idle = answered === 0 ? idle + 1 : 0;
    }
    for (const { send } of this.#sends) {
      if (this.#isHere(this.#senderOf.get(send) as number))
        expect(send.isOpen, send.key).toBe(false);
    }
    const gone = this.#isDetached ? [MORTAL] : [];
    for (const client of world.clients) {
      if (this.#isHere(client.id)) checkCompletions(client);
      expect(client.core.batches.current.open * Number(this.#isHere(client.id))).toBe(0);
    }
    expect(heldByWorld(world, gone)).toEqual({});
    if (this.#isDetached) {
      expect(world.forgotten.map(({ shard }) => shard).sort()).toEqual(
        world.shards.map((_, at) => at),
      );
    }
  }

  noteDelivery(witness: Witness, loan: Loan): void {
    const seq = loan.header(SEQ_LO);
    const from = loan.peer.memory.id;
    const message = `${from}#${seq}`;
    const isRequest = loan.kind === KIND.request;
    const place = isRequest ? message : `${message} at ${witness.name}`;
    const times = (this.#seen.get(place) ?? 0) + 1;
    this.#seen.set(place, times);
    if (times > 1) {
      expect(this.#mayComeAgain.has(message), `${place} came again`).toBe(true);
      return;
    }
    if (!this.#isCalm) return;
    const line = `client ${from}, key ${loan.header(KEY_ID)}, ${witness.name}`;
    expect(seq, line).toBeGreaterThan(this.#last.get(line) ?? 0);
    this.#last.set(line, seq);
  }

  readonly #senderOf = new Map<PendingSend, number>();

  #isHere(client: number): boolean {
    return client !== MORTAL || !this.#isDetached;
  }

  #admit(
    client: number,
    name: string,
    wishes: {
      kind: 'endpoint' | 'subscription';
      whenFull: 'park' | 'drop-oldest' | 'drop-newest' | 'error';
    },
  ): number {
    const at = this.world.client(client);
    const witness = new Witness(this, at, name);
    const target = this.world.addTarget(at, witness, { ...wishes, window: this.#window });
    this.#witnesses.push(witness);
    this.#targets.push(target);
    return target;
  }

  #send(step: Extract<Step, { op: 'send' }>): void {
    if (!this.#isHere(step.client)) return;
    const abort = new AbortController();
    const { kind, key, bytes, timeout, ttl } = step;
    const client = this.world.client(step.client);
    const options = { timeout, ttl, signal: abort.signal };
    let send: PendingSend;
    try {
      send = client[kind](key, new Uint8Array(bytes), options);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_BUS_FULL' });
      return;
    }
    this.#senderOf.set(send, step.client);
    this.#sends.push({ send, abort });
  }

  #answer(witness: Witness, which: number, { how, bytes }: { how: How; bytes: number }): void {
    if (!this.#isHere(witness.client.id) || witness.loans.length === 0) return;
    const [loan] = witness.loans.splice(which % witness.loans.length, 1) as [Loan];
    const { answers } = witness.client.core.receiverParts;
    if (how === 'requeue') {
      this.#isCalm = false;
      this.#mayComeAgain.add(`${loan.peer.memory.id}#${loan.header(SEQ_LO)}`);
      answers.acknowledge(loan, ACK_STATUS.requeue);
    } else if (loan.kind === KIND.request) {
      if (how === 'ok') answers.reply(loan, new Uint8Array(bytes));
      else answers.replyError(loan, new Error('refused'));
    } else if (how === 'ok' || loan.kind === KIND.event) answers.acknowledge(loan);
    else answers.report(loan, witness.name, new Error('x'.repeat(bytes)));
  }

  #addRoute({ pattern, endpoint, priority, balance }: Extract<Step, { op: 'addRoute' }>): void {
    const target = this.#targets[endpoint];
    const spec = `${pattern} ${priority} ${endpoint}`;
    if (target === undefined || this.#routes.some((route) => route.spec === spec)) return;
    if (!this.#isHere(ENDPOINT_CLIENTS[endpoint] as number)) return;
    // Members of a set agree on how it is balanced.
    const first = this.#routes.find((route) => route.spec.startsWith(`${pattern} ${priority}`));
    const agreed = first === undefined ? balance : (this.#balances.get(first.id) ?? balance);
    const id = this.world.addRoute(pattern, target, {
      priority,
      balance: agreed,
      cursor: priority,
    });
    this.#balances.set(id, agreed);
    this.#routes.push({ id, spec });
  }

  readonly #balances = new Map<number, Balance>();

  #close(endpoint: number, uninstall: boolean): void {
    const target = this.#targets[endpoint];
    if (target === undefined || !this.#isHere(ENDPOINT_CLIENTS[endpoint] as number)) return;
    this.#isCalm = false;
    this.#targets[endpoint] = undefined;
    this.#forgetRoutes((spec) => spec.endsWith(` ${endpoint}`));
    this.world.removeTarget(target);
    if (uninstall) this.world.client(ENDPOINT_CLIENTS[endpoint]).core.uninstall(target);
  }

  #detach(mark: boolean): void {
    if (this.#isDetached) return;
    this.#isCalm = false;
    this.#isDetached = true;
    for (const { client, loans } of this.#witnesses) {
      if (client.id !== MORTAL) continue;
      for (const loan of loans) {
        if (mark) loan.link.mark(loan.cell, loan.number);
        this.#mayComeAgain.add(`${loan.peer.memory.id}#${loan.header(SEQ_LO)}`);
      }
    }
    this.#forgetRoutes((spec) => ENDPOINT_CLIENTS[Number(spec.split(' ')[2])] === MORTAL);
    this.world.detach(this.world.client(MORTAL));
  }

  #forgetRoutes(isGone: (spec: string) => boolean): void {
    for (const route of [...this.#routes]) {
      if (isGone(route.spec)) this.#routes.splice(this.#routes.indexOf(route), 1);
    }
  }
}

/** Per slot: FINAL, or a status and then its release; and as many as were accepted. */
function checkCompletions({ completions, core }: WorldClient): void {
  const open = new Set<number>();
  for (const { completion, slot, status } of completions) {
    const isSecond = completion === COMPLETION.release;
    expect(open.has(slot), `completion ${completion} of slot ${slot}`).toBe(isSecond);
    if (isSecond) open.delete(slot);
    else if (completion !== COMPLETION.final) open.add(slot);
    expect(status).toBeLessThanOrEqual(STATUS.died);
  }
  expect(open).toEqual(new Set());
  expect(core.counters.counts.settled).toBe(core.counters.counts.accepted);
}
