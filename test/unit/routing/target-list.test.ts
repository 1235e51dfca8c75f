import { describe, expect, it } from 'vitest';
import { TargetList } from '../../../src/routing/target-list.ts';

describe('TargetList', () => {
  it('has each target once, in the order in which they came first', () => {
    const list = new TargetList();
    list.start();
    list.add(3);
    list.addAll(Int32Array.of(1, 3, 2, 1));
    list.add(2);
    expect(list.finish()).toEqual([3, 1, 2]);
  });

  it('takes any number of targets, whatever their numbers', () => {
    const list = new TargetList();
    const targets = Array.from({ length: 300 }, (_, i) => i * 997);
    list.start();
    list.addAll(Int32Array.of(1_000_000));
    list.addAll(Int32Array.from(targets));
    list.addAll(Int32Array.of(3_000_000, 1));
    expect(list.finish()).toEqual([1_000_000, ...targets, 3_000_000, 1]);
  });

  it('starts the next list empty', () => {
    const list = new TargetList();
    list.start();
    list.addAll(Int32Array.of(7, 8));
    list.start();
    list.addAll(Int32Array.of(8, 9));
    expect(list.finish()).toEqual([8, 9]);
  });
});
