/** Questions about where views lie in their buffers, for tests of memory layouts. */

interface View {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** Pairs of views (by index) that share a byte. */
export function overlaps(views: readonly View[]): [number, number][] {
  return pairs(views, 1);
}

/** Pairs of views (by index) that touch the same line of `lineBytes`. */
export function sharedLines(views: readonly View[], lineBytes: number): [number, number][] {
  return pairs(views, lineBytes);
}

function pairs(views: readonly View[], unitBytes: number): [number, number][] {
  const found: [number, number][] = [];
  const spans = views.map((view) => ({
    buffer: view.buffer,
    first: Math.floor(view.byteOffset / unitBytes),
    last: Math.ceil((view.byteOffset + view.byteLength) / unitBytes) - 1,
  }));
  spans.forEach((one, i) => {
    spans.slice(i + 1).forEach((other, j) => {
      const meets = one.first <= other.last && other.first <= one.last;
      if (one.buffer === other.buffer && meets) found.push([i, i + 1 + j]);
    });
  });
  return found;
}
