/**
 * Which tests exist and how they share the machine. Each folder under `test/` is a project, so that
 * `vitest run --project race` runs one tier. It says nothing about what is built: tests that start
 * real threads use `dist`, which `npm test` builds first.
 */

import type { TestProjectInlineConfiguration, ViteUserConfig } from 'vitest/config';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/setup/longest-first.ts';

/** A unit test that needs a second is a defect; the rest is for a busy machine. */
const PURE_TIMEOUT_MS = 20_000;
/** Explorations and seeded runs are pure work: a minute on a calm machine, more beside others. */
const SIM_TIMEOUT_MS = 300_000;
/** Real threads start, die and are replaced; a hang must still end within a CI step. */
const THREADS_TIMEOUT_MS = 60_000;
/** One property of the long tier may take its time. */
const LONG_TIMEOUT_MS = 30 * 60_000;
const isLong = (process.env['SYMPHONY_RUNS_SCALE'] ?? '') !== '';

/** A process for each file would load the same modules two hundred times: a minute of every run. Chaos
 * runs threads out of memory, and has a process to itself. */
const sharedProcess = (tier: string): boolean => tier !== 'chaos';

/** Everything on one thread: these may share the cores. */
const pureTiers = ['unit', 'property', 'sim'] as const;
/** Tests that start threads of their own run one file at a time, after the pure ones: on two cores
 * a second file beside them would turn every wait into a time-out. */
const threadTiers = ['race', 'e2e', 'chaos'] as const;

const pureProject = (tier: string): TestProjectInlineConfiguration => ({
  test: {
    name: tier,
    include: [`test/${tier}/**/*.test.ts`],
    pool: 'forks',
    isolate: !sharedProcess(tier),
    // Node's own modules: where every use of an import is a property look-up, explorations take a quarter longer.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    execArgv: ['--import', 'tsx'],
    setupFiles: tier === 'unit' ? [] : ['./test/setup/property-runs.ts'],
    testTimeout: isLong ? LONG_TIMEOUT_MS : tier === 'sim' ? SIM_TIMEOUT_MS : PURE_TIMEOUT_MS,
    hookTimeout: PURE_TIMEOUT_MS,
    maxWorkers: 2,
    sequence: { groupOrder: 0 },
  },
});

const threadProject = (tier: string): TestProjectInlineConfiguration => ({
  test: {
    name: tier,
    include: [`test/${tier}/**/*.test.ts`],
    pool: 'forks',
    isolate: !sharedProcess(tier),
    testTimeout: isLong ? LONG_TIMEOUT_MS : THREADS_TIMEOUT_MS,
    hookTimeout: THREADS_TIMEOUT_MS,
    maxWorkers: 1,
    sequence: { groupOrder: 1 },
  },
});

const config: ViteUserConfig = defineConfig({
  test: {
    exclude: [...configDefaults.exclude, 'dist/**'],
    passWithNoTests: false,
    allowOnly: false,
    sequence: { sequencer: LongestFirst },
    projects: [...pureTiers.map(pureProject), ...threadTiers.map(threadProject)],
  },
});

export default config;
