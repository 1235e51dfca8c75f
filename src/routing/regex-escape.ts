/**
 * What follows a backslash in a regular expression of JavaScript. Outside of `u` nearly everything is allowed
 * there and mostly means itself; what JavaScript refuses does not come here.
 */
import { namedSet, type Ranges, type RegexFlags } from './regex-sets.ts';
import type { Refuse } from './regex-translate.ts';
import { propertyText } from './unicode-property.ts';

/** `end` is the place after it. */
export type Escape = { readonly end: number } & (
  | { readonly kind: 'set'; readonly ranges: Ranges; readonly single: boolean }
  | { readonly kind: 'assertion' | 'property'; readonly re2: string }
);

export class EscapeReader {
  readonly #source: string;
  readonly #flags: RegexFlags;
  readonly #refuse: Refuse;
  readonly #groups: number;
  readonly #hasNames: boolean;

  constructor(source: string, flags: RegexFlags, refuse: Refuse) {
    this.#source = source;
    this.#flags = flags;
    this.#refuse = refuse;
    const opened = capturesOf(source);
    this.#groups = opened.length;
    this.#hasNames = opened.includes('(?<');
  }

  /** `at`: the backslash. */
  read(at: number, inClass: boolean): Escape {
    const letter = this.#source[at + 1] as string;
    if (!inClass && (letter === 'b' || letter === 'B')) {
      return { kind: 'assertion', re2: `\\${letter}`, end: at + 2 };
    }
    const set = namedSet(letter, this.#flags);
    if (set !== undefined) return { kind: 'set', ranges: set, single: false, end: at + 2 };
    if ((letter === 'p' || letter === 'P') && this.#flags.unicode) return this.#property(at);
    if (letter === 'k' && !inClass && (this.#flags.unicode || this.#hasNames)) this.#refuseBack();
    if (letter >= '0' && letter <= '9') return this.#number(at, inClass);
    return this.#character(at, letter, inClass);
  }

  #property(at: number): Escape {
    const close = this.#source.indexOf('}', at);
    const name = this.#source.slice(at + 3, close);
    const isNegated = this.#source[at + 1] === 'P';
    if (isNegated && this.#flags.ignoreCase) {
      this.#refuse('it has a \\P under the flag i', '\\p, or no flag i');
    }
    const known = propertyText(name);
    if (known === undefined) {
      this.#refuse(
        `the Unicode property ${name} is not supported`,
        'a general category or a script',
      );
    }
    return { kind: 'property', re2: `\\${isNegated ? 'P' : 'p'}{${known}}`, end: close + 1 };
  }

  /** A back-reference, or what old scripts write: a character by its octal number. */
  #number(at: number, inClass: boolean): Escape {
    const digits = (/^\d+/.exec(this.#source.slice(at + 1)) as RegExpExecArray)[0];
    const isReference =
      digits[0] !== '0' && (this.#flags.unicode || Number(digits) <= this.#groups);
    if (!inClass && isReference) this.#refuseBack();
    const octal = /^(?:[0-3][0-7]{0,2}|[4-7][0-7]?)/.exec(digits)?.[0];
    if (octal === undefined) return single(digits.charCodeAt(0), at + 2);
    return single(Number.parseInt(octal, 8), at + 1 + octal.length);
  }

  #character(at: number, letter: string, inClass: boolean): Escape {
    const control = CONTROLS[letter];
    if (control !== undefined) return single(control, at + 2);
    if (letter === 'b') return single(0x08, at + 2);
    if (letter === 'c') return this.#control(at, inClass);
    if (letter === 'x' || letter === 'u') return this.#coded(at, letter);
    const char = this.#flags.unicode
      ? (this.#source.codePointAt(at + 1) as number)
      : this.#source.charCodeAt(at + 1);
    return single(char, at + (char > 0xffff ? 3 : 2));
  }

  /** `\cJ`; where no letter follows, the backslash is itself and the c comes after it. */
  #control(at: number, inClass: boolean): Escape {
    const letter = this.#source[at + 2] ?? '';
    if ((inClass ? /^\w$/ : /^[A-Za-z]$/).test(letter)) {
      return single(letter.charCodeAt(0) % 32, at + 3);
    }
    return single(BACKSLASH, at + 1);
  }

  #coded(at: number, letter: 'x' | 'u'): Escape {
    const rest = this.#source.slice(at + 2);
    if (letter === 'u' && this.#flags.unicode) {
      const braced = /^\{([\da-f]+)\}/i.exec(rest);
      if (braced !== null) {
        return single(Number.parseInt(braced[1] as string, 16), at + 2 + braced[0].length);
      }
      const pair = /^(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})/i.exec(rest);
      if (pair !== null) {
        const units = [pair[1] as string, pair[2] as string].map((hex) => Number.parseInt(hex, 16));
        const char = String.fromCharCode(...units).codePointAt(0) as number;
        return single(char, at + 2 + pair[0].length);
      }
    }
    const hex = (letter === 'x' ? /^[\da-f]{2}/i : /^[\da-f]{4}/i).exec(rest)?.[0];
    if (hex === undefined) return single(letter.charCodeAt(0), at + 2);
    return single(Number.parseInt(hex, 16), at + 2 + hex.length);
  }

  #refuseBack(): never {
    this.#refuse('it has a back-reference', 'a regular expression without back-references');
  }
}

const BACKSLASH = 0x5c;

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

function single(char: number, end: number): Escape {
  return { kind: 'set', ranges: [char, char], single: true, end };
}

/** The openings of all groups that capture, outside of classes and escapes. */
function capturesOf(source: string): string[] {
  const captures: string[] = [];
  for (const [text] of source.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|\(\?<(?![=!])|\((?!\?)/gs)) {
    if (text.startsWith('(')) captures.push(text);
  }
  return captures;
}
