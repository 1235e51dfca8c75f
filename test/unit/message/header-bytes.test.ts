import { describe, expect, it } from 'vitest';
import { hashHeader } from '../../../src/message/header-bytes.ts';
import { type Headers, measureExtras, writeExtras } from '../../../src/message/headers.ts';

const ABSENT = 12345;

function hashIn(id: string | undefined, headers: Headers | undefined, name: string): number {
  const length = measureExtras(id, headers);
  const heap = Buffer.alloc(length + 7);
  writeExtras(heap, 7, id, headers);
  return hashHeader(heap, 7, length, Buffer.from(name), ABSENT);
}

describe('hashHeader', () => {
  it('goes by the value alone, wherever the header stands', () => {
    const first = hashIn('an id', { tenant: 'a', other: 'x' }, 'tenant');
    expect(hashIn(undefined, { other: 'tenant', ü: '😀', tenant: 'a' }, 'tenant')).toBe(first);
    expect(hashIn(undefined, { tenant: 'b' }, 'tenant')).not.toBe(first);
    expect(hashIn(undefined, { tenant: '' }, 'tenant')).not.toBe(ABSENT);
    expect(hashIn(undefined, { ü: 'a' }, 'ü')).toBe(first);
  });

  it('says when there is no such header', () => {
    expect(hashIn('id', { Tenant: 'a', tenan: 'a', tenants: 'a' }, 'tenant')).toBe(ABSENT);
    expect(hashIn('id', undefined, 'id')).toBe(ABSENT);
    expect(hashIn(undefined, undefined, 'tenant')).toBe(ABSENT);
  });
});
