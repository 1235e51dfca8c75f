/** Puts a mistake into the text of a source file. */
import type { Mistake } from './mistakes.ts';

/** Undefined where what is to be replaced does not stand there exactly once. */
export function applyMistake(
  text: string,
  { find, put }: Pick<Mistake, 'find' | 'put'>,
): string | undefined {
  const at = text.indexOf(find);
  if (at < 0 || text.indexOf(find, at + 1) >= 0) return undefined;
  return text.slice(0, at) + put + text.slice(at + find.length);
}
