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

/** Failure links of the needle at hand, and its units; grown to the longest seen. */
let links = new Int32Array(256);
let needleUnits = new Int32Array(256);

/** Units of the text that was searched last: a key meets many long needles, and reading it takes as long as searching it. */
let textUnits = new Int32Array(256);
let textRead = '';

/** Index of the first occurrence of `needle` that starts at `from` or later, or -1. */
export function indexOfText(text: string, needle: string, from: number): number {
  if (needle.length <= NATIVE_MAX) return text.indexOf(needle, from);
  // Where its head is not, all of it is not.
  const start = text.indexOf(needle.slice(0, NATIVE_MAX), from);
  if (start < 0 || text.length - start < needle.length) return -1;
  readText(text);
  linkPrefixes(needle);
  const units = textUnits;
  const wanted = needleUnits;
  const length = text.length;
  const size = needle.length;
  let matched = 0;
  for (let i = start; i < length; i++) {
    const unit = units[i] as number;
    while (matched > 0 && wanted[matched] !== unit) matched = links[matched - 1] as number;
    if (wanted[matched] === unit) matched++;
    if (matched === size) return i - size + 1;
  }
  return -1;
}

function readText(text: string): void {
  if (text === textRead) return;
  if (textUnits.length < text.length) textUnits = new Int32Array(text.length);
  for (let i = 0; i < text.length; i++) textUnits[i] = text.charCodeAt(i);
  textRead = text;
}

/** `links[i]`: length of the longest proper prefix of the needle that ends at i. */
function linkPrefixes(needle: string): void {
  const size = needle.length;
  if (links.length < size) {
    links = new Int32Array(size);
    needleUnits = new Int32Array(size);
  }
  const units = needleUnits;
  for (let i = 0; i < size; i++) units[i] = needle.charCodeAt(i);
  let matched = 0;
  links[0] = 0;
  for (let i = 1; i < size; i++) {
    const unit = units[i] as number;
    while (matched > 0 && units[matched] !== unit) matched = links[matched - 1] as number;
    if (units[matched] === unit) matched++;
    links[i] = matched;
  }
}
