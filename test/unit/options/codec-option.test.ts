import { describe, expect, it } from 'vitest';
import { resolveConnectOptions } from '../../../src/options/codec-option.ts';

describe('resolveConnectOptions', () => {
  it('takes a name, a URL or the text of one, or nothing', () => {
    expect(resolveConnectOptions({})).toEqual({ codec: undefined });
    for (const codec of ['auto', 'json', 'v8']) {
      expect(resolveConnectOptions({ codec })).toEqual({ codec });
    }
    const href = 'file:///a%20b/codec.mjs';
    expect(resolveConnectOptions({ codec: new URL(href) })).toEqual({ codec: href });
    expect(resolveConnectOptions({ codec: 'file:///a b/codec.mjs' })).toEqual({ codec: href });
  });

  it('refuses everything else, naming the option', () => {
    for (const codec of ['xml', '', 7, null]) {
      expect(() => resolveConnectOptions({ codec })).toThrow(/connect: option 'codec'/);
    }
    expect(() => resolveConnectOptions({ codex: 'json' })).toThrow(/Did you mean 'codec'/);
    expect(() => resolveConnectOptions(7)).toThrow(/an object/);
  });
});
