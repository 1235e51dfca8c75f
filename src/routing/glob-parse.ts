/**
 * Glob text to its compiled form, in one pass over the code units. Here the syntax is refused that
 * no key could be tried on: an unclosed or empty class, a reversed range. Length and
 * well-formedness are the public interface's concern (`pattern.ts`); the empty pattern is taken.
 */
import { BoundedPool } from './bounded-pool.ts';
import { CharClass } from './char-class.ts';
import { ANY, FIRST_CLASS, type Glob, type Segment } from './glob.ts';
import { refusePattern } from './refusal.ts';

const NO_ATOMS: readonly number[] = Object.freeze([]);
const NO_CLASSES: readonly CharClass[] = Object.freeze([]);
const NO_SEGMENTS: readonly Segment[] = Object.freeze([]);

const EMPTY: Segment = Object.freeze({
  literal: '',
  atoms: NO_ATOMS,
  classes: NO_CLASSES,
  unitsMin: 0,
});

/**
 * Throws `ERR_BUS_INVALID_PATTERN` for an unclosed or empty class and for a reversed range.
 */
export function parseGlob(pattern: string): Glob {
  const segments: Segment[] = [];
  let start = 0;
  let i = 0;
  let draft: SegmentDraft | undefined;
  for (; i < pattern.length; i++) {
    const unit = pattern.charCodeAt(i);
    if (unit === STAR) {
      segments.push(segmentOf(pattern, start, i, draft));
      draft = undefined;
      start = i + 1;
    } else if (unit === QUESTION_MARK || unit === BRACKET) {
      draft ??= new SegmentDraft();
      draft.pushText(pattern.slice(start, i));
      start = unit === BRACKET ? classEnd(pattern, i) : i + 1;
      if (unit === BRACKET) draft.pushClass(classAt(pattern, i + 1, start - 1));
      else draft.pushAny();
      i = start - 1;
    }
  }
  segments.push(segmentOf(pattern, start, i, draft));
  return assemble(pattern, segments);
}

const STAR = 0x2a;
const QUESTION_MARK = 0x3f;
const BRACKET = 0x5b;

/** Place after the `]` of the class that begins at `open`. Throws `ERR_BUS_INVALID_PATTERN`. */
export function classEnd(pattern: string, open: number): number {
  const close = pattern.indexOf(']', open);
  if (close < 0) refusePattern(pattern, `the class at ${open} is not closed`, 'a "]"');
  return close + 1;
}

/** The segment that ends with the text between `start` and `end`; `draft` is what stands before that. */
function segmentOf(
  pattern: string,
  start: number,
  end: number,
  draft: SegmentDraft | undefined,
): Segment {
  if (draft === undefined) return literalSegment(pattern.slice(start, end));
  draft.pushText(pattern.slice(start, end));
  return draft.finish();
}

function literalSegment(text: string): Segment {
  if (text === '') return EMPTY;
  return { literal: text, atoms: NO_ATOMS, classes: NO_CLASSES, unitsMin: text.length };
}

function assemble(pattern: string, segments: readonly Segment[]): Glob {
  const starred = segments.length > 1;
  // Between two stars of a row lies an empty segment, which every key has everywhere.
  const middles = segments.slice(1, -1).filter((segment) => segment !== EMPTY);
  let unitsMin = 0;
  for (const segment of segments) unitsMin += segment.unitsMin;
  return {
    pattern,
    starred,
    prefix: segments[0] as Segment,
    middles: middles.length === 0 ? NO_SEGMENTS : middles,
    suffix: starred ? (segments.at(-1) as Segment) : EMPTY,
    unitsMin,
  };
}

/** Tables of patterns have the same classes very often: `[0-9]`. Sharing them saves time and memory. */
const classes = new BoundedPool<CharClass>();

/** The class whose members stand between `start` and `close`, the place of the `]`. Throws `ERR_BUS_INVALID_PATTERN`. */
export function classAt(pattern: string, start: number, close: number): CharClass {
  return classes.share(pattern.slice(start, close), () => parseClass(pattern, start, close));
}

function parseClass(pattern: string, start: number, close: number): CharClass {
  const negated = pattern[start] === '!' || pattern[start] === '^';
  const members = Array.from(pattern.slice(negated ? start + 1 : start, close), toCodePoint);
  if (members.length === 0) {
    refusePattern(
      pattern,
      `the class at ${start - 1} is empty`,
      'a character before the first "]"',
    );
  }
  const ranges: number[] = [];
  for (let i = 0; i < members.length; i++) {
    const first = members[i] as number;
    // A hyphen at either end of the class is itself.
    const isRange = members[i + 1] === HYPHEN && i + 2 < members.length;
    const last = isRange ? (members[i + 2] as number) : first;
    if (last < first) {
      const range = `${String.fromCodePoint(first)}-${String.fromCodePoint(last)}`;
      refusePattern(pattern, `the range "${range}" is reversed`, 'the lower character first');
    }
    ranges.push(first, last);
    if (isRange) i += 2;
  }
  return new CharClass(ranges, negated);
}

const HYPHEN = 0x2d;

function toCodePoint(char: string): number {
  return char.codePointAt(0) as number;
}

/** A segment with wildcards or classes while its atoms arrive. */
class SegmentDraft {
  #text = '';
  #isLiteral = true;
  #unitsMin = 0;
  readonly #atoms: number[] = [];
  readonly #classes: CharClass[] = [];

  pushText(text: string): void {
    this.#text += text;
    this.#unitsMin += text.length;
    for (const char of text) this.#atoms.push(toCodePoint(char));
  }

  pushAny(): void {
    this.#isLiteral = false;
    this.#atoms.push(ANY);
    this.#unitsMin += 1;
  }

  pushClass(charClass: CharClass): void {
    const single = charClass.single();
    // `[x]` is the usual way to write a literal star; as a literal it can be searched and indexed.
    if (single >= 0) {
      this.pushText(String.fromCodePoint(single));
      return;
    }
    this.#isLiteral = false;
    this.#atoms.push(FIRST_CLASS - this.#classes.length);
    this.#classes.push(charClass);
    this.#unitsMin += 1;
  }

  finish(): Segment {
    if (this.#isLiteral) return literalSegment(flat(this.#text, this.#atoms));
    return {
      literal: undefined,
      atoms: this.#atoms,
      classes: this.#classes.length === 0 ? NO_CLASSES : this.#classes,
      unitsMin: this.#unitsMin,
    };
  }
}

/** The same text in one piece: text that grew by pieces is slow to compare and takes more memory. */
function flat(text: string, codePoints: readonly number[]): string {
  return codePoints.length <= ARGUMENTS_MAX ? String.fromCodePoint(...codePoints) : text;
}

/** Arguments of one call; no public pattern has more code points. */
const ARGUMENTS_MAX = 1024;
