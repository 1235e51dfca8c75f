import type { EventMessage, Message } from '../../../src/index.ts';

export function note(log: Int32Array, message: Message | EventMessage): void;
export function noteShared(log: Int32Array, message: Message): void;
