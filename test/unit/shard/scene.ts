/** One sender, and receivers at other clients that hold what they get. */
import type { TargetSpec } from '../../../src/control/commands.ts';
import { CoreWorld, type WorldClient, type WorldSize } from '../client/core-world.ts';
import { HoldingReceiver } from '../client/holding-receiver.ts';

export interface Placed {
  readonly receiver: HoldingReceiver;
  readonly target: number;
}

export class Scene {
  readonly world: CoreWorld;

  constructor(size: WorldSize = {}) {
    this.world = new CoreWorld({ clients: 3, ...size });
  }

  get sender(): WorldClient {
    return this.world.client(0);
  }

  /** An endpoint at client `at`, reached by `pattern` where there is one. */
  endpoint(pattern?: string, wishes: Partial<TargetSpec> = {}, at = 1): Placed {
    const receiver = new HoldingReceiver(this.world.client(at));
    const target = this.world.addTarget(receiver.client, receiver, wishes);
    if (pattern !== undefined) this.world.addRoute(pattern, target);
    return { receiver, target };
  }

  /** Where messages go that failed for good; at the sender, as main is where they go. */
  deadLetters(wishes: Partial<TargetSpec> = {}): Placed {
    return this.endpoint(undefined, { kind: 'deadLetters', ...wishes }, 0);
  }

  subscription(pattern: string, wishes: Partial<TargetSpec> = {}, at = 1): Placed {
    const placed = this.endpoint(undefined, { kind: 'subscription', ...wishes }, at);
    this.world.subscribe(pattern, placed.target);
    return placed;
  }
}
