/** What `deadLetters.list` and `deadLetters.purge` are given. */

import { LIMITS } from '../limits.ts';
import type { DeadLetterFilter, DeadLetterQuery, DeadReason } from '../message/dead-letter.ts';
import { OptionReader } from './reader.ts';

const PAGE = 100;
const PAGE_MAX = 1000;
const ID_LENGTH_MAX = 64;

const REASONS: readonly DeadReason[] = ['rejected', 'expired', 'overflow', 'attempts', 'died'];

/** Throws `ERR_BUS_CONFIG`. */
export function resolveDeadLetterQuery(query: DeadLetterQuery = {}): {
  readonly limit: number;
  readonly cursor: string | undefined;
} {
  const read = new OptionReader(query, ['limit', 'cursor'], 'deadLetters.list');
  const cursor = read.text('cursor', ID_LENGTH_MAX);
  if (cursor !== undefined && !/^\d+$/.test(cursor)) {
    throw read.refuse('cursor', 'the cursor of a page', cursor);
  }
  return { limit: read.integer('limit', PAGE, { low: 1, high: PAGE_MAX }), cursor };
}

/** Throws `ERR_BUS_CONFIG`. */
export function resolveDeadLetterFilter(filter: DeadLetterFilter = {}): DeadLetterFilter {
  const names = ['id', 'endpoint', 'reason', 'before'];
  const read = new OptionReader(filter, names, 'deadLetters.purge');
  const reason = read.get('reason');
  return {
    id: read.text('id', ID_LENGTH_MAX),
    endpoint: read.text('endpoint', LIMITS.nameLength),
    reason: reason === undefined ? undefined : read.choice('reason', 'died', REASONS),
    before: read.number('before', Number.POSITIVE_INFINITY, {
      low: 0,
      high: Number.MAX_SAFE_INTEGER,
      orInfinity: true,
    }),
  };
}
