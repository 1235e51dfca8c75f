/** What large copies cost the system: a page fault for each 4 KiB, unless freed memory is kept. */
import { describe, expect, it } from 'vitest';
import { type Ended, runProgramWith } from '../helpers/run-program.ts';

/** Of a megabyte. */
const PAGES = 244;

const { glibcVersionRuntime } = (
  process.report.getReport() as { header: { glibcVersionRuntime?: string } }
).header;

// Left out where the C library is another: only glibc has these bounds.
describe.skipIf(glibcVersionRuntime === undefined)('large copies', () => {
  it('go into memory that was freed before', async () => {
    const { pages, received } = resultOf(await runProgramWith({}, 'large-copies'));
    expect(received).toBe(180);
    expect(pages).toBeLessThan(PAGES / 4);
  });

  it('give freed memory back where the environment says so', async () => {
    const env = { MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' };
    const { pages, received } = resultOf(await runProgramWith(env, 'large-copies'));
    expect(received).toBe(180);
    expect(pages).toBeGreaterThan(PAGES / 2);
  });
});

function resultOf({ code, error, out }: Ended): { received: number; pages: number } {
  expect({ code, error }).toEqual({ code: 0, error: '' });
  return JSON.parse(out) as { received: number; pages: number };
}
