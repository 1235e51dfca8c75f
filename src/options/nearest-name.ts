/** Which known name a mistyped one was probably meant to be. */

/** Longer names are not compared: the cost is quadratic and the name is the caller's. */
const COMPARED_LENGTH_MAX = 64;

/** The known name with the fewest edits, if they are few for its length; otherwise `undefined`. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > COMPARED_LENGTH_MAX) return undefined;
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const edits = editDistance(wanted, candidate.toLowerCase());
    // A third of the name may be wrong: 'shard' for 'shards', 'maxMsgSize' for 'maxMessageSize'.
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (edits <= allowed && edits < fewest) {
      nearest = candidate;
      fewest = edits;
    }
  }
  return nearest;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
