import { describe, expect, it } from 'vitest';
import { bannedNames } from '../../../../scripts/tidy/banned-names.ts';
import { placesFound, planted } from './planted.ts';

describe('bannedNames', () => {
  it.each([
    'class ShardManager {}',
    'const routeInfo = 1;',
    'function commonPart(): void {}',
    'interface UserData {}',
    'type Utils = string;',
    'class Ring { #data = 1; }',
    'interface Ring { readonly dataBytes: number }',
    'function send(messageData: string): void {}',
    'const { payload: data } = message;',
    'const PUBLISH_HELPER = 1;',
    'function processEntry(): void {}',
    'const processEntry = () => 1;',
    'class Ring { processEntry(): void {} }',
    'const handle = 1;',
    'function park(handle: object): void {}',
  ])('catches `%s`', (line) => {
    expect(placesFound(bannedNames, planted('src/a.ts', '', line))).toEqual(['src/a.ts:2']);
  });

  it('catches a file name', () => {
    expect(placesFound(bannedNames, planted('src/ring-utils.ts'))).toEqual(['src/ring-utils.ts:1']);
  });

  it.each([
    'const information = 1;',
    'const processId = 1;',
    'function handle(): void {}',
    'const memoryHandle = 1;',
    'const worker = new Worker(url, { workerData: { data: 1 } });',
    'const { workerData, data } = event;',
    "import { data } from './elsewhere.ts';",
    'interface Logger { info(fields: object, text: string): void }',
    '// a common helper for data',
  ])('accepts `%s`', (line) => {
    expect(placesFound(bannedNames, planted('src/a.ts', line))).toEqual([]);
  });
});
