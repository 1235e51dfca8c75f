/**
 * What travels under which key, for the compiler alone: `createBus<Contracts>()` checks nothing at run time. Keys
 * without a contract, and patterns, stay as they are without contracts.
 */
import type { EventMessage } from './client/message.ts';
import type { TryResult } from './client/sender.ts';
import type { Subscription } from './client/subscription.ts';
import type { EventHandler } from './handler.ts';
import type { OnceOptions, RequestOptions, SendOptions, SubscribeOptions } from './options.ts';

/** Of one routing key: the payload of its messages and, for requests, the reply. */
export interface Contract {
  readonly payload?: unknown;
  readonly reply?: unknown;
}

/** Contracts by exact routing key; an interface will do as well as a type. */
export type ContractsOf<Contracts> = { readonly [Key in keyof Contracts]: Contract };

/** A bus whose verbs know the contracts. It is a `MessageBus`, or `ConnectedBus`, for whoever takes one. */
export type WithContracts<Bus, Contracts> = Omit<Bus, keyof ContractVerbs<unknown>> &
  ContractVerbs<Contracts>;

/** The verbs that name a key, as `BusVerbs` describes them. */
export interface ContractVerbs<Contracts> {
  request<Reply = unknown, Key extends KeyOf<Contracts> = string>(
    key: Key,
    payload?: PayloadOf<Contracts, Key>,
    options?: RequestOptions,
  ): Promise<ReplyOf<Contracts, Key, Reply>>;
  notify<Key extends KeyOf<Contracts>>(
    key: Key,
    payload?: PayloadOf<Contracts, Key>,
    options?: SendOptions,
  ): Promise<{ delivered: number }>;
  publish<Key extends KeyOf<Contracts>>(
    key: Key,
    payload?: PayloadOf<Contracts, Key>,
    options?: SendOptions,
  ): Promise<number>;
  tryPublish<Key extends KeyOf<Contracts>>(
    key: Key,
    payload?: PayloadOf<Contracts, Key>,
    options?: SendOptions,
  ): TryResult;
  tryNotify<Key extends KeyOf<Contracts>>(
    key: Key,
    payload?: PayloadOf<Contracts, Key>,
    options?: SendOptions,
  ): TryResult;
  subscribe<Payload = unknown, Key extends KeyOf<Contracts> = string>(
    pattern: Key | RegExp,
    options?: SubscribeOptions,
  ): Promise<Subscription<PayloadOf<Contracts, Key, Payload>>>;
  subscribe<Payload = unknown, Key extends KeyOf<Contracts> = string>(
    pattern: Key | RegExp,
    handler: EventHandler<PayloadOf<Contracts, Key, Payload>>,
    options?: SubscribeOptions,
  ): Promise<Subscription<PayloadOf<Contracts, Key, Payload>>>;
  once<Payload = unknown, Key extends KeyOf<Contracts> = string>(
    pattern: Key | RegExp,
    options?: OnceOptions,
  ): Promise<EventMessage<PayloadOf<Contracts, Key, Payload>>>;
}

/** Any key; an editor proposes those with a contract. */
type KeyOf<Contracts> = (keyof Contracts & string) | (string & Record<never, never>);

type PayloadOf<Contracts, Key, Otherwise = unknown> = Key extends keyof Contracts
  ? Contracts[Key] extends { readonly payload: infer Payload }
    ? Payload
    : Otherwise
  : Otherwise;

type ReplyOf<Contracts, Key, Otherwise> = Key extends keyof Contracts
  ? Contracts[Key] extends { readonly reply: infer Reply }
    ? Reply
    : Otherwise
  : Otherwise;
