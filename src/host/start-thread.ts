/** Starts a user's module on a thread that may `connect()`, and says when it is loaded. */
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MessageChannel, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { messageOf } from '../message/error-codec.ts';
import { BusError } from '../message/errors.ts';
import { kindOf } from '../message/text.ts';
import { unpackThrown } from '../message/thrown-value.ts';
import { configError } from '../options/reader.ts';
import { urlHref } from '../options/url-href.ts';
import type { Logger, StartWorkerOptions } from '../options.ts';
import type { ThreadBoot, ThreadReport } from './boot-thread.ts';
import type { Session } from './session.ts';
import { spawn } from './spawn.ts';
import { workerEntry } from './worker-url.ts';

const WHERE = 'startWorker';
/** Node's exit code where nothing is left that a top-level await could wait for. */
const UNSETTLED = 13;

export interface StartedThread {
  readonly worker: Worker;
  /** Resolves when the module has been evaluated; rejects `ERR_BUS_WORKER` when the thread has ended before. */
  readonly loaded: Promise<void>;
}

/** Throws `ERR_BUS_CONFIG` for options that Node refuses. The thread holds the process until it is loaded. */
export function startThread(
  href: string,
  options: StartWorkerOptions,
  session: Session,
  logger: Logger,
): StartedThread {
  const entry = workerEntry('client-bootstrap');
  const { port1: report, port2 } = new MessageChannel();
  const { ticket } = session;
  const { argv = [], transferList = [], workerData } = options;
  const ownArguments = entry.argv.length;
  const boot: ThreadBoot = { href, ticket, report: port2, workerData, ownArguments };
  const workerOptions = {
    ...(options as object),
    argv: [...entry.argv, ...argv],
    workerData: boot,
    transferList: [...transferList, ...ticket.transferList, port2] as never[],
  };
  try {
    const worker = spawn(entry.url, workerOptions, WHERE);
    return { worker, loaded: watch(worker, report, { href, session, logger }) };
  } catch (error) {
    report.close();
    session.end();
    throw error;
  }
}

interface Watched {
  readonly href: string;
  readonly session: Session;
  readonly logger: Logger;
}

type ReportPort = MessageChannel['port1'];

function watch(worker: Worker, report: ReportPort, watched: Watched): Promise<void> {
  const { href, logger, session } = watched;
  let isLoaded = false;
  let cause: unknown;
  let hasCause = false;
  return new Promise((resolve, reject) => {
    const read = (message: ThreadReport): void => {
      if (message.name === 'failed') {
        cause = unpackThrown(message.thrown);
        hasCause = true;
        return;
      }
      isLoaded = true;
      worker.unref();
      report.unref();
      resolve();
    };
    report.on('message', read);
    worker.on('error', (error) => {
      if (!hasCause) cause = error;
      hasCause = true;
    });
    worker.on('exit', (exitCode) => {
      // The exit may overtake what was posted just before it.
      for (let last = receiveMessageOnPort(report); last; last = receiveMessageOnPort(report)) {
        read(last.message as ThreadReport);
      }
      report.close();
      session.end(exitCode, hasCause ? { error: cause } : undefined);
      if (!isLoaded) reject(loadError(href, exitCode, hasCause ? { cause } : {}));
      else if (hasCause) tellCrash(worker, logger, { href, exitCode, cause });
    });
  });
}

/** Like a Worker without a bus: the error reaches who listens; but a worker's death is no crash of main. */
function tellCrash(
  worker: Worker,
  logger: Logger,
  { href, exitCode, cause }: { href: string; exitCode: number; cause: unknown },
): void {
  logger.error({ err: cause, href, exitCode }, 'a worker thread has ended with an error');
  worker.emit('error', cause);
}

/** Whatever was thrown, `undefined` too, is told apart from a thread that ended without a word. */
function loadError(href: string, exitCode: number, why: { readonly cause?: unknown }): BusError {
  const silent = exitCode === UNSETTLED ? 'its top-level await never settled' : 'it said nothing';
  const reason = 'cause' in why ? messageOf(why.cause) : silent;
  return new BusError(
    'ERR_BUS_WORKER',
    `The worker ${href} ended before its module was loaded (exit code ${exitCode}): ${reason}`,
    { ...why, details: { href, exitCode } },
  );
}

/**
 * The module's URL, from a URL or its text or an absolute path. Throws `ERR_BUS_CONFIG` for anything else. Whether the
 * module is there is found out by loading it.
 */
export function moduleHref(url: unknown, where: string = WHERE): string {
  const href = typeof url === 'string' ? textHref(url) : urlHref(url);
  if (href === undefined || !(href.startsWith('data:') || isLocalFile(href))) {
    const isUrl = typeof url !== 'string' && href !== undefined;
    const got = isUrl ? `the URL '${href}'` : kindOf(url);
    throw configError(where, 'url', 'a file: or data: URL, or an absolute path', got);
  }
  return href;
}

function textHref(text: string): string | undefined {
  if (isAbsolute(text)) return pathToFileURL(text).href;
  return URL.canParse(text) ? text : undefined;
}

function isLocalFile(href: string): boolean {
  try {
    return fileURLToPath(href) !== '';
  } catch {
    return false;
  }
}
