/** What somebody sends in a run: under one of few keys, often with one of few ids, perhaps with an end to its time. */
import { KIND } from '../../../src/message/kinds.ts';
import type { SendOptions } from '../../../src/options.ts';
import type { Random } from './random.ts';

export const KEYS: readonly string[] = ['a', 'b', 'c'];
const IDS = ['x', 'y', 'z'];

const VERBS: Readonly<Record<number, 'request' | 'notify' | 'publish'>> = {
  [KIND.request]: 'request',
  [KIND.notification]: 'notify',
  [KIND.event]: 'publish',
};

export interface SimMessage {
  readonly key: string;
  readonly kind: number;
  readonly verb: (typeof VERBS)[number];
  readonly options: SendOptions;
  /** Of its signal, where it has one. */
  readonly abort: AbortController | undefined;
}

export function drawMessage(random: Random): SimMessage {
  const key = random.pick(KEYS);
  const abort = random.oneIn(6) ? new AbortController() : undefined;
  const options: SendOptions = {
    ...(random.oneIn(4) ? { timeout: random.pick([1, 20, 500]) } : {}),
    ...(abort === undefined ? {} : { signal: abort.signal }),
    ...(random.oneIn(2) ? { id: random.pick(IDS) } : {}),
  };
  const kind = random.pick([KIND.request, KIND.notification, KIND.event]);
  return { key, kind, verb: VERBS[kind] as (typeof VERBS)[number], options, abort };
}
