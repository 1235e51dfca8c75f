import { describe, expect, it } from 'vitest';
import { interfacePage } from '../../../../scripts/tidy/interface-page.ts';
import { planted } from './planted.ts';

const sources = [
  planted(
    'src/index.ts',
    "export { createBus } from './bus.ts';",
    "export type { Options } from './options.ts';",
  ),
  planted('src/options.ts', "export type { Options } from './options/bus.ts';"),
  planted(
    'src/options/bus.ts',
    'interface Inner { readonly hidden: number }',
    'export interface Options {',
    '  readonly timeout?: number;',
    '  counts: { sent: number };',
    '  close(): void;',
    '}',
    'export interface Other { readonly later: number }',
  ),
  // Shares its name with the public one and is none of the page's business.
  planted('src/registry/rows.ts', 'export interface Options { readonly row: number }'),
  planted(
    'src/message/errors.ts',
    'export const errorCodes = [',
    "  'ERR_BUS_FULL',",
    '] as const;',
  ),
];
const page = [
  '# The interface',
  '## `createBus`, `Options`',
  '`timeout`, and `counts.sent`',
  '```js',
  'close();',
  '```',
  '## Errors',
  '`ERR_BUS_FULL`',
];

const problems = (...lines: string[]): string[] =>
  interfacePage([...sources, planted('docs/interface.md', ...lines)]).map(({ problem }) => problem);

describe('interfacePage', () => {
  it('accepts a page that mentions every export, member and code', () => {
    expect(problems(...page)).toEqual([]);
  });

  it('asks for the page, and for nothing where there is no public interface', () => {
    expect(interfacePage(sources).map(({ path }) => path)).toEqual(['docs/interface.md']);
    expect(interfacePage(sources.slice(1))).toEqual([]);
  });

  it.each([
    ['`createBus`, ', '', ['says nothing of the export createBus']],
    ['`timeout`', 'timeout', ['says nothing of the member of Options timeout']],
    ['.sent', '', ['says nothing of the member of Options sent']],
    ['close()', 'open()', ['says nothing of the member of Options close']],
    ['ERR_BUS_FULL', 'ERR_BUS_FULLY', ['says nothing of the error code ERR_BUS_FULL']],
    [
      '## `createBus`, `Options`',
      '`createBus`, `Options`',
      ['has no heading that names `Options`'],
    ],
  ])('misses %s', (text, instead, expected) => {
    expect(problems(...page.join('\n').replace(text, instead).split('\n'))).toEqual(expected);
  });

  it('looks for a member in the part of its interface alone', () => {
    const moved = page.filter((line) => !line.startsWith('`timeout`'));
    expect(problems(...moved, '`timeout`, `counts.sent`')).toEqual([
      'says nothing of the member of Options timeout',
      'says nothing of the member of Options counts',
      'says nothing of the member of Options sent',
    ]);
  });
});
