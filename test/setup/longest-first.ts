/**
 * The order in which test files run: tier by tier, since a process serves one tier, and in each the longest first, so
 * that no core waits while the other one is busy with a long file that came last.
 */
import {
  BaseSequencer,
  type TestSequencer,
  type TestSpecification,
  type Vitest,
} from 'vitest/node';

/** By their time; a tier that is not named comes after these. */
const TIERS = ['sim', 'property', 'unit', 'race', 'e2e', 'chaos'];

/** Files of more than five seconds, the longest first. What is not named comes after these, in the order of names. */
const LONGEST = [
  'slots.test.ts',
  'takeover.test.ts',
  'simulator.test.ts',
  'doorbell.test.ts',
  'quick.test.ts',
  'hostile.test.ts',
  'start-thread.test.ts',
  'router-regex.test.ts',
];

export class LongestFirst implements TestSequencer {
  readonly #base: BaseSequencer;

  constructor(vitest: Vitest) {
    this.#base = new BaseSequencer(vitest);
  }

  shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return this.#base.shard(files);
  }

  sort(files: TestSpecification[]): TestSpecification[] {
    return files.sort(
      (a, b) =>
        groupOf(a) - groupOf(b) ||
        placeIn(TIERS, a.project.name) - placeIn(TIERS, b.project.name) ||
        placeIn(LONGEST, fileOf(a)) - placeIn(LONGEST, fileOf(b)) ||
        (a.moduleId < b.moduleId ? -1 : 1),
    );
  }
}

function groupOf({ project }: TestSpecification): number {
  return project.config.sequence.groupOrder;
}

function fileOf({ moduleId }: TestSpecification): string {
  return moduleId.slice(moduleId.lastIndexOf('/') + 1);
}

function placeIn(names: readonly string[], name: string): number {
  const place = names.indexOf(name);
  return place < 0 ? names.length : place;
}
