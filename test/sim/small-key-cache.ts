/**
 * Stands in for the shard's key cache, whose 8192 places cost more than all else when a shard is built again at every
 * step of an exploration. It remembers everything, as the real one does for two keys.
 */
import type { Resolution } from '../../src/routing/router.ts';

export class KeyCache {
  readonly #resolutions = new Map<string, Resolution>();

  get(id: number, epoch: number, generation: number): Resolution | undefined {
    return this.#resolutions.get(`${id} ${epoch} ${generation}`);
  }

  set(id: number, epoch: number, generation: number, resolution: Resolution): void {
    this.#resolutions.set(`${id} ${epoch} ${generation}`, resolution);
  }
}
