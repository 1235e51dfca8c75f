import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BusError } from '../../../src/message/errors.ts';
import { matchGlob } from '../../../src/routing/glob-match.ts';
import { parseGlob } from '../../../src/routing/glob-parse.ts';
import { KeyView } from '../../../src/routing/key-view.ts';
import { GLOB_FACTS, type GlobFact } from '../../fixtures/glob-facts.ts';
import { OWN_GLOB_FACTS } from '../../fixtures/own-glob-facts.ts';

const ALL_FACTS = [...GLOB_FACTS, ...OWN_GLOB_FACTS];

/** The 892 facts of which the fixtures are a part; beside the repository where it is checked. */
const CASES = new URL('../../../../shared/cases/glob.jsonl', import.meta.url);

interface Answer {
  readonly matched: boolean | 'invalid';
  readonly steps: number;
}

function ask(pattern: string, text: string): Answer {
  const key = new KeyView(text);
  try {
    const matched = matchGlob(parseGlob(pattern), key);
    return { matched, steps: key.steps };
  } catch (error) {
    if (!BusError.isBusError(error) || error.code !== 'ERR_BUS_INVALID_PATTERN') throw error;
    return { matched: 'invalid', steps: key.steps };
  }
}

/**
 * What one match may cost at most, in steps. Anchored text and text between stars pass over each
 * character once or twice; position sets take a word per atom and 32 starts, and are made once.
 */
function stepBound(pattern: string, text: string): number {
  const distinct = new Set(text).size;
  const words = (text.length >> 5) + 2;
  return 2 * (pattern.length + text.length) + (pattern.length + distinct + 1) * (words + 8) + 128;
}

const show = (text: string): string =>
  JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

describe('matchGlob', () => {
  it('keeps a table that covers at least 150 facts and all three answers', () => {
    const answers = ALL_FACTS.flatMap((source) => source.facts.map((fact) => String(fact[2])));
    expect(answers.length).toBeGreaterThanOrEqual(150);
    expect(new Set(answers)).toEqual(new Set(['true', 'false', 'invalid']));
  });

  for (const { source, facts } of ALL_FACTS) {
    it(`answers as ${source}`, () => {
      const wrong = facts.filter(([pattern, key, expected]: GlobFact) => {
        const { matched, steps } = ask(pattern, key);
        return matched !== expected || steps > stepBound(pattern, key);
      });
      expect(wrong).toEqual([]);
    });
  }

  // The file is not part of this repository; a clone without it has the fixtures.
  it.skipIf(!existsSync(CASES))(
    'answers every public fact within bounds (cases/glob.jsonl)',
    () => {
      const lines = readFileSync(CASES, 'utf8').trim().split('\n');
      const wrong: string[] = [];
      for (const line of lines) {
        const fact = JSON.parse(line) as {
          pattern: string;
          key: string;
          expected: Answer['matched'];
        };
        const { matched, steps } = ask(fact.pattern, fact.key);
        if (matched === fact.expected && steps <= stepBound(fact.pattern, fact.key)) continue;
        wrong.push(`${show(fact.pattern)} on ${show(fact.key)}: ${matched}, ${steps} steps`);
      }
      expect(wrong).toEqual([]);
      expect(lines.length).toBe(892);
    },
  );

  it('matches a key that has to be searched place by place or by position sets alike', () => {
    for (const length of [0, 1, 5, 31, 32, 33, 63, 64, 255, 256, 257, 600]) {
      const filler = 'x'.repeat(length);
      expect(ask('*a?c*', `${filler}abc${filler}`).matched, `after ${length}`).toBe(true);
      expect(ask('*a?c*', `${filler}acb${filler}`).matched, `after ${length}`).toBe(false);
    }
  });

  it('finds a segment whose atoms lie across several words', () => {
    const middle = `a${'?'.repeat(97)}b`;
    const fitting = `a${'-'.repeat(97)}b`;
    for (const before of [0, 1, 30, 31, 32, 250]) {
      const key = `${'-'.repeat(before)}${fitting}${'-'.repeat(40)}`;
      expect(ask(`*${middle}*`, key).matched, `before ${before}`).toBe(true);
      expect(ask(`*${middle}?b*`, key).matched, `before ${before}`).toBe(false);
    }
  });

  it('takes the first place of a segment, so that what follows has the most room', () => {
    expect(ask('*a?*a?*', 'abab').matched).toBe(true);
    expect(ask('*a?*a?*a?*', 'abab').matched).toBe(false);
    const pairs = 'ab'.repeat(100);
    expect(ask('*a[b]'.repeat(100), pairs).matched).toBe(true);
    expect(ask(`${'*a[b-c]'.repeat(100)}*a*`, pairs).matched).toBe(false);
  });

  it('does not let prefix and suffix share characters', () => {
    expect(ask('abc*cde', 'abcde').matched).toBe(false);
    expect(ask('a?c*c?e', 'abcde').matched).toBe(false);
    expect(ask('a?c*c?e', 'abccde').matched).toBe(true);
  });

  it('counts code points, not code units, in a key with surrogate pairs', () => {
    const rockets = '\u{1f680}'.repeat(300);
    expect(ask('?'.repeat(300), rockets).matched).toBe(true);
    expect(ask('?'.repeat(301), rockets).matched).toBe(false);
    expect(ask(`*${'?'.repeat(299)}x*`, `${rockets}x`).matched).toBe(true);
    expect(ask(`*${'?'.repeat(301)}x*`, `${rockets}x`).matched).toBe(false);
    expect(ask('*[\u{1f000}-\u{1ffff}]a?*', `${rockets}ab`).matched).toBe(true);
    expect(ask('*?b*?b', `a${rockets}b${rockets}b`).matched).toBe(true);
    expect(ask('*[!\u{1f680}]', rockets).matched).toBe(false);
  });

  it('takes a lone surrogate of a key for one code point', () => {
    expect(ask('?', '\ud800').matched).toBe(true);
    expect(ask('??', '\udc00\ud800').matched).toBe(true);
    expect(ask('*??', '\udc00\ud800').matched).toBe(true);
    expect(ask('*???', '\udc00\ud800').matched).toBe(false);
  });
});

describe('hostile patterns on the longest key', () => {
  const KEY_BYTES = 4096;
  /** Steps that fit into 2 ms with room to spare: a step is a few machine instructions. */
  const STEPS_MAX = 400_000;
  const keys = ['a'.repeat(KEY_BYTES), 'ab'.repeat(KEY_BYTES / 2), `${'a'.repeat(KEY_BYTES - 1)}b`];
  const patterns = {
    'stars and one letter': `${'*a'.repeat(500)}*b`,
    'a long literal run': `*${'a'.repeat(500)}b*`,
    'the longest literal run': `*${'a'.repeat(1021)}b*`,
    'a literal run that starts with the miss': `*b${'a'.repeat(1021)}*`,
    'a miss in the middle': `*${'a'.repeat(510)}b${'a'.repeat(510)}*`,
    'many question marks': `*${'?'.repeat(1020)}b*`,
    'question marks and letters': `*${'?a'.repeat(510)}b*`,
    'stars and question marks': `${'*?'.repeat(500)}*b?b*`,
    classes: `*${'[ab]'.repeat(250)}c*`,
    'stars and classes': `${'*[ab]'.repeat(200)}*bb?`,
    'classes of many ranges': `*[${'bdfhjlnprtvxz'.repeat(70)}]?b[ab]*`,
    'negated classes': `*${'[!c]'.repeat(250)}bb?*`,
    'alternatives that are literal here': '(a|b?)*'.repeat(140),
    'stars alone': '*'.repeat(1024),
  };

  for (const [title, pattern] of Object.entries(patterns)) {
    it(`are bounded by steps: ${title}`, () => {
      for (const key of keys) {
        const { steps } = ask(pattern, key);
        expect(steps).toBeLessThanOrEqual(Math.min(STEPS_MAX, stepBound(pattern, key)));
      }
    });
  }

  it('are bounded when all characters of the key differ', () => {
    const key = Array.from({ length: 1365 }, (_, i) => String.fromCharCode(0x800 + i)).join('');
    const { matched, steps } = ask(`*${'[!a]'.repeat(200)}?a*`, key);
    expect(matched).toBe(false);
    expect(steps).toBeLessThanOrEqual(STEPS_MAX);
  });

  it('do not overflow the stack beyond the legal length (KeyDB 931, CVE-2024-31228)', () => {
    expect(ask('*?'.repeat(50_000), 'a'.repeat(1000)).matched).toBe(false);
    expect(ask('*'.repeat(100_000), 'a').matched).toBe(true);
  });

  it('take extended globs for text (picomatch 175)', () => {
    for (const pattern of ['+(ab|abab)', '+(a|aa)', '(a+)+*b']) {
      expect(ask(pattern, 'ab'.repeat(2048)).matched).toBe(false);
    }
  });
});
