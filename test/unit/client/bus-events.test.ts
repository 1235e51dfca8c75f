import { describe, expect, it, vi } from 'vitest';
import { EventHub } from '../../../src/client/bus-events.ts';

describe('EventHub', () => {
  it('tells every listener once, also when one throws, and logs the throw', () => {
    const error = vi.fn();
    const hub = new EventHub(() => ({ error }) as never);
    const heard: string[] = [];
    const defect = new Error('defect');
    hub.on('close', () => {
      throw defect;
    });
    const listener = ({ reason }: { reason: string }): void => void heard.push(reason);
    hub.on('close', listener);
    hub.on('close', listener);
    hub.emit('close', { reason: 'closed' });
    expect(heard).toEqual(['closed']);
    expect(error).toHaveBeenCalledWith({ err: defect, event: 'close' }, expect.any(String));
  });

  it('logs what a listener rejects with', async () => {
    const error = vi.fn();
    const hub = new EventHub(() => ({ error }) as never);
    const defect = new Error('defect');
    hub.on('close', () => Promise.reject(defect) as never);
    hub.emit('close', { reason: 'closed' });
    await Promise.resolve();
    expect(error).toHaveBeenCalledWith({ err: defect, event: 'close' }, expect.any(String));
  });

  it('refuses an event that there is not, and names the nearest', () => {
    const hub = new EventHub(() => undefined);
    expect(() => hub.on('deadletter' as never, () => {})).toThrow(
      "on: option 'event' must be 'deadLetter', got the string 'deadletter'.",
    );
    expect(() => hub.on('error' as never, () => {})).toThrow(/must be one of undeliverable, /);
    expect(() => hub.on(/close/ as never, () => {})).toThrow(/got an object of class RegExp/);
  });

  it('knows whether anybody listens', () => {
    const hub = new EventHub(() => undefined);
    const listener = (): void => undefined;
    expect(hub.has('alert')).toBe(false);
    hub.on('alert', listener);
    expect(hub.has('alert')).toBe(true);
    hub.off('alert', listener);
    expect(hub.has('alert')).toBe(false);
    hub.on('alert', listener);
    hub.clear();
    expect(hub.has('alert')).toBe(false);
    expect(() => hub.emit('alert', { name: 'heap', message: 'b', state: 'raised' })).not.toThrow();
  });
});
