import { afterEach, describe, expect, it, vi } from 'vitest';
import { TAIL } from '../../src/memory/link-memory.ts';
import { replaceSeam } from '../../src/memory/seam.ts';
import { SHARD_BELL, SHARD_PARKED } from '../../src/memory/shard-memory.ts';
import { runShard } from '../../src/shard/shard-loop.ts';
import { commandsOf, makeMemory } from './slot-scene.ts';

let restore: (() => void) | undefined;
afterEach(() => {
  vi.restoreAllMocks();
  restore?.();
});

/** Runs the loop of a shard until its second sleep; what it does around the first is recorded. */
function recordSleep(): string[] {
  const memory = makeMemory({ name: 'loop', clients: [[], []], targets: [], slots: 1, cells: 1 });
  const { shard, control, links } = memory;
  const seen: string[] = [];
  const commands = commandsOf(memory).map((command, index) => ({ seq: index + 1, command }));
  let sleeps = 0;
  vi.spyOn(Atomics, 'wait').mockImplementation(() => {
    seen.push('wait');
    sleeps += 1;
    if (sleeps === 2) commands.push({ seq: 99, command: { op: 'close' } });
    return 'ok';
  });
  restore = replaceSeam({
    load: (view, index) => {
      const link = links.findIndex(({ buffer }) => buffer === view.buffer);
      if (link >= 0 && index === TAIL) seen.push(`tail of ${link}`);
      if (view.buffer === shard.buffer && index === SHARD_BELL) seen.push('bell');
      return Atomics.load(view, index);
    },
    store: (view, index, value) => {
      if (view.buffer === shard.buffer && index === SHARD_PARKED) seen.push(`parked ${value}`);
      Atomics.store(view, index, value);
    },
  });
  let nowMs = 1;
  runShard(
    { shard, control, shards: [], originMs: 0, spin: false },
    {
      now: () => nowMs++,
      random: () => 0,
      forgot: () => undefined,
      turned: () => undefined,
      explained: () => undefined,
      coreWaitMs: () => undefined,
      takeCommand: () => {
        seen.push('port');
        return commands.shift();
      },
    },
  );
  const end = seen.indexOf('wait');
  return seen.slice(seen.lastIndexOf('bell', end), end + 2);
}

describe('the loop of a shard', () => {
  it('parks, looks at its port and at every ring again, and only then waits', () => {
    expect(recordSleep()).toEqual([
      'bell',
      'parked 1',
      'port',
      'tail of 0',
      'tail of 1',
      'wait',
      'parked 0',
    ]);
  });
});
