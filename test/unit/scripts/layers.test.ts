import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/** Each plant: the file that does wrong, what it imports, and the rule that must say so. */
const plants = [
  ['src/shard/a.ts', '../client/target.ts', 'room-shard'],
  ['src/client/a.ts', '../shard/target.ts', 'room-client'],
  ['src/memory/a.ts', '../routing/target.ts', 'room-memory'],
  ['src/routing/a.ts', '../memory/target.ts', 'room-routing'],
  ['src/health/a.ts', '../shard/target.ts', 'room-health'],
  ['src/message/a.ts', '../memory/target.ts', 'room-message'],
  ['src/host/a.ts', '../shard/target.ts', 'room-host'],
  ['src/demo/a.ts', '../bus.ts', 'room-demo'],
  ['src/novel/a.ts', '../memory/target.ts', 'room-unlisted'],
  ['src/index.ts', './shard/target.ts', 'bus-knows-no-shard-core'],
  ['src/host/b.ts', '../../workers/target.ts', 'src-stands-alone'],
  ['workers/a.ts', '../bench/target.ts', 'workers-import-src'],
  ['src/host/c.ts', 'comlink', 'door-comlink'],
  ['src/client/c.ts', 'pino', 'door-pino'],
  ['src/metrics/c.ts', 'hdr-histogram-js', 'door-hdr-histogram-js'],
  ['src/host/d.ts', 'piscina', 'door-piscina'],
  ['src/host/e.ts', 'picomatch', 'door-picomatch'],
  ['src/host/f.ts', 'fast-check', 'no-development-package'],
  ['src/shard/c.ts', 'pino', 'no-package-in-the-cores'],
  ['src/memory/c.ts', 'node:worker_threads', 'no-platform-in-the-cores'],
  ['src/client/cycle-back.ts', './cycle.ts', 'no-cycle'],
  ['src/host/g.ts', './absent.ts', 'resolvable'],
] as const;

/** What is allowed must stay allowed: a rule that forbids everything would catch every plant. */
const legal = [
  ['src/shard/legal.ts', '../memory/target.ts'],
  ['src/client/legal.ts', '../memory/target.ts'],
  ['src/bus.ts', './client/target.ts'],
  ['src/client/options.ts', '../options/target.ts'],
  ['src/host/control-door.ts', 'comlink'],
  ['workers/legal.ts', '../src/shard/target.ts'],
] as const;

const targets = ['client', 'shard', 'memory', 'routing', 'options'].map(
  (room) => `src/${room}/target.ts`,
);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const sandbox = mkdtempSync(join(tmpdir(), 'layers-'));
afterAll(() => rmSync(sandbox, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(sandbox, path)), { recursive: true });
  writeFileSync(join(sandbox, path), text);
}

/** The violations of the sandbox, each as `file rule`. */
async function violations(): Promise<string[]> {
  for (const path of [...targets, 'workers/target.ts', 'bench/target.ts']) {
    write(path, 'export const target = 1;\n');
  }
  write('src/client/cycle.ts', "import './cycle-back.ts';\n");
  for (const [path, specifier] of [...plants, ...legal]) write(path, `import '${specifier}';\n`);
  write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext" } }\n');
  for (const name of ['package.json', 'node_modules']) {
    symlinkSync(join(root, name), join(sandbox, name));
  }
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.dependency-cruiser.cjs');
  const args = ['--config', config, '--output-type', 'json', 'src', 'workers'];
  const json = await new Promise<string>((resolve) => {
    // The exit code says how many violations there are: here that is the expected outcome.
    execFile(process.execPath, [cruiser, ...args], { cwd: sandbox }, (_, out) => resolve(out));
  });
  const report = JSON.parse(json) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  return report.summary.violations.map(({ from, rule }) => `${from} ${rule.name}`);
}

describe('the layers file', async () => {
  const found = await violations();

  it.each(plants)('catches %s importing %s by the rule %s', (path, _, rule) => {
    expect(found).toContain(`${path} ${rule}`);
  });

  it.each(legal)('lets %s import %s', (path) => {
    expect(found.filter((violation) => violation.startsWith(`${path} `))).toEqual([]);
  });
});
