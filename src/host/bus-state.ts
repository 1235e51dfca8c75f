/** What the bus as a whole may still do, read from and written to its control words. */
import { BUS_STATE, busState, type ControlWords } from '../memory/control-words.ts';
import { BusError } from '../message/errors.ts';

const STATE_NAMES = ['open', 'closing', 'closed', 'fatal'] as const;

function stateName(control: ControlWords): (typeof STATE_NAMES)[number] {
  return STATE_NAMES[busState(control)] ?? 'fatal';
}

/** Throws `ERR_BUS_CLOSED` or `ERR_BUS_FATAL` unless the bus is open. */
export function assertOpen(control: ControlWords): void {
  const state = busState(control);
  if (state !== BUS_STATE.open) throw notOpenError(stateName(control));
}

function notOpenError(state: string): BusError {
  if (state === 'fatal') {
    const text =
      'The bus has failed: a shard could not be kept alive. Close it and create another.';
    return new BusError('ERR_BUS_FATAL', text, { details: { state } });
  }
  const text = `The bus is ${state}; it takes no calls any more, and this one was refused.`;
  return new BusError('ERR_BUS_CLOSED', text, { details: { state, accepted: false } });
}
