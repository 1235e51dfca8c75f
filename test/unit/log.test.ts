import { describe, expect, it, vi } from 'vitest';
import { createLogger, type Logger, lazyLogger, warnAtExit } from '../../src/log.ts';

function recorder(): { lines: unknown[][]; logger: Logger } {
  const lines: unknown[][] = [];
  const note =
    (level: string) =>
    (fields: object, text: string): void => {
      lines.push([level, fields, text]);
    };
  const logger = {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  };
  return { lines, logger };
}

/** What is written to standard error until it is asked for. */
function standardError(): () => string {
  let text = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  return () => {
    spy.mockRestore();
    return text;
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createLogger', () => {
  it("writes to the user's logger where there is one, as its method", () => {
    const { lines, logger } = recorder();
    const levels = ['debug', 'info', 'warn', 'error'] as const;
    const own = { ...logger, warn: (...line: [object, string]) => void logger.warn(...line) };
    for (const level of levels) createLogger(own)[level]({ level }, 'said');
    expect(lines).toEqual(levels.map((level) => [level, { level }, 'said']));
  });

  it('says the line on standard error where the logger throws, and does not throw', () => {
    const { logger } = recorder();
    const refusing = (): void => {
      throw new Error('the disk is full');
    };
    const written = standardError();
    createLogger({ ...logger, warn: refusing }).warn({}, 'still said');
    expect(written()).toBe('symphony-bus warn: still said\n');
  });
});

describe('lazyLogger', () => {
  it('loads nothing for what it does not say', async () => {
    let loads = 0;
    const logger = lazyLogger(async () => {
      loads++;
      return recorder().logger;
    });
    logger.debug({}, 'a');
    logger.info({}, 'b');
    await turn();
    expect(loads).toBe(0);
  });

  it('loads once, and keeps the order of lines', async () => {
    const { lines, logger: target } = recorder();
    let loads = 0;
    const logger = lazyLogger(async () => {
      loads++;
      return target;
    });
    logger.warn({ a: 1 }, 'first');
    logger.error({ b: 2 }, 'second');
    await turn();
    logger.warn({}, 'third');
    await turn();
    expect(loads).toBe(1);
    expect(lines).toEqual([
      ['warn', { a: 1 }, 'first'],
      ['error', { b: 2 }, 'second'],
      ['warn', {}, 'third'],
    ]);
  });
});

describe('a line that the loaded logger cannot show', () => {
  it('is said without its fields, and rejects nothing', async () => {
    const { logger: target } = recorder();
    const refusing = (): void => {
      throw new TypeError('object is not extensible');
    };
    const logger = lazyLogger(async () => ({ ...target, warn: refusing }));
    const written = standardError();
    logger.warn({ err: Object.freeze(new Error('frozen')) }, 'a callback threw');
    await turn();
    expect(written()).toBe('symphony-bus warn: a callback threw\n');
  });
});

describe('warnAtExit', () => {
  it("goes to the user's logger where there is one, at once", () => {
    const { lines, logger } = recorder();
    warnAtExit(logger, { a: 1 }, 'ended');
    expect(lines).toEqual([['warn', { a: 1 }, 'ended']]);
  });
});
