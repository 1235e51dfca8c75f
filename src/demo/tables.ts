/**
 * Who receives the traffic: patterns, priorities, and how many deliveries of one replay each must
 * get. The counts are figures about the data, found without the bus; each pattern also has a
 * predicate in plain code, so that single messages can be checked without asking the bus's matcher.
 */

export interface SubscriptionRow {
  readonly pattern: string;
  /** Events of one replay, those under new keys not counted. */
  readonly perReplay: number;
  matches(key: string): boolean;
}

export interface RouteRow extends SubscriptionRow {
  /** Higher wins. `perReplay` counts the requests that this route wins. */
  readonly priority: number;
}

export const AUDIT_KEY = '~audit';
export const NEW_KEY_PREFIX = '~new.';

const startsWith =
  (prefix: string) =>
  (key: string): boolean =>
    key.startsWith(prefix);
const isCheckCompleted = (key: string): boolean =>
  key.startsWith('check_') && key.endsWith('.completed');
const isCreated = (key: string): boolean => key.endsWith('.created');
const isAny = (): boolean => true;
const isPush = (key: string): boolean => key === 'push';

export const SUBSCRIPTIONS: readonly SubscriptionRow[] = [
  { pattern: '*', perReplay: 329, matches: isAny },
  { pattern: '*.*', perReplay: 286, matches: (key) => key.includes('.') },
  { pattern: 'issues.*', perReplay: 29, matches: startsWith('issues.') },
  { pattern: 'pull_request*', perReplay: 41, matches: startsWith('pull_request') },
  { pattern: 'push', perReplay: 7, matches: isPush },
  { pattern: 'push.*', perReplay: 0, matches: startsWith('push.') },
  { pattern: '*.created', perReplay: 64, matches: isCreated },
  { pattern: 'check_*.completed', perReplay: 7, matches: isCheckCompleted },
  { pattern: '[a-d]*', perReplay: 76, matches: (key) => key >= 'a' && key < 'e' },
  { pattern: '[^p]*', perReplay: 245, matches: (key) => !key.startsWith('p') },
  { pattern: '?????', perReplay: 0, matches: (key) => key.length === 5 },
  { pattern: 's*', perReplay: 15, matches: startsWith('s') },
];

/** First the routes of the deliveries' own keys; then the set for new keys, above all others. */
export const ROUTES: readonly RouteRow[] = [
  { pattern: '*', priority: 0, perReplay: 159, matches: isAny },
  { pattern: 'issues.*', priority: 10, perReplay: 29, matches: startsWith('issues.') },
  { pattern: 'issue*', priority: 5, perReplay: 4, matches: startsWith('issue') },
  { pattern: 'pull_request.*', priority: 10, perReplay: 29, matches: startsWith('pull_request.') },
  { pattern: 'pull_request*', priority: 5, perReplay: 9, matches: startsWith('pull_request') },
  { pattern: '*.created', priority: 20, perReplay: 64, matches: isCreated },
  { pattern: 'push', priority: 30, perReplay: 7, matches: isPush },
  { pattern: 'check_*.completed', priority: 15, perReplay: 7, matches: isCheckCompleted },
  { pattern: '[a-c]*', priority: 1, perReplay: 21, matches: (key) => key >= 'a' && key < 'd' },
  { pattern: '~new.*[0-3]', priority: 100, perReplay: 0, matches: newKeyEndingIn('0123') },
  { pattern: '~new.*[4-6]', priority: 100, perReplay: 0, matches: newKeyEndingIn('456') },
  { pattern: '~new.*[7-9]', priority: 100, perReplay: 0, matches: newKeyEndingIn('789') },
];

/** The one route that only notifications take. Its priority says nothing: they go to all. */
export const AUDIT_ROUTE: RouteRow = {
  pattern: AUDIT_KEY,
  priority: 0,
  perReplay: 329,
  matches: (key) => key === AUDIT_KEY,
};

function newKeyEndingIn(digits: string): (key: string) => boolean {
  return (key) => key.startsWith(NEW_KEY_PREFIX) && digits.includes(key.at(-1) ?? ' ');
}
