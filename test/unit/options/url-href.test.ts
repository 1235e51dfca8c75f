import { describe, expect, it } from 'vitest';
import { urlHref } from '../../../src/options/url-href.ts';

describe('the href of what may be a URL', () => {
  it('is that of a URL, whatever the URL itself says', () => {
    class Own extends URL {}
    const lying = Object.defineProperty(new Own('file:///c'), 'href', { value: 5 });
    expect(urlHref(new URL('file:///a b'))).toBe('file:///a%20b');
    expect(urlHref(lying)).toBe('file:///c');
  });

  it('is none for what only looks like one', () => {
    const { proxy, revoke } = Proxy.revocable(new URL('file:///a'), {});
    revoke();
    const lookalikes = [Object.create(URL.prototype), new Proxy(new URL('file:///a'), {}), proxy];
    for (const value of [...lookalikes, { href: 'file:///a' }, 'file:///a', null, undefined]) {
      expect(urlHref(value)).toBeUndefined();
    }
  });
});
