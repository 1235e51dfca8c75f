/** What a validator says about options that it refuses. */
import { BusError } from '../../../src/message/errors.ts';

export function refused(validate: () => unknown): BusError {
  try {
    validate();
  } catch (error) {
    if (BusError.isBusError(error)) return error;
    throw error;
  }
  throw new Error('The options were accepted.');
}
