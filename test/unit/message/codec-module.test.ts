import { describe, expect, it } from 'vitest';
import { codecModuleProblem } from '../../../src/message/codec-module.ts';

const whole = { name: 'mine', encode: () => new Uint8Array(0), decode: () => undefined };

describe('codecModuleProblem', () => {
  it('finds none where name, encode and decode are exported, whatever else is', () => {
    expect(codecModuleProblem({ ...whole, default: 1 })).toBe(undefined);
  });

  it.each([
    ['name', ['', 7, undefined]],
    ['encode', ['text', undefined]],
    ['decode', [{}, undefined]],
  ])('names %s where it is missing or wrong', (name, values) => {
    for (const value of values) {
      expect(codecModuleProblem({ ...whole, [name]: value })).toContain(`'${name}'`);
    }
  });
});
