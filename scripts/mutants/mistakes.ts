/**
 * Mistakes that somebody could make in the production code, as edits of its text, and who must find each. An edit that
 * does not fit the source any more is reported: it is to be written anew.
 */

/** The simulator (`npm run sim`), or a test of `test/sim` that looks at every interleaving or at the order of accesses. */
export type Finder = 'simulator' | `test/sim/${string}.test.ts`;

export interface Mistake {
  readonly name: string;
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  readonly put: string;
  readonly finder: Finder;
}

const SIMULATOR = 'simulator';

export const mistakes: readonly Mistake[] = [
  {
    name: 'tail before slot, in a sender',
    file: 'src/memory/submit-ring.ts',
    find: `    put(this.#entries, position & this.#mask, entry);
    this.#position = (position + 1) | 0;
    put(this.#words, PTAIL, this.#position);`,
    put: `    this.#position = (position + 1) | 0;
    put(this.#words, PTAIL, this.#position);
    put(this.#entries, position & this.#mask, entry);`,
    finder: SIMULATOR,
  },
  {
    name: 'tail before slot, in a shard',
    file: 'src/memory/deliver-ring.ts',
    find: `    put(entries, at, head);
    put(entries, at + 1, ref);
    put(entries, at + 2, target);
    put(entries, at + 3, attempt);
    this.#position = (this.#position + 1) | 0;
    put(this.#words, DPTAIL, this.#position);`,
    put: `    this.#position = (this.#position + 1) | 0;
    put(this.#words, DPTAIL, this.#position);
    put(entries, at, head);
    put(entries, at + 1, ref);
    put(entries, at + 2, target);
    put(entries, at + 3, attempt);`,
    finder: SIMULATOR,
  },
  {
    name: 'an id used again before all have heard that its last owner has left',
    file: 'src/host/client-ids.ts',
    find: '    for (const last of heard) if (((last - first.told) | 0) < 0) return undefined;\n',
    put: '',
    finder: SIMULATOR,
  },
  {
    name: 'ack before handler',
    file: 'src/client/endpoint.ts',
    find: '      result = this.#handler(message, new LoanContext(loan, this.#parts.home));',
    put: `      if (loan.kind !== KIND.request) this.#parts.answers.acknowledge(loan);
      result = this.#handler(message, new LoanContext(loan, this.#parts.home));`,
    finder: SIMULATOR,
  },
  {
    name: 'generation of a loan not compared',
    file: 'src/shard/membership.ts',
    find: '    state === CELL.loaned && get(link.marks, cell * MARK_WORDS) === cellLoan(word) + 1;',
    put: '    state === CELL.loaned && get(link.marks, cell * MARK_WORDS) > 0;',
    finder: SIMULATOR,
  },
  {
    name: 'generation of a slot not compared',
    file: 'src/shard/resume.ts',
    find: '  if (recordGen(link.ledger, slot) !== gen) {',
    put: '  if (recordGen(link.ledger, slot) < 0) {',
    finder: SIMULATOR,
  },
  {
    name: 'generation of the route table not compared',
    file: 'src/memory/key-cache.ts',
    find: ' && this.#stamps[at] === stamp',
    put: ' && stamp >= -0x80000000',
    finder: SIMULATOR,
  },
  {
    name: 'park without re-check',
    file: 'src/shard/shard-loop.ts',
    find: '      if (!takeCommands() && timedStep(core, memory.latency, now(), now) === 0) {',
    put: '      if (!takeCommands()) {',
    finder: 'test/sim/shard-loop.test.ts',
  },
  {
    name: 'release before the last ack',
    file: 'src/shard/settle.ts',
    find: '  if (recordState(link.ledger, slot) === LEDGER.held && link.loanCount[slot] === 1) {',
    put: '  if (recordState(link.ledger, slot) === LEDGER.held) {',
    finder: SIMULATOR,
  },
  {
    name: 'release with the status, loans out',
    file: 'src/shard/settle.ts',
    find: '      link.pushStatus(packComplete(COMPLETION.settled, outcome.status, slot), outcome.detail);',
    put: '      link.pushStatus(packComplete(COMPLETION.final, outcome.status, slot), outcome.detail);',
    finder: SIMULATOR,
  },
  {
    name: 'attempts counted after the handler',
    file: 'src/client/endpoint.ts',
    find: `      loan.link.mark(loan.cell, loan.number);
      result = this.#handler(message, new LoanContext(loan, this.#parts.home));`,
    put: `      result = this.#handler(message, new LoanContext(loan, this.#parts.home));
      loan.link.mark(loan.cell, loan.number);`,
    finder: SIMULATOR,
  },
  {
    name: 'completion before its status: recorded as done, then pushed',
    file: 'src/shard/settle.ts',
    find: `  if (isAnswer) link.pushRelease(head, detail);
  else link.pushStatus(head, detail);
  setRecord(link.ledger, slot, gen, LEDGER.done);`,
    put: `  setRecord(link.ledger, slot, gen, LEDGER.done);
  if (isAnswer) link.pushRelease(head, detail);
  else link.pushStatus(head, detail);`,
    finder: SIMULATOR,
  },
  {
    name: 'successor skips settled slots',
    file: 'src/shard/recover.ts',
    find: '    if (state === LEDGER.done) continue;',
    put: '    if (state === LEDGER.done || state === LEDGER.held) continue;',
    finder: SIMULATOR,
  },
  {
    name: "probe not returned on a shard's death",
    file: 'src/shard/recover.ts',
    find: '    if (get(loads, at) !== trials) store(loads, at, trials);',
    put: '    if (get(loads, at) < trials) store(loads, at, trials);',
    finder: SIMULATOR,
  },
  {
    name: "claim on a probe not given back on a shard's death",
    file: 'src/shard/target-breaker.ts',
    find: '    unclaimBreaker(control, target, own.id);\n  }',
    put: '  }',
    finder: SIMULATOR,
  },
  {
    name: 'retry overtakes its key',
    file: 'src/shard/back-off.ts',
    find: `  if (isOnLoan(state)) {
    target.loans -= 1;`,
    put: `  if (isOnLoan(state)) {
    target.lanes?.leave(delivery);
    target.loans -= 1;`,
    finder: SIMULATOR,
  },
  {
    name: 'attempts not counted',
    file: 'src/shard/retry.ts',
    find: '  backOff(shard, delivery, (word & ~CELL_UNHEARD) + ONE_ATTEMPT, hasPlace ? delay : 0);',
    put: '  backOff(shard, delivery, word & ~CELL_UNHEARD, hasPlace ? delay : 0);',
    finder: SIMULATOR,
  },
  {
    name: "a key lost on its way between a pool's threads",
    file: 'src/shard/move.ts',
    find: '  if (owner.lanes !== undefined && owner.lanes === to.lanes) to.lanes.pass(from, delivery);\n',
    put: '',
    finder: SIMULATOR,
  },
  {
    name: "trials of a pool counted at its threads on a shard's death",
    file: 'src/shard/recover.ts',
    find: '      const { target } = owner.breaker;',
    put: '      const target = owner.spec.id;',
    finder: SIMULATOR,
  },
  {
    name: 'what must not run twice is redelivered',
    file: 'src/shard/membership.ts',
    find: 'redeliver === false ? 1 : maxDeaths',
    put: 'maxDeaths',
    finder: SIMULATOR,
  },
  {
    name: 'handled ids lost with a shard',
    file: 'src/shard/handled.ts',
    find: '    const used = usedPlaces(words, places);',
    put: '    const used = Math.min(0, usedPlaces(words, places));',
    finder: SIMULATOR,
  },
  {
    name: 'what is handled after its caller gave up not recorded',
    file: 'src/shard/acknowledge.ts',
    find: '  if (status === ACK_STATUS.ok) noteHandled(shard, link, cell);',
    put: `  const isHeld = recordState(sender.ledger, refSlot(ref)) === LEDGER.held;
   if (status === ACK_STATUS.ok && !isHeld) noteHandled(shard, link, cell);`,
    finder: SIMULATOR,
  },
];
