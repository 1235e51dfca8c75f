import * as library from '../../src/index.ts';

export interface MessageBus {
  registerEndpoint(
    id: string,
    handler: (message: { readonly payload: unknown }) => unknown,
    options?: object,
  ): Promise<unknown>;
  registerRoute(pattern: string, endpoint: string, options?: object): Promise<unknown>;
  request(key: string, payload: unknown, options?: object): Promise<unknown>;
  notify(key: string, payload: unknown, options?: object): Promise<{ delivered: number }>;
  tryNotify(key: string, payload: unknown): 'accepted' | 'full' | 'closed';
  writable(): Promise<void>;
  flush(): Promise<void>;
  startWorker(url: URL, options?: object): Promise<unknown>;
  close(options?: object): Promise<unknown>;
}
const names = library as unknown as {
  createBus: (config: object) => Promise<MessageBus>;
  connect: () => Promise<MessageBus>;
};

export const createBus: (config: object) => Promise<MessageBus> = names.createBus;
export const connect: () => Promise<MessageBus> = names.connect;
