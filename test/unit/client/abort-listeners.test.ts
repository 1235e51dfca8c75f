import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AbortListeners } from '../../../src/client/abort-listeners.ts';

describe('AbortListeners', () => {
  it('puts one listener on a signal, however many wait, and takes it off with the last', () => {
    const listeners = new AbortListeners();
    const { signal } = new AbortController();
    const callbacks = [() => undefined, () => undefined, () => undefined];
    for (const callback of callbacks) listeners.add(signal, callback);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const callback of callbacks) {
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      listeners.remove(signal, callback);
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('calls each once, and not what was removed; one that removes another does not keep it from its call', () => {
    const listeners = new AbortListeners();
    const controller = new AbortController();
    const calls: string[] = [];
    const second = (): void => void calls.push('second');
    const removed = (): void => void calls.push('removed');
    listeners.add(controller.signal, () => {
      calls.push('first');
      listeners.remove(controller.signal, second);
    });
    listeners.add(controller.signal, second);
    listeners.add(controller.signal, removed);
    listeners.remove(controller.signal, removed);
    listeners.remove(controller.signal, removed);
    controller.abort();
    expect(calls).toEqual(['first', 'second']);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });
});
