/** The two headers of a delivery, and how its number is read from one. */

/** The HMAC of the body, as GitHub sends it. */
export const SIGNATURE_HEADER = 'x-hub-signature-256';
/** Names the message to whoever receives it; GitHub puts its delivery's id there. */
export const NUMBER_HEADER = 'x-github-delivery';

/** The number that no message has: the log's words hold 32 bits. */
const NO_NUMBER = 0xffff_ffff;

/** A header that is missing or no number gives the number that no message has. */
export function numberOf(headers: Readonly<Record<string, string>>): number {
  const text = headers[NUMBER_HEADER] ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : NO_NUMBER;
}
