import { describe, expect, it } from 'vitest';
import { syncTags } from '../../../../scripts/tidy/sync-tags.ts';
import { placesFound, planted } from './planted.ts';

const producer = planted(
  'src/memory/producer.ts',
  'export class Producer {',
  '  publish(): void {',
  '    // SYNC tail: pairs with Consumer.refresh. Makes the entries visible.',
  '  }',
  '}',
);

const consumer = planted(
  'src/memory/consumer.ts',
  'export class Consumer {',
  '  /** SYNC tail: pairs with Producer.publish. */',
  '  refresh(): void {}',
  '}',
);

describe('syncTags', () => {
  it('accepts a tag that is at both ends', () => {
    expect(placesFound(syncTags, producer, consumer)).toEqual([]);
  });

  it('accepts one end that names a file or a function elsewhere', () => {
    const file = planted(
      'workers/w.ts',
      '// SYNC a: pairs with memory/consumer.ts: it reads this.',
    );
    const named = planted('src/a.ts', '// SYNC b: pairs with ring().');
    const ring = planted('src/b.ts', 'export function ring(): void {}');
    expect(placesFound(syncTags, file, named, ring, consumer, producer)).toEqual([]);
  });

  it('catches an end that was renamed away', () => {
    const renamed = planted(
      'src/memory/consumer.ts',
      'class Consumer {',
      '  reload(): void {}',
      '}',
    );
    expect(placesFound(syncTags, producer, renamed)).toEqual(['src/memory/producer.ts:3']);
    expect(placesFound(syncTags, producer)).toEqual(['src/memory/producer.ts:3']);
  });

  it('catches a tag that only its own file knows', () => {
    const alone = planted('src/a.ts', 'function ring() {', '  // SYNC bell: pairs with ring', '}');
    expect(placesFound(syncTags, alone)).toEqual(['src/a.ts:2']);
  });

  it('catches a comment that has no tag or no place', () => {
    const broken = planted('src/a.ts', '// SYNC pairs with ring', '// SYNC bell: see below');
    expect(placesFound(syncTags, broken)).toEqual(['src/a.ts:1', 'src/a.ts:2']);
  });

  it('leaves prose about the tags alone', () => {
    const prose = planted('src/a.ts', '// What a store orders is said at its `SYNC` comment.');
    expect(placesFound(syncTags, prose)).toEqual([]);
  });
});
