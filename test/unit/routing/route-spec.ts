/** Route and subscription specs with what a test does not care about filled in. */
import { matchingOf } from '../../../src/routing/pattern.ts';
import type { Router, RouteSpec, SubscriptionSpec } from '../../../src/routing/router.ts';

export function routeSpec(spec: Partial<RouteSpec> & Pick<RouteSpec, 'id' | 'pattern'>): RouteSpec {
  return {
    match: matchingOf(spec.pattern),
    priority: 0,
    target: spec.id,
    balance: 'round-robin',
    order: spec.id,
    weight: 1,
    cursor: 0,
    ...spec,
  };
}

export function subscriptionSpec(
  spec: Partial<SubscriptionSpec> & Pick<SubscriptionSpec, 'id' | 'pattern'>,
): SubscriptionSpec {
  return { match: matchingOf(spec.pattern), target: spec.id, order: spec.id, ...spec };
}

/** Pattern and priority of each set that a key leads to, in choice order. */
export function choiceOf(router: Router, key: string): string[] {
  return router.resolve(key).sets.map((set) => `${set.pattern} ${set.priority}`);
}
