/**
 * Answering a request from outside its handler, by the correlation id that the handler received: on the handler's thread,
 * or on any other of the bus. Elsewhere the shard knows whether anybody waits for it.
 */
import { CLIENT_NUMBER_MAX, LOAN_MASK, packDelivery, STATUS } from '../memory/entries.ts';
import { NO_DEADLINE } from '../memory/slot-header.ts';
import { BusError } from '../message/errors.ts';
import { KIND } from '../message/kinds.ts';
import type { ClientCore } from './client-core.ts';
import type { ClientLink } from './client-link.ts';
import type { Pending } from './pending.ts';
import { NO_SLOT } from './slot-table.ts';

const CELL_MAX = 0xffff;
const SEQ_MAX = 2 ** 32 - 1;

interface Named {
  readonly link: ClientLink;
  /** Its number. */
  readonly client: number;
  readonly cell: number;
  readonly number: number;
  readonly seqLow: number;
}

/** Resolves when it is sent, from another thread when the caller has it. Rejects ERR_BUS_CORRELATION_NOT_FOUND. */
export async function answerByCorrelation(
  core: ClientCore,
  id: string,
  payload: unknown,
): Promise<void> {
  const named = parse(core, id);
  if (named === undefined) throw notFound(id);
  if (named.client === core.memory.number) answerHere(core, id, named, payload);
  else if (!(await answerElsewhere(core, named, payload))) throw notFound(id);
}

function parse(core: ClientCore, id: unknown): Named | undefined {
  const parts =
    typeof id === 'string' && /^\d+(\.\d+){4}$/.test(id) ? id.split('.').map(Number) : [];
  const [shard, client, cell, number, seq] = parts as [number, number, number, number, number];
  const link = core.links[shard];
  if (link === undefined || client > CLIENT_NUMBER_MAX || cell > CELL_MAX) return undefined;
  if (number > LOAN_MASK || seq > SEQ_MAX) return undefined;
  return { link, client, cell, number, seqLow: seq | 0 };
}

function answerHere(core: ClientCore, id: string, named: Named, payload: unknown): void {
  const loan = named.link.loans[named.cell];
  if (loan === undefined || loan.number !== named.number || loan.settled) throw notFound(id);
  if (loan.seqLow !== named.seqLow) throw notFound(id);
  const isLate = loan.sawNotice();
  core.receiverParts.answers.reply(loan, payload);
  // It has given the loan back, and is counted as late.
  if (isLate) throw notFound(id);
}

/** False: nobody waits for it. */
function answerElsewhere(core: ClientCore, named: Named, payload: unknown): Promise<boolean> {
  const { cell, client, link, number, seqLow } = named;
  const slot = core.outbox.submit({
    kind: KIND.response,
    flags: 0,
    key: undefined,
    link,
    payload,
    id: undefined,
    headers: undefined,
    deadline: NO_DEADLINE,
    expires: NO_DEADLINE,
    corr: packDelivery(cell, number),
    isReply: true,
    encoded: undefined,
    holder: { client, seqLow },
  });
  if (slot === NO_SLOT) return Promise.reject(noRoom());
  return new Promise((resolve, reject) => {
    const pending: Pending = {
      settle: (status) => resolve(status === STATUS.ok),
      fail: reject,
    };
    core.slots.pending[slot] = pending;
    core.outbox.published(link);
  });
}

function noRoom(): BusError {
  const text =
    'routeMessage: no room for the response; nothing was sent. Send more slowly, or raise the options slots or heapBytes.';
  return new BusError('ERR_BUS_FULL', text);
}

function notFound(id: unknown): BusError {
  return new BusError(
    'ERR_BUS_CORRELATION_NOT_FOUND',
    `No request with the correlation id '${String(id).slice(0, 100)}' waits for an answer.`,
    { details: { correlationId: id } },
  );
}
