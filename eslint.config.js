/**
 * Only what needs types: promises nobody waits for, switches that forget a case, values of type any.
 * Form, length and names are Biome's and `scripts/tidy.ts`'s.
 */

import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '**/*.js', '**/*.cjs', '**/*.mjs'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeCheckedOnly],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // A default case is a decision; what is refused is a switch that silently falls through.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      // Interfaces of ours ask for a promise where one implementation has nothing to await.
      '@typescript-eslint/require-await': 'off',
      // Biome refuses literals; a codec may leave a deep encode by a sentinel that captures no stack.
      '@typescript-eslint/only-throw-error': 'off',
      // The functions of Atomics need no `this`; the hot path takes them into locals.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // What comes out of a matcher, a mock or a thread's message is `any` until it is asserted.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['test/types/**/*.ts'],
    rules: {
      // Lines that must not compile have no types; nothing here is ever run.
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
