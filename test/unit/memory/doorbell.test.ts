import { afterEach, describe, expect, it } from 'vitest';
import { Bell, Sleeper } from '../../../src/memory/doorbell.ts';
import { replaceSeam } from '../../../src/memory/seam.ts';

const PARKED = 0;
const BELL = 1;

let restore: (() => void) | undefined;
afterEach(() => restore?.());

/** Records every access in order, and performs it. */
function record(): { words: Int32Array; accesses: string[] } {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const accesses: string[] = [];
  const name = (index: number): string => (index === PARKED ? 'parked' : 'bell');
  restore = replaceSeam({
    load: (view, index) => {
      accesses.push(`load ${name(index)}`);
      return Atomics.load(view, index);
    },
    store: (view, index, value) => {
      accesses.push(`store ${name(index)} ${value}`);
      Atomics.store(view, index, value);
    },
    add: (view, index, value) => {
      accesses.push(`add ${name(index)} ${value}`);
      return Atomics.add(view, index, value);
    },
    notify: (_view, index) => {
      accesses.push(`notify ${name(index)}`);
    },
  });
  return { words, accesses };
}

describe('Sleeper', () => {
  it('reads the bell before it says that it sleeps', () => {
    const { words, accesses } = record();
    words[BELL] = 5;
    expect(new Sleeper(words, PARKED, BELL).park()).toBe(5);
    expect(accesses).toEqual(['load bell', 'store parked 1']);
  });

  it('says that it is awake', () => {
    const { words, accesses } = record();
    const sleeper = new Sleeper(words, PARKED, BELL);
    sleeper.park();
    sleeper.unpark();
    expect(accesses.at(-1)).toBe('store parked 0');
    expect(words[PARKED]).toBe(0);
  });
});

describe('Bell', () => {
  it('costs one load while the thread is awake', () => {
    const { words, accesses } = record();
    new Bell(words, PARKED, BELL).ringIfParked();
    expect(accesses).toEqual(['load parked']);
  });

  it('changes the word that is waited on before it notifies', () => {
    const { words, accesses } = record();
    const rung = new Sleeper(words, PARKED, BELL).park();
    new Bell(words, PARKED, BELL).ringIfParked();
    expect(accesses.slice(2)).toEqual(['load parked', 'add bell 1', 'notify bell']);
    expect(words[BELL]).not.toBe(rung);
  });

  it('rings without looking when it must, also where the counter wraps', () => {
    const { words, accesses } = record();
    words[BELL] = 0x7fff_ffff;
    const bell = new Bell(words, PARKED, BELL);
    bell.ring();
    expect(accesses).toEqual(['add bell 1', 'notify bell']);
    expect(words[BELL]).toBe(-(2 ** 31));
  });

  it('leaves PARKED alone: it is its owner’s word', () => {
    const { words } = record();
    new Sleeper(words, PARKED, BELL).park();
    new Bell(words, PARKED, BELL).ring();
    expect(words[PARKED]).toBe(1);
  });
});
