import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const bundle = new URL('../../../dist/workers/shard-worker.cjs', import.meta.url);

describe('the bundle of a shard', () => {
  it('imports nothing but Node, so that a shard starts bare', ({ skip }) => {
    if (!existsSync(bundle)) return skip('needs npm run build');
    const text = readFileSync(bundle, 'utf8');
    const imported = [...text.matchAll(/\b(?:import|require)\((?:"(.*?)")?\)/g)];
    expect(imported.map(([, name]) => name)).not.toHaveLength(0);
    for (const [, name] of imported) expect(name).toMatch(/^node:/);
    expect(text).not.toContain('re2js');
  });
});
