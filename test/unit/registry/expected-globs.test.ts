import { describe, expect, it } from 'vitest';
import type { RouteRequest } from '../../../src/control/plane.ts';
import { expectedGlobs } from '../../../src/registry/expected-globs.ts';

const request = (pattern: unknown, match: RouteRequest['match'] = 'auto'): RouteRequest =>
  ({ pattern, match, endpoint: 'e' }) as RouteRequest;

describe('expectedGlobs', () => {
  it('gives the globs of a large registration in pieces, whatever else stands there', () => {
    const odd = [request('exact'), request(7), request('*'.repeat(2000)), request('a+', 'regex')];
    const globs = Array.from({ length: 5000 }, (_, at) => request(`${at}.*`));
    const pieces = [...expectedGlobs([...odd, ...globs, request('plain', 'glob')])];
    expect(pieces.map(({ length }) => length)).toEqual([2048, 2048, 905]);
    expect(pieces.flat()).toEqual([...globs.map(({ pattern }) => pattern), 'plain']);
  });

  it('gives nothing of a small one', () => {
    expect([...expectedGlobs(Array.from({ length: 999 }, () => request('a*')))]).toEqual([]);
  });
});
