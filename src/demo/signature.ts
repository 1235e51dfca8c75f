/** GitHub's signature of a webhook delivery: made by the sender, verified by who receives it. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const PREFIX = 'sha256=';
const HEX_LENGTH = 64;

/** What the header says for this body: `sha256=` and the HMAC in hexadecimal. */
export function sign(secret: string, body: Uint8Array): string {
  return PREFIX + createHmac('sha256', secret).update(body).digest('hex');
}

/** Takes the same time wherever the first wrong byte is; a malformed header is simply wrong. */
export function isSignedBy(secret: string, body: Uint8Array, header: string | undefined): boolean {
  if (header?.length !== PREFIX.length + HEX_LENGTH || !header.startsWith(PREFIX)) return false;
  const claimed = Buffer.from(header.slice(PREFIX.length), 'hex');
  const actual = createHmac('sha256', secret).update(body).digest();
  return claimed.length === actual.length && timingSafeEqual(claimed, actual);
}
