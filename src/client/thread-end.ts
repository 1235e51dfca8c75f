/** The end of a thread, as the errors that come of it tell it. */
import type { ThreadEnd } from '../control/plane.ts';
import { messageOf } from '../message/error-codec.ts';
import { type BusError, outcomeError } from '../message/errors.ts';
import { unpackThrown } from '../message/thrown-value.ts';

/** Of what ended it, in the text of other errors: UTF-16 code units. The whole of it is the cause. */
const REASON_LENGTH = 500;

export interface TellableEnd {
  /** Without the article in front of it. */
  readonly what: string;
  /** `ERR_BUS_WORKER`; what ended the thread is the cause, where it is known. */
  readonly error: BusError;
}

export function threadEnd(
  endpoint: string,
  { exitCode, thrown, threadId }: ThreadEnd,
  about: Readonly<Record<string, unknown>>,
): TellableEnd {
  const exit = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  const why = thrown === undefined ? {} : { cause: unpackThrown(thrown) };
  const reason = 'cause' in why ? shown(messageOf(why.cause)) : '';
  const what = `thread ${threadId} of endpoint '${endpoint}' ended${exit}${reason}`;
  const details = { ...about, endpoint, threadId, ...(exitCode === undefined ? {} : { exitCode }) };
  return { what, error: outcomeError('ERR_BUS_WORKER', `The ${what}.`, { ...why, details }) };
}

/** In brackets; nothing for an error without a message. */
function shown(reason: string): string {
  const text = reason.length > REASON_LENGTH ? `${reason.slice(0, REASON_LENGTH)}…` : reason;
  return text === '' ? '' : ` (${text.replace(/[.]$/, '')})`;
}
