import { describe, expect, it } from 'vitest';
import { shownObject } from '../../../src/message/shown-object.ts';

class Breaker {
  rate = 0.5;
  readonly #secret = 1;

  get secret(): number {
    return this.#secret;
  }
}

const nameless = new (class {})();
const withoutPrototype = Object.assign(Object.create(null), { a: 1 }) as object;

describe('shownObject', () => {
  it.each<[object, string]>([
    [{}, 'the object {}'],
    [{ failureRate: 0.5 }, 'the object { failureRate: 0.5 }'],
    [{ a: 'x', b: null, c: undefined }, "the object { a: 'x', b: null, c: undefined }"],
    [{ a: -0, b: 1n, c: () => 1 }, 'the object { a: -0, b: a bigint, c: a function }'],
    [{ a: {}, b: [], c: new Date(0) }, 'the object { a: {…}, b: […], c: Date }'],
    [{ a: 1, b: 2, c: 3, d: 4 }, 'the object { a: 1, b: 2, c: 3, … }'],
    [withoutPrototype, 'the object { a: 1 }'],
    [nameless, 'the object {}'],
    [[], 'the array []'],
    [[1, 'a', {}], "the array [1, 'a', {…}]"],
    [[1, 2, 3, 4], 'the array [1, 2, 3, …]'],
    [new Breaker(), 'an object of class Breaker { rate: 0.5 }'],
    [new Map([[1, 2]]), 'an object of class Map'],
    [Buffer.from('abc'), 'an object of class Buffer'],
    [new URL('file:///a'), 'an object of class URL'],
    [new Proxy([], {}), 'a Proxy'],
  ])('shows %o', (value, expected) => {
    expect(shownObject(value)).toBe(expected);
  });

  it('runs no code of the object', () => {
    const fail = (): never => {
      throw new Error('ran');
    };
    const hostile = {
      get a() {
        return fail();
      },
      toString: fail,
      [Symbol.toPrimitive]: fail,
      get [Symbol.toStringTag]() {
        return fail();
      },
      inner: new Proxy({}, { get: fail, getPrototypeOf: fail, ownKeys: fail }),
    };
    expect(shownObject(hostile)).toBe(
      'the object { a: a getter, toString: a function, inner: a Proxy }',
    );
    const child = Object.create(
      new Proxy({}, { get: fail, getOwnPropertyDescriptor: fail }),
    ) as object;
    expect(shownObject(child)).toBe('the object {}');
  });

  it('shows a Proxy that has been revoked', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(shownObject(proxy)).toBe('a Proxy');
  });

  it('is at most a line, whatever is in it', () => {
    const long = 'x'.repeat(10_000);
    const Named = { [long]: class {} }[long] as new () => object;
    const objects = [{ [long]: long, b: new Named() }, [long, long, long, long], new Named()];
    for (const object of objects) expect(shownObject(object).length).toBeLessThan(160);
  });
});
