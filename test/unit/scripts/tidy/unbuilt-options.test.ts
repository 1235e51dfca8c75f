import { describe, expect, it } from 'vitest';
import { unbuiltOptions } from '../../../../scripts/tidy/unbuilt-options.ts';
import { placesFound, planted } from './planted.ts';

const options = planted(
  'src/options/endpoint-options.ts',
  'export interface EndpointOptions {',
  '  /** Default 1. */',
  '  readonly built?: number;',
  '  /** Not supported yet. */',
  '  readonly later?: number;',
  '}',
);
const lists = (...names: string[]) =>
  planted(
    'src/client/a.ts',
    `const LATER_ENDPOINT = { ${names.map((name) => `${name}: 0`).join(', ')} };`,
  );
const page = planted(
  'docs/interface.md',
  '# The interface',
  '| `built` | *later*: another table |',
  '## `EndpointOptions`',
  '| `built` | 1 |',
  '| `later` | *later* |',
);

describe('unbuiltOptions', () => {
  it('accepts docstrings and a page that say what is refused', () => {
    expect(placesFound(unbuiltOptions, options, lists('later'), page)).toEqual([]);
  });

  it('catches an option that is refused and does not say so', () => {
    expect(placesFound(unbuiltOptions, options, lists('later', 'built'), page)).toEqual([
      'src/options/endpoint-options.ts:3',
      'docs/interface.md:4',
    ]);
  });

  it('catches an option that was built and still says otherwise', () => {
    expect(placesFound(unbuiltOptions, options, lists(), page)).toEqual([
      'src/options/endpoint-options.ts:5',
      'docs/interface.md:5',
    ]);
  });
});
