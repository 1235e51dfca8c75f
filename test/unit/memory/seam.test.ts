import { describe, expect, it } from 'vitest';
import * as seam from '../../../src/memory/seam.ts';

const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(16));

describe('the seam', () => {
  it('reads and writes the memory it is given', () => {
    const view = words();
    seam.put(view, 1, 2 ** 31);
    seam.store(view, 2, 7);
    expect([seam.get(view, 1), seam.load(view, 2)]).toEqual([-(2 ** 31), 7]);
    expect([seam.add(view, 2, 3), seam.load(view, 2)]).toEqual([7, 10]);
    const bytes = new Uint8Array(view.buffer);
    seam.writeBytes(bytes, 14, new Uint8Array([1, 2]));
    expect([bytes[13], bytes[14], bytes[15]]).toEqual([0, 1, 2]);
  });

  it('adds around 2^31', () => {
    const view = words();
    seam.store(view, 0, 0x7fff_ffff);
    expect(seam.add(view, 0, 1)).toBe(0x7fff_ffff);
    expect(seam.load(view, 0)).toBe(-(2 ** 31));
  });

  it('is replaced in part, seen by all importers at once, and put back', () => {
    const view = words();
    const seen: string[] = [];
    const restore = seam.replaceSeam({
      put: (_view, index, value) => {
        seen.push(`put ${index} ${value}`);
      },
    });
    seam.put(view, 1, 9);
    seam.store(view, 1, 4);
    restore();
    seam.put(view, 2, 9);
    expect(seen).toEqual(['put 1 9']);
    expect([...view]).toEqual([0, 4, 9, 0]);
  });

  it('nests: each restore brings back what it replaced', () => {
    const view = words();
    const outer = seam.replaceSeam({ get: () => 1 });
    const inner = seam.replaceSeam({ get: () => 2 });
    expect(seam.get(view, 0)).toBe(2);
    inner();
    expect(seam.get(view, 0)).toBe(1);
    outer();
    expect(seam.get(view, 0)).toBe(0);
  });
});
