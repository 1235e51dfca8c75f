/**
 * Where the bus writes what a person should read: the user's logger, or pino, which is loaded when the first line is
 * to be written. The only file that imports pino.
 */
import { writeSync } from 'node:fs';
import type { Logger } from './options.ts';

export type { Logger } from './options.ts';

const NAME = 'symphony-bus';
/** Pino's number of the level. */
const PINO_WARN = 40;
/** A library says nothing unasked below this level. */
const LEVEL = 'warn';
/** Standard error: standard output belongs to the program. Given by number, since worker threads have no `stdout.fd`. */
const STDERR = 2;

/** The user's logger, or one that writes warnings and errors to standard error as lines of JSON. */
export function createLogger(logger: Logger | undefined): Logger {
  return logger === undefined ? lazyLogger(loadPino) : guardedLogger(logger);
}

/** What the bus says must not end what the bus does: where `logger` throws, the line goes to standard error. */
function guardedLogger(logger: Logger): Logger {
  const guarded =
    (level: keyof Logger) =>
    (fields: object, text: string): void => {
      try {
        logger[level](fields, text);
      } catch {
        writePlain(level, text);
      }
    };
  return {
    debug: guarded('debug'),
    info: guarded('info'),
    warn: guarded('warn'),
    error: guarded('error'),
  };
}

/** A logger that loads its target with the first warning or error; lines keep their order. */
export function lazyLogger(load: () => Promise<Logger>): Logger {
  let loading: Promise<Logger> | undefined;
  const write = (level: 'warn' | 'error', fields: object, text: string): void => {
    loading ??= load();
    // Without a logger, or with fields that it cannot show (pino marks errors, and a frozen one cannot be marked),
    // the line itself still matters more than the reason.
    loading.then((target) => target[level](fields, text)).catch(() => writePlain(level, text));
  };
  const silent = (): void => {};
  return {
    debug: silent,
    info: silent,
    warn: (fields, text) => write('warn', fields, text),
    error: (fields, text) => write('error', fields, text),
  };
}

/** A warning in the last moment of the process, when nothing can be loaded any more: to `logger`, or as pino writes it. */
export function warnAtExit(logger: Logger | undefined, fields: object, text: string): void {
  if (logger !== undefined) {
    logger.warn(fields, text);
    return;
  }
  const line = { level: PINO_WARN, time: Date.now(), pid: process.pid, name: NAME, ...fields };
  try {
    writeSync(STDERR, `${JSON.stringify({ ...line, msg: text })}\n`);
  } catch {
    // Standard error is closed or full: the process ends all the same.
  }
}

function writePlain(level: keyof Logger, text: string): void {
  process.stderr.write(`symphony-bus ${level}: ${text}\n`);
}

async function loadPino(): Promise<Logger> {
  const { pino } = await import('pino');
  // Synchronous, so that a line written just before the process ends is not lost.
  const destination = pino.destination({ dest: STDERR, sync: true });
  const log = pino({ name: NAME, level: LEVEL }, destination);
  return {
    debug: (fields, text) => log.debug(fields, text),
    info: (fields, text) => log.info(fields, text),
    warn: (fields, text) => log.warn(fields, text),
    error: (fields, text) => log.error(fields, text),
  };
}
