import { describe, expect, it } from 'vitest';
import { isSignedBy, sign } from '../../../src/demo/signature.ts';

/** The example of GitHub's documentation, "Validating webhook deliveries". */
const SECRET = "It's a Secret to Everybody";
const BODY = new TextEncoder().encode('Hello, World!');
const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

describe('sign', () => {
  it('gives the signature of the published example', () => {
    expect(sign(SECRET, BODY)).toBe(SIGNATURE);
  });
});

describe('isSignedBy', () => {
  it('takes the right signature', () => {
    expect(isSignedBy(SECRET, BODY, SIGNATURE)).toBe(true);
  });

  it('refuses another secret, one changed byte of the body, and one changed digit', () => {
    expect(isSignedBy('another', BODY, SIGNATURE)).toBe(false);
    expect(isSignedBy(SECRET, BODY.with(0, 0), SIGNATURE)).toBe(false);
    expect(isSignedBy(SECRET, BODY, SIGNATURE.replace(/7$/, '8'))).toBe(false);
  });

  it('refuses a header that is missing, too short, of another scheme, or not hexadecimal', () => {
    expect(isSignedBy(SECRET, BODY, undefined)).toBe(false);
    expect(isSignedBy(SECRET, BODY, SIGNATURE.slice(0, -1))).toBe(false);
    expect(isSignedBy(SECRET, BODY, SIGNATURE.replace('sha256', 'sha512'))).toBe(false);
    expect(isSignedBy(SECRET, BODY, SIGNATURE.replace(/7$/, 'g'))).toBe(false);
  });
});
