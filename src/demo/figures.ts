/** Numbers and tables as text for people. */

/** Whole, with a comma between thousands. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Microseconds: three figures below a thousand, whole above. */
export function formatUs(valueUs: number): string {
  return valueUs < 1_000 ? Number(valueUs.toPrecision(3)).toString() : formatCount(valueUs);
}

/** The first column to the left, all others to the right; the first row is the heading. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  const lines = rows.map((row) => row.map((cell, column) => pad(cell, widths, column)).join('  '));
  return lines.map((line) => `  ${line.trimEnd()}\n`).join('');
}

function pad(cell: string, widths: readonly number[], column: number): string {
  const width = widths[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
