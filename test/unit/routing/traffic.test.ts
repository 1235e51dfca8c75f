import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { Router } from '../../../src/routing/router.ts';
import { routeSpec, subscriptionSpec } from './route-spec.ts';

interface Webhook {
  readonly name: string;
  readonly examples: readonly { readonly action?: string }[];
}

const source = createRequire(import.meta.url).resolve(
  '@octokit/webhooks-examples/api.github.com/index.json',
);
const webhooks = JSON.parse(readFileSync(source, 'utf8')) as readonly Webhook[];

/** Keys of 329 real GitHub webhook deliveries (@octokit/webhooks-examples), in file order. */
const KEYS = webhooks.flatMap(({ name, examples }) =>
  examples.map(({ action }) => (action === undefined ? name : `${name}.${action}`)),
);

const SUBSCRIBED = {
  '*': 329,
  '*.*': 286,
  'issues.*': 29,
  'pull_request*': 41,
  push: 7,
  'push.*': 0,
  '*.created': 64,
  'check_*.completed': 7,
  '[a-d]*': 76,
  '[^p]*': 245,
  '?????': 0,
  's*': 15,
};

const ROUTED: readonly (readonly [pattern: string, priority: number, messages: number])[] = [
  ['*', 0, 159],
  ['issues.*', 10, 29],
  ['issue*', 5, 4],
  ['pull_request.*', 10, 29],
  ['pull_request*', 5, 9],
  ['*.created', 20, 64],
  ['push', 30, 7],
  ['check_*.completed', 15, 7],
  ['[a-c]*', 1, 21],
];

describe('real traffic', () => {
  it('has 329 messages of 161 keys', () => {
    expect(KEYS).toHaveLength(329);
    expect(new Set(KEYS).size).toBe(161);
  });

  it('reaches each subscription as often as its pattern says', () => {
    const router = new Router();
    const patterns = Object.keys(SUBSCRIBED);
    for (const [id, pattern] of patterns.entries()) {
      router.addSubscription(subscriptionSpec({ id, pattern }));
    }
    const counts = new Map(patterns.map((pattern) => [pattern, 0]));
    for (const key of KEYS) {
      for (const id of router.resolve(key).subscriptions) {
        const pattern = patterns[id] as string;
        counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(counts)).toEqual(SUBSCRIBED);
  });

  it('goes to the route that the choice rules name', () => {
    const router = new Router();
    router.addRoutes(ROUTED.map(([pattern, priority], id) => routeSpec({ id, pattern, priority })));
    const counts = ROUTED.map(() => 0);
    for (const key of KEYS) {
      const id = router.resolve(key).sets[0]?.members[0]?.id as number;
      counts[id] = (counts[id] as number) + 1;
    }
    expect(counts).toEqual(ROUTED.map(([, , messages]) => messages));
  });
});
