import { describe, expect, it } from 'vitest';
import { AutoCodec } from '../../../src/message/codec.ts';
import { isError, messageOf } from '../../../src/message/error-codec.ts';
import { droppedOf } from '../../../src/message/error-revival.ts';
import { BusError, errorCodes } from '../../../src/message/errors.ts';
import { HEAP_BYTES, OFFSET, refusal, roundTrip } from './through-heap.ts';

function received<T>(error: T): T & Record<string, unknown> {
  return roundTrip(error) as T & Record<string, unknown>;
}

describe('what an error keeps', () => {
  it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    'its class if it is built in, message, name and stack: %o',
    (Class) => {
      const error = new Class('It went wrong.');
      const copy = received(error);
      expect(Object.getPrototypeOf(copy)).toBe(Class.prototype);
      expect(copy.message).toBe('It went wrong.');
      expect(copy.name).toBe(Class.name);
      expect(copy.stack).toBe(error.stack);
      expect(Object.keys(copy)).toEqual([]);
      expect('cause' in copy).toBe(false);
    },
  );

  it('for other classes the name, as an Error', () => {
    class PaymentError extends TypeError {
      override name = 'PaymentError';
      readonly code = 'E_DECLINED';
      readonly amount = 12n;
    }
    const copy = received(new PaymentError('declined'));
    expect(Object.getPrototypeOf(copy)).toBe(Error.prototype);
    expect(copy.name).toBe('PaymentError');
    expect(copy['code']).toBe('E_DECLINED');
    expect(copy['amount']).toBe(12n);
    expect(Object.keys(copy)).toEqual(['code', 'amount']);
  });

  it('the class name alone does not make a built-in', () => {
    const Impostor = { TypeError: class extends Error {} }.TypeError;
    Object.defineProperty(Impostor, 'name', { value: 'SomethingElse' });
    expect(Object.getPrototypeOf(received(new Impostor('x')))).toBe(Error.prototype);
  });

  it('own properties of every kind the codec takes', () => {
    const properties = {
      code: 'ENOENT',
      errno: -2,
      path: '/tmp/x',
      at: new Date(5),
      bytes: Buffer.from('ab'),
      nested: { list: [1, undefined] },
    };
    const copy = received(Object.assign(new Error('x'), properties));
    expect({ ...copy }).toStrictEqual(properties);
  });

  it('an own property named __proto__, without touching the prototype', () => {
    const error = new Error('x');
    Object.defineProperty(error, '__proto__', { value: { evil: 1 }, enumerable: true });
    const copy = received(error);
    expect(Object.getPrototypeOf(copy)).toBe(Error.prototype);
    expect(Object.keys(copy)).toEqual(['__proto__']);
  });

  it('causes that are errors, up to eight levels in all', () => {
    let error = new Error('level 0');
    for (let i = 1; i < 12; i++) error = new RangeError(`level ${i}`, { cause: error });
    const messages: string[] = [];
    for (let at: unknown = received(error); at instanceof Error; at = at.cause)
      messages.push(at.message);
    expect(messages).toEqual([11, 10, 9, 8, 7, 6, 5, 4].map((level) => `level ${level}`));
    expect(droppedOf(received(error))).toEqual([`${'cause.'.repeat(7)}cause`]);
  });

  it.each([[undefined], [null], ['a string'], [7], [{ status: 503 }], [[1, 2]]])(
    'a cause that is no error: %o',
    (cause) => {
      const copy = received(new Error('x', { cause }));
      expect('cause' in copy).toBe(true);
      expect(copy.cause).toStrictEqual(cause);
      expect(Object.keys(copy)).toEqual([]);
    },
  );

  it('the errors of an AggregateError, and their causes', () => {
    const first = new TypeError('one', { cause: new RangeError('below') });
    const copy = received(new AggregateError([first, 'two', { three: 3 }], 'all failed'));
    expect(copy).toBeInstanceOf(AggregateError);
    expect(copy.errors).toHaveLength(3);
    expect(copy.errors[0]).toBeInstanceOf(TypeError);
    expect((copy.errors[0] as Error).cause).toBeInstanceOf(RangeError);
    expect(copy.errors.slice(1)).toStrictEqual(['two', { three: 3 }]);
    expect(Object.keys(copy)).toEqual([]);
  });

  it('an abort reason of the platform', () => {
    const copy = received(AbortSignal.abort().reason as DOMException);
    expect(copy).toBeInstanceOf(DOMException);
    expect(copy.name).toBe('AbortError');
    expect(copy.message).toBe('This operation was aborted');
    expect(copy.code).toBe(20);
  });

  it.each(errorCodes)('everything of a BusError: %s', (code) => {
    const cause = new TypeError('below');
    const error = new BusError(code, 'It failed.', {
      cause,
      details: { attempts: 2, failed: [cause] },
    });
    const copy = received(error);
    expect(copy).toBeInstanceOf(BusError);
    expect(BusError.isBusError(copy)).toBe(true);
    expect(copy.code).toBe(code);
    expect(copy.name).toBe(error.name);
    expect(copy.retryable).toBe(error.retryable);
    expect(copy.stack).toBe(error.stack);
    expect(copy.cause).toBeInstanceOf(TypeError);
    expect(copy.details['attempts']).toBe(2);
    expect((copy.details['failed'] as Error[])[0]).toBeInstanceOf(TypeError);
    expect(Object.keys(copy)).toEqual(Object.keys(error));
  });

  it('a BusError without details or cause, as one without', () => {
    const copy = received(new BusError('ERR_BUS_FULL', 'No room.'));
    expect(copy.details).toEqual({});
    expect('cause' in copy).toBe(false);
  });

  it('its place inside a payload', () => {
    const copy = received({ results: [{ ok: false, error: new RangeError('x') }] });
    expect(copy.results[0]?.error).toBeInstanceOf(RangeError);
  });
});

describe('what is dropped', () => {
  it('is listed in the details of a BusError, with its path', () => {
    const cause = Object.assign(new Error('x'), { socket: () => {}, fd: 7 });
    const details = { attempts: 1, callback: () => {} };
    const copy = received(new BusError('ERR_BUS_HANDLER', 'x', { cause, details }));
    expect(copy.details).toEqual({ attempts: 1, dropped: ['cause.socket', 'details.callback'] });
    expect((copy.cause as { fd?: number }).fd).toBe(7);
  });

  it('can be asked for of any other revived error', () => {
    const error = Object.assign(new Error('x'), {
      fn: () => {},
      sym: Symbol(),
      p: Promise.resolve(),
      n: 1,
    });
    const copy = received(error);
    expect({ ...copy }).toEqual({ n: 1 });
    expect(droppedOf(copy)).toEqual(['fn', 'sym', 'p']);
    expect(droppedOf(error)).toEqual([]);
    expect(droppedOf('not an error')).toEqual([]);
  });

  it('a cause that cannot be carried', () => {
    const copy = received(new BusError('ERR_BUS_HANDLER', 'x', { cause: () => {} }));
    expect('cause' in copy).toBe(false);
    expect(copy.details['dropped']).toEqual(['cause']);
  });

  it('a list that is bounded and says so', () => {
    const error = new Error('x');
    for (let i = 0; i < 100; i++) Object.assign(error, { [`fn${i}`]: () => {} });
    const dropped = droppedOf(received(error));
    expect(dropped).toHaveLength(33);
    expect(dropped.at(-1)).toBe('…');
  });
});

describe('hostile errors', () => {
  it('that are their own cause are cut', () => {
    const error = new Error('x');
    error.cause = error;
    const copy = received(error);
    expect('cause' in copy).toBe(false);
    expect(droppedOf(copy)).toEqual(['cause']);
  });

  it('whose causes form a cycle are cut where it closes', () => {
    const a = new Error('a');
    const b = new Error('b', { cause: a });
    a.cause = b;
    const copy = received(a);
    expect((copy.cause as Error).message).toBe('b');
    expect('cause' in (copy.cause as Error)).toBe(false);
  });

  it('that hold themselves in a property or in an object there lose the property', () => {
    const error = Object.assign(new Error('x'), { n: 1 } as Record<string, unknown>);
    error['self'] = error;
    error['box'] = { deep: [error] };
    const copy = received(error);
    expect({ ...copy }).toEqual({ n: 1 });
    expect(droppedOf(copy)).toEqual(['self', 'box']);
  });

  it('nested in properties of each other are cut after a few, in little time', () => {
    let error = new Error('0');
    for (let i = 1; i < 40; i++) error = Object.assign(new Error(String(i)), { inner: error });
    let levels = 0;
    for (let at: unknown = received(error); at instanceof Error; levels++) {
      at = (at as { inner?: unknown }).inner;
    }
    expect(levels).toBeGreaterThan(2);
  });

  it('with getters that throw lose those properties alone', () => {
    const error = new Error('x');
    const thrower = {
      enumerable: true,
      get(): never {
        throw new Error('from a getter');
      },
    };
    // The stack first: replacing it reads the others.
    for (const name of ['stack', 'message', 'name', 'cause', 'extra']) {
      Object.defineProperty(error, name, thrower);
    }
    Object.assign(error, { fine: 1 });
    const copy = received(error);
    expect(copy.message).toBe('');
    expect(copy.name).toBe('Error');
    expect(copy['fine']).toBe(1);
    expect(droppedOf(copy)).toEqual(['cause', 'extra']);
  });

  it('with fields of the wrong type get usable ones', () => {
    const error = Object.assign(new Error('x'), { message: { a: 1 }, name: 7, stack: null });
    const copy = received(error as unknown as Error);
    expect([copy.message, copy.name, copy.stack]).toEqual(['', 'Error', 'Error: ']);
  });

  it('behind a Proxy whose traps throw do not make the codec throw something else', () => {
    const trap = (): never => {
      throw new Error('trap');
    };
    const hostile = new Proxy(new Error('x'), { get: trap, ownKeys: trap, getPrototypeOf: trap });
    expect(isError(hostile)).toBe(false);
    expect(messageOf(hostile)).toMatch(/^Error: x/);
    expect(refusal(hostile).code).toBe('ERR_BUS_INVALID_MESSAGE');
    const copy = received(new BusError('ERR_BUS_HANDLER', 'x', { cause: hostile }));
    expect(copy.details['dropped']).toEqual(['cause']);
    const transparent = received(new Proxy(new TypeError('seen'), {}));
    expect(transparent.message).toBe('seen');
  });

  it('of megabytes are cut, message, stack, properties and list of errors alike', () => {
    const huge = 'm'.repeat(5_000_000);
    const error = Object.assign(
      new AggregateError(
        Array.from({ length: 1000 }, (_, i) => i),
        huge,
      ),
      {
        text: huge,
        bytes: new Uint8Array(5_000_000),
        list: Array.from({ length: 100_000 }, () => 0),
      },
    );
    const codec = new AutoCodec(null);
    const written = codec.write(0, error, Buffer.alloc(HEAP_BYTES), OFFSET, 100_000);
    expect(written).toBeGreaterThan(0);
    const copy = received(error);
    expect(copy.message).toMatch(/^m+… \(5000000 characters\)$/);
    expect(copy.message.length).toBeLessThan(17_000);
    expect(copy.errors).toHaveLength(100);
    expect(droppedOf(copy)).toEqual(['errors[100…999]', 'text', 'bytes', 'list']);
  });

  it('with thousands of properties keep the first hundred', () => {
    const error = new Error('x');
    for (let i = 0; i < 1000; i++) Object.assign(error, { [`p${i}`]: i });
    expect(Object.keys(received(error))).toHaveLength(100);
  });
});

describe('messageOf', () => {
  it.each([
    [new TypeError('text'), 'text'],
    ['thrown text', 'thrown text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
    [7n, '7'],
    [Symbol('s'), 'Symbol(s)'],
    [() => {}, 'a function'],
    [{ status: 500, deep: { er: { still: 1 } } }, '{ status: 500, deep: { er: [Object] } }'],
  ])('says of %o: %s', (thrown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });
});
