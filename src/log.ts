/**
 * Where the bus writes what a person should read: the user's logger, or pino, which is loaded when the first line is
 * to be written. The only file that imports pino.
 */
import type { Logger } from './options.ts';

export type { Logger } from './options.ts';

/** A library says nothing unasked below this level. */
const LEVEL = 'warn';
/** Standard error: standard output belongs to the program. Given by number, since worker threads have no `stdout.fd`. */
const STDERR = 2;

/** The user's logger, or one that writes warnings and errors to standard error as lines of JSON. */
export function createLogger(logger: Logger | undefined): Logger {
  return logger ?? lazyLogger(loadPino);
}

/** A logger that loads its target with the first warning or error; lines keep their order. */
export function lazyLogger(load: () => Promise<Logger>): Logger {
  let loading: Promise<Logger> | undefined;
  const write = (level: 'warn' | 'error', fields: object, text: string): void => {
    loading ??= load();
    loading.then(
      (target) => target[level](fields, text),
      // Without a logger the line itself still matters more than the reason that there is none.
      () => process.stderr.write(`symphony-bus ${level}: ${text}\n`),
    );
  };
  const silent = (): void => {};
  return {
    debug: silent,
    info: silent,
    warn: (fields, text) => write('warn', fields, text),
    error: (fields, text) => write('error', fields, text),
  };
}

async function loadPino(): Promise<Logger> {
  const { pino } = await import('pino');
  // Synchronous, so that a line written just before the process ends is not lost.
  const destination = pino.destination({ dest: STDERR, sync: true });
  const log = pino({ name: 'symphony-bus', level: LEVEL }, destination);
  return {
    debug: (fields, text) => log.debug(fields, text),
    info: (fields, text) => log.info(fields, text),
    warn: (fields, text) => log.warn(fields, text),
    error: (fields, text) => log.error(fields, text),
  };
}
