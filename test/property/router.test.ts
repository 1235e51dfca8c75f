import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchGlob } from '../../src/routing/glob-match.ts';
import { parseGlob } from '../../src/routing/glob-parse.ts';
import { KeyView } from '../../src/routing/key-view.ts';
import {
  type BalanceSet,
  Router,
  type RouteSpec,
  type SubscriptionSpec,
} from '../../src/routing/router.ts';
import { scaledRuns } from '../setup/property-runs.ts';

const PATTERNS = ['a.b', 'a.*', '*.b', '*', '**', 'a?b', '[ab].*', 'x', '*.b.*', 'a.b*', '*a*b*'];
const KEYS = ['a.b', 'a.c', 'b.b', 'x', 'a.b.c', 'aXb', '', 'c.d', 'a.b*', 'zzazzbzz'];
const TARGETS = 5;

const matchOf = (pattern: string): 'exact' | 'glob' => (/[*?[]/.test(pattern) ? 'glob' : 'exact');

/** Everything in lists, matched one by one and sorted anew for each key. */
class PlainRouter {
  routes: RouteSpec[] = [];
  subscriptions: SubscriptionSpec[] = [];
  /** Age of each set that has members, by pattern, match and priority. */
  readonly #ages = new Map<string, number>();

  add(routes: readonly RouteSpec[]): void {
    for (const route of routes) {
      this.routes.push(route);
      const age = this.#ages.get(setOf(route)) ?? Number.POSITIVE_INFINITY;
      this.#ages.set(setOf(route), Math.min(age, route.order));
    }
  }

  keepRoutes(isKept: (route: RouteSpec) => boolean): void {
    this.routes = this.routes.filter(isKept);
    const left = new Set(this.routes.map(setOf));
    for (const set of this.#ages.keys()) if (!left.has(set)) this.#ages.delete(set);
  }

  resolve(key: string): unknown {
    const matching = this.routes
      .filter((route) => isMatch(route, key))
      .toSorted(
        (left, right) =>
          right.priority - left.priority ||
          Number(right.match === 'exact') - Number(left.match === 'exact') ||
          this.#ageOf(left) - this.#ageOf(right) ||
          left.order - right.order,
      );
    const sets: Record<string, number[]> = {};
    for (const route of matching) {
      sets[setOf(route)] ??= [];
      sets[setOf(route)]?.push(route.id);
    }
    const heard = this.subscriptions
      .filter((subscription) => isMatch(subscription, key))
      .toSorted((left, right) => left.order - right.order);
    return {
      sets: Object.entries(sets),
      notify: [...new Set(matching.map((route) => route.target))],
      subscriptions: [...new Set(heard.map((subscription) => subscription.target))],
    };
  }

  #ageOf(route: RouteSpec): number {
    return this.#ages.get(setOf(route)) ?? Number.NaN;
  }
}

const setOf = ({ pattern, match, priority }: BalanceSet | RouteSpec): string =>
  `${match} ${pattern} ${priority}`;

function isMatch({ pattern, match }: RouteSpec | SubscriptionSpec, key: string): boolean {
  return match === 'exact' ? pattern === key : matchGlob(parseGlob(pattern), new KeyView(key));
}

function answerOf(router: Router, key: string): unknown {
  const { sets, notify, subscriptions } = router.resolve(key);
  return {
    sets: sets.map((set) => [setOf(set), set.members.map((member) => member.id)]),
    notify,
    subscriptions,
  };
}

type Change =
  | { readonly kind: 'add'; readonly routes: readonly (readonly [string, number, number])[] }
  | { readonly kind: 'remove'; readonly ids: readonly number[] }
  | { readonly kind: 'subscribe'; readonly pattern: string; readonly target: number }
  | { readonly kind: 'unsubscribe'; readonly id: number }
  | { readonly kind: 'removeTarget'; readonly target: number };

const anyPattern = fc.constantFrom(...PATTERNS);
const anyTarget = fc.nat(TARGETS - 1);
const anyId = fc.nat(40);
const anyRoute = fc.tuple(anyPattern, fc.nat(2), anyTarget);

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('add'), routes: fc.array(anyRoute, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('remove'), ids: fc.array(anyId, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('subscribe'), pattern: anyPattern, target: anyTarget }),
  fc.record({ kind: fc.constant('unsubscribe'), id: anyId }),
  fc.record({ kind: fc.constant('removeTarget'), target: anyTarget }),
);

/** Applies the same changes to both; ids and orders go up by one with each route or subscription. */
class Pair {
  readonly router = new Router();
  readonly plain = new PlainRouter();
  #nextRoute = 0;
  #nextSubscription = 0;

  apply(change: Change): void {
    switch (change.kind) {
      case 'add':
        return this.#add(change.routes);
      case 'remove':
        this.router.removeRoutes(change.ids);
        return this.plain.keepRoutes((route) => !change.ids.includes(route.id));
      case 'subscribe':
        return this.#subscribe(change.pattern, change.target);
      case 'unsubscribe':
        this.router.removeSubscription(change.id);
        return this.#keepSubscriptions((subscription) => subscription.id !== change.id);
      case 'removeTarget':
        this.router.removeTarget(change.target);
        this.plain.keepRoutes((route) => route.target !== change.target);
        return this.#keepSubscriptions((subscription) => subscription.target !== change.target);
    }
  }

  #add(routes: readonly (readonly [string, number, number])[]): void {
    const specs = routes.map(([pattern, priority, target]): RouteSpec => {
      const id = this.#nextRoute++;
      const match = matchOf(pattern);
      const rest = { balance: 'random', order: id, weight: 1, cursor: 0 };
      return { id, pattern, match, priority, target, ...rest };
    });
    this.router.addRoutes(specs);
    this.plain.add(specs);
  }

  #subscribe(pattern: string, target: number): void {
    const id = this.#nextSubscription++;
    const spec = { id, pattern, match: matchOf(pattern), target, order: id };
    this.router.addSubscription(spec);
    this.plain.subscriptions.push(spec);
  }

  #keepSubscriptions(isKept: (subscription: SubscriptionSpec) => boolean): void {
    this.plain.subscriptions = this.plain.subscriptions.filter(isKept);
  }
}

describe('Router against lists matched one by one', () => {
  // Behaviour C6: qlobber test/topic.js, after RabbitMQ's table.
  it('gives the same answers after any changes (qlobber "should support removing bindings")', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 25 }), (changes) => {
        const pair = new Pair();
        for (const change of changes) {
          pair.apply(change);
          for (const key of KEYS)
            expect(answerOf(pair.router, key)).toEqual(pair.plain.resolve(key));
        }
        expect(pair.router.routeCount).toBe(pair.plain.routes.length);
        expect(pair.router.subscriptionCount).toBe(pair.plain.subscriptions.length);
      }),
      { numRuns: scaledRuns(300) },
    );
  });

  it('changes its generation exactly when routes or subscriptions change', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 25 }), (changes) => {
        const pair = new Pair();
        for (const change of changes) {
          const before = JSON.stringify([pair.plain.routes, pair.plain.subscriptions]);
          const { generation } = pair.router;
          pair.apply(change);
          const isSame = before === JSON.stringify([pair.plain.routes, pair.plain.subscriptions]);
          expect(pair.router.generation === generation).toBe(isSame);
        }
      }),
      { numRuns: scaledRuns(300) },
    );
  });
});
