/**
 * What main has told a shard and still holds, so that a successor can be told all of it at once: what waited in the
 * port of the dead thread is gone. Bounded by the limits of what may be registered.
 */
import type {
  Attachment,
  RouteSpec,
  ShardCommand,
  ShardSnapshot,
  SubscriptionSpec,
  TargetSpec,
} from '../control/commands.ts';
import { DONE, openLinkHead, TAIL } from '../memory/link-memory.ts';
import { get, load } from '../memory/seam.ts';

export class ShardJournal {
  readonly #clients = new Map<number, Attachment>();
  readonly #departed = new Set<number>();
  /** By client that has left. */
  readonly #departedTargets = new Map<number, readonly TargetSpec[]>();
  /** TAIL … DONE of each client's link. */
  readonly #heads = new Map<number, Int32Array>();
  readonly #targets = new Map<number, TargetSpec>();
  readonly #routes = new Map<number, RouteSpec>();
  readonly #subscriptions = new Map<number, SubscriptionSpec>();

  note(command: ShardCommand): void {
    switch (command.op) {
      case 'attach': {
        const { client, link, reports } = command;
        this.#clients.set(client.id, { client, link, reports });
        this.#heads.set(client.id, openLinkHead(link));
        break;
      }
      case 'detach':
        if (this.#clients.has(command.client)) this.#depart(command.client);
        this.#forgetTargets((target) => target.client === command.client);
        break;
      case 'addTarget':
        this.#targets.set(command.target.id, command.target);
        break;
      case 'removeTarget':
        this.#forgetTargets((target) => target.id === command.target);
        break;
      case 'isolate': {
        const target = this.#targets.get(command.target);
        const { isolated } = command;
        if (target !== undefined) this.#targets.set(target.id, { ...target, isolated });
        break;
      }
      case 'failPool': {
        const pool = this.#targets.get(command.target);
        if (pool !== undefined) this.#targets.set(pool.id, { ...pool, failed: true });
        break;
      }
      case 'addRoutes':
        for (const route of command.routes) this.#routes.set(route.id, route);
        break;
      case 'removeRoutes':
        for (const id of command.routes) this.#routes.delete(id);
        break;
      case 'addSubscription':
        this.#subscriptions.set(command.subscription.id, command.subscription);
        break;
      case 'removeSubscription':
        this.#subscriptions.delete(command.subscription);
        break;
      case 'expectGlobs':
      case 'explain':
      case 'takeOver':
      case 'close':
        break;
    }
  }

  /** Nothing of a client that has left is in use in the shard any more. */
  forget(client: number): void {
    this.#clients.delete(client);
    this.#departed.delete(client);
    this.#departedTargets.delete(client);
    this.#heads.delete(client);
  }

  /** Whether a client has sent entries that the shard has not handled. */
  hasUnread(): boolean {
    for (const words of this.#heads.values()) {
      // SYNC submit-tail: pairs with SubmitProducer.publish. Orders nothing here: only the number counts.
      if (load(words, TAIL) !== get(words, DONE)) return true;
    }
    return false;
  }

  /** Names the entry in hand, of the ring of `client`, among all that ever were; undefined for one that is not here. */
  entryOf(client: number): string | undefined {
    const words = this.#heads.get(client);
    const number = this.#clients.get(client)?.client.number;
    return words === undefined ? undefined : `${number}:${get(words, DONE)}`;
  }

  snapshot(): ShardSnapshot {
    return {
      clients: [...this.#clients.values()],
      departed: [...this.#departed],
      departedTargets: [...this.#departedTargets.values()].flat(),
      targets: [...this.#targets.values()],
      routes: [...this.#routes.values()],
      subscriptions: [...this.#subscriptions.values()],
    };
  }

  #depart(client: number): void {
    this.#departed.add(client);
    const targets = [...this.#targets.values()].filter((target) => target.client === client);
    this.#departedTargets.set(client, targets);
  }

  /** With a target go its routes and subscriptions: its number may be used again. */
  #forgetTargets(isGone: (target: TargetSpec) => boolean): void {
    const gone = new Set<number>();
    for (const target of this.#targets.values()) if (isGone(target)) gone.add(target.id);
    if (gone.size === 0) return;
    for (const id of gone) this.#targets.delete(id);
    dropOf(this.#routes, gone);
    dropOf(this.#subscriptions, gone);
  }
}

function dropOf(registered: Map<number, { readonly target: number }>, gone: Set<number>): void {
  for (const [id, { target }] of registered) if (gone.has(target)) registered.delete(id);
}
