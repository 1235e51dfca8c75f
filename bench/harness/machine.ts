/** Where the figures come from: without it they cannot be read. */

import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';

export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** One-minute load average when the bench started; 0 where there is none. */
  readonly load: number;
}

export function machine(): Machine {
  return {
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    load: loadavg()[0] ?? 0,
  };
}
