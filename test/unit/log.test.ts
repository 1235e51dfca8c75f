import { describe, expect, it } from 'vitest';
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

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createLogger', () => {
  it("is the user's logger where there is one", () => {
    const { logger } = recorder();
    expect(createLogger(logger)).toBe(logger);
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

describe('warnAtExit', () => {
  it("goes to the user's logger where there is one, at once", () => {
    const { lines, logger } = recorder();
    warnAtExit(logger, { a: 1 }, 'ended');
    expect(lines).toEqual([['warn', { a: 1 }, 'ended']]);
  });
});
