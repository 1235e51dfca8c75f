/** Mistakes planted into production code from outside, so that the checkers can show that they see them. */
import { COMPLETION, completeStatus, low16, packComplete } from '../../src/memory/entries.ts';
import type { Seam } from '../../src/memory/seam.ts';
import type { ShardCore } from '../../src/shard/shard-core.ts';
import type { SceneMemory } from './slot-scene.ts';

/** What an actor does to shared words, with the scene's mistake in it. Clients come first among the actors. */
export function mistakenSlotSeam(memory: SceneMemory, seam: Seam, actor: number): Partial<Seam> {
  const { scene } = memory;
  const isShard = actor === scene.clients.length;
  if (isShard) return {};
  if (scene.mistake === 'tail published before the header') {
    return putLate(memory, seam, (view) => view === memory.clients[actor]?.headers);
  }
  if (scene.mistake === 'tail published before the entry') {
    return putLate(memory, seam, (view) => view.length === memory.links[actor]?.submit.length);
  }
  return {};
}

/** Some plain stores are made only after the tail is out. */
function putLate(
  memory: SceneMemory,
  seam: Seam,
  isLate: (view: Int32Array) => boolean,
): Partial<Seam> {
  const late: (() => void)[] = [];
  const writeLate = (): void => {
    for (const write of late.splice(0)) write();
  };
  return {
    put: (view, index, value) => {
      if (isLate(view)) late.push(() => seam.put(view, index, value));
      else seam.put(view, index, value);
    },
    load: (view, index) => {
      if (view.buffer === memory.shard.buffer) writeLate();
      return seam.load(view, index);
    },
  };
}

export function mistakenCore({ scene }: SceneMemory, core: ShardCore): void {
  for (const link of core.state.linkList) {
    if (scene.mistake === 'released at the first acknowledgement') {
      const alwaysOne = (counts: Int32Array): Int32Array =>
        new Proxy(counts, { get: (array, index) => (index === 'length' ? array.length : 1) });
      Object.defineProperty(link, 'openCount', { value: alwaysOne(link.openCount) });
      Object.defineProperty(link, 'loanCount', { value: alwaysOne(link.loanCount) });
    }
    if (scene.mistake === 'status sent with the release') {
      const { complete } = link;
      const push = complete.push.bind(complete);
      complete.push = (head, detail) => {
        push(packComplete(COMPLETION.final, completeStatus(head), low16(head)), detail);
      };
    }
  }
}
