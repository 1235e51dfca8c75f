import { describe, expect, it } from 'vitest';
import { BusError } from '../../../src/message/errors.ts';
import {
  copyHeaders,
  type Headers,
  measureExtras,
  NO_HEADERS,
  readExtras,
  writeExtras,
} from '../../../src/message/headers.ts';

const GUARD = 0xee;

function sharedHeap(bytes: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(bytes)).fill(GUARD);
}

/** Writes at an odd offset, checks that exactly the measured bytes were written, and reads back. */
function roundTrip(id: string | undefined, headers: Headers | undefined) {
  const length = measureExtras(id, headers);
  const offset = 13;
  const heap = sharedHeap(offset + length + 8);
  expect(writeExtras(heap, offset, id, headers)).toBe(length);
  expect([...heap.subarray(0, offset)].every((byte) => byte === GUARD)).toBe(true);
  expect([...heap.subarray(offset + length)].every((byte) => byte === GUARD)).toBe(true);
  return readExtras(heap, offset, length);
}

function refusal(headers: unknown): BusError {
  try {
    copyHeaders(headers);
  } catch (error) {
    if (BusError.isBusError(error)) return error;
    throw error;
  }
  throw new Error('The headers were accepted.');
}

describe('the extras block', () => {
  it('takes no bytes when there is neither an id nor headers, and shares one frozen result', () => {
    expect(measureExtras(undefined, undefined)).toBe(0);
    const extras = roundTrip(undefined, undefined);
    expect(extras.id).toBeUndefined();
    expect(extras.headers).toBe(NO_HEADERS);
    expect(Object.isFrozen(extras.headers)).toBe(true);
  });

  it('carries an id alone', () => {
    expect(roundTrip('order-4711', undefined)).toEqual({ id: 'order-4711', headers: NO_HEADERS });
  });

  it('carries headers alone, in order', () => {
    const headers = {
      'x-correlation-id': 'c1',
      trace: '00-4bf92f3577b34da6a3ce929d0e0e4736',
      e: '',
    };
    const extras = roundTrip(undefined, headers);
    expect(extras.id).toBeUndefined();
    expect(Object.entries(extras.headers)).toEqual(Object.entries(headers));
  });

  it('carries text of every width in both, at every length around the short-text bound', () => {
    for (const unit of ['a', 'é', '日', '🎻']) {
      for (let n = 1; n < 40; n++) {
        const text = unit.repeat(n);
        const headers = { [text]: `${text}.`, plain: text };
        expect(roundTrip(text, headers)).toEqual({ id: text, headers });
      }
    }
  });

  it('keeps a header named __proto__ as an own property', () => {
    const headers = copyHeaders(JSON.parse('{"__proto__":"x","constructor":"y"}'));
    const extras = roundTrip(undefined, headers);
    expect(Object.keys(extras.headers)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(extras.headers)).toBe(Object.prototype);
  });

  it('carries 64 headers of 16 KiB in all', () => {
    const headers: Record<string, string> = {};
    for (let i = 0; i < 64; i++) headers[`h${String(i).padStart(3, '0')}`] = 'v'.repeat(252);
    expect(roundTrip('id', copyHeaders(headers)).headers).toEqual(headers);
  });
});

describe('copyHeaders', () => {
  it('gives undefined for no headers and for an empty object', () => {
    expect(copyHeaders(undefined)).toBeUndefined();
    expect(copyHeaders({})).toBeUndefined();
  });

  it('makes a copy that later changes do not reach, and reads each getter once', () => {
    let reads = 0;
    const headers = {
      a: '1',
      get b() {
        reads++;
        return 'x'.repeat(reads);
      },
    };
    const copy = copyHeaders(headers);
    headers.a = '2';
    expect(copy).toEqual({ a: '1', b: 'x' });
    expect(reads).toBe(1);
  });

  it('refuses what throws while it is read, with what it threw as the cause', () => {
    const defect = new RangeError('no keys');
    const throwing = (): never => {
      throw defect;
    };
    const hostile = [
      new Proxy({}, { ownKeys: throwing }),
      {
        get trace() {
          return throwing();
        },
      },
    ];
    for (const headers of hostile) {
      expect(refusal(headers)).toMatchObject({ code: 'ERR_BUS_INVALID_MESSAGE', cause: defect });
    }
  });

  it('takes an object without a prototype', () => {
    expect(copyHeaders(Object.assign(Object.create(null), { a: '1' }))).toEqual({ a: '1' });
  });

  it.each([
    ['null', null, 'null'],
    ['a string', 'a: b', "the string 'a: b'"],
    ['an array', [['a', 'b']], 'the array [[…]]'],
    ['a Map', new Map([['a', 'b']]), 'an object of class Map'],
    ['a number value', { ok: '1', count: 3 }, 'headers["count"]: expected a string, got 3'],
    ['an undefined value', { trace: undefined }, 'headers["trace"]'],
    ['an empty name', { '': 'x' }, 'a non-empty name'],
    ['a lone surrogate in a value', { a: '\ud800' }, 'headers["a"]'],
    ['a lone surrogate in a name', { '\udc00': 'a' }, 'well-formed name'],
    ['65 headers', Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, ''])), 'got 65'],
    ['more than 16 KiB in one', { big: 'v'.repeat(16 * 1024) }, 'headers["big"]'],
    [
      'more than 16 KiB of UTF-8 in all',
      { a: 'é'.repeat(6000), b: 'é'.repeat(3000) },
      'headers["b"]',
    ],
  ])('refuses %s and names it', (_what, headers, words) => {
    const error = refusal(headers);
    expect(error.code).toBe('ERR_BUS_INVALID_MESSAGE');
    expect(error.message).toContain(words);
  });
});
