import { describe, expect, it } from 'vitest';
import { parseSchedstatUs, threadCpuUs } from '../../../src/demo/thread-cpu.ts';

describe('threadCpuUs', () => {
  it('takes the first figure of the scheduler statistics, in microseconds', () => {
    expect(parseSchedstatUs('123456789 4242 17\n')).toBe(123_456.789);
  });

  it('is undefined where the file is missing or says something else', () => {
    expect(threadCpuUs('/no/such/file')).toBeUndefined();
    expect(parseSchedstatUs('')).toBeUndefined();
    expect(parseSchedstatUs('cpu 1 2 3')).toBeUndefined();
  });
});
