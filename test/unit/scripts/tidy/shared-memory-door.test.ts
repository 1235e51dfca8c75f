import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exempt, sharedMemoryDoor } from '../../../../scripts/tidy/shared-memory-door.ts';
import { placesFound, planted } from './planted.ts';

describe('sharedMemoryDoor', () => {
  it.each(['Atomics.store(words, 0, 1);', 'const buffer = new SharedArrayBuffer(64);'])(
    'catches `%s` outside the memory room',
    (line) => {
      expect(placesFound(sharedMemoryDoor, planted('src/host/a.ts', line))).toEqual([
        'src/host/a.ts:1',
      ]);
      expect(placesFound(sharedMemoryDoor, planted('workers/a.ts', line))).toEqual([
        'workers/a.ts:1',
      ]);
    },
  );

  it('lets the memory room, tests and benches do it', () => {
    for (const path of ['src/memory/a.ts', 'test/unit/a.test.ts', 'bench/a.ts']) {
      expect(placesFound(sharedMemoryDoor, planted(path, 'Atomics.load(words, 0);'))).toEqual([]);
    }
  });

  it('takes a type or a comment for what it is', () => {
    const file = planted('src/a.ts', '// Atomics.load', 'let buffer: SharedArrayBuffer;');
    expect(placesFound(sharedMemoryDoor, file)).toEqual([]);
  });

  it('exempts only files that exist, each with a reason', () => {
    for (const [path, reason] of exempt) {
      expect(existsSync(new URL(`../../../../${path}`, import.meta.url)), path).toBe(true);
      expect(reason.length, path).toBeGreaterThan(10);
    }
  });
});
