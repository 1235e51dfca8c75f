/** The options of `bus.createTicket`. */
import { OptionReader, PERIOD } from './reader.ts';

export interface TicketOptions {
  /** A ticket that was not used by then is taken back, ms; its ports would stay open for ever. Default 60 000. */
  readonly lifetime?: number | undefined;
}

const LIFETIME_MS = 60_000;

/** Throws `ERR_BUS_CONFIG`. */
export function resolveTicketOptions(options: TicketOptions | undefined): {
  readonly lifetime: number;
} {
  if (options === undefined) return { lifetime: LIFETIME_MS };
  const read = new OptionReader(options, ['lifetime'], 'createTicket');
  return { lifetime: read.duration('lifetime', LIFETIME_MS, PERIOD) };
}
