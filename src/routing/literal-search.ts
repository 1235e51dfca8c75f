/**
 * Where a text first occurs, in time linear in what is passed over. The engine's own search is used
 * where it is linear; for longer needles it may compare most of them at every place, so those go
 * through Knuth, Morris and Pratt's search.
 */

/**
 * UTF-16 code units. V8 searches long needles with Boyer–Moore tables over their last 250 units; up
 * to that length the tables see the whole needle and no key makes it quadratic.
 */
const NATIVE_MAX = 128;

/** Failure links of the needle at hand; grown to the longest seen. */
let links = new Int32Array(256);

/** Index of the first occurrence of `needle` that starts at `from` or later, or -1. */
export function indexOfText(text: string, needle: string, from: number): number {
  if (needle.length <= NATIVE_MAX) return text.indexOf(needle, from);
  if (text.length - from < needle.length) return -1;
  linkPrefixes(needle);
  const length = text.length;
  const size = needle.length;
  let matched = 0;
  for (let i = from; i < length; i++) {
    const unit = text.charCodeAt(i);
    while (matched > 0 && needle.charCodeAt(matched) !== unit) {
      matched = links[matched - 1] as number;
    }
    if (needle.charCodeAt(matched) === unit) matched++;
    if (matched === size) return i - size + 1;
  }
  return -1;
}

/** `links[i]`: length of the longest proper prefix of the needle that ends at i. */
function linkPrefixes(needle: string): void {
  if (links.length < needle.length) links = new Int32Array(needle.length);
  let matched = 0;
  links[0] = 0;
  for (let i = 1; i < needle.length; i++) {
    const unit = needle.charCodeAt(i);
    while (matched > 0 && needle.charCodeAt(matched) !== unit) {
      matched = links[matched - 1] as number;
    }
    if (needle.charCodeAt(matched) === unit) matched++;
    links[i] = matched;
  }
}
