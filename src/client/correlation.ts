/** Answering a request from outside its handler, by the correlation id that the handler received. */
import { BusError } from '../message/errors.ts';
import type { ClientCore } from './client-core.ts';

/** Throws ERR_BUS_CORRELATION_NOT_FOUND when nobody waits for it on this thread. */
export function answerByCorrelation(core: ClientCore, id: string, payload: unknown): void {
  const parts = typeof id === 'string' ? id.split('.').map(Number) : [];
  const [shard, client, cell, number] = parts as [number, number, number, number];
  const loan = client === core.id ? core.links[shard]?.loans[cell] : undefined;
  if (loan === undefined || loan.number !== number || loan.settled) {
    throw new BusError(
      'ERR_BUS_CORRELATION_NOT_FOUND',
      `No request with the correlation id '${String(id).slice(0, 100)}' waits for an answer of this thread.`,
      { details: { correlationId: id } },
    );
  }
  core.receiverParts.answers.reply(loan, payload);
}
