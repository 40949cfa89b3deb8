import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The floors of docs/architecture.md: nothing imports upwards, and siblings on a floor do not import each other. */
const floor = (files, ...groups) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [...rootImports, ...groups] }] },
});
const rootImports = [
  {
    regex: '^@cdktf/provider-aws$|^@cdktf/provider-aws/lib$',
    message: 'Import one resource by its deep path: the root import costs 8 s and 1.4 GB.',
  },
];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'coverage/', 'cdktf.out/', '.gen/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: { globals: { process: 'readonly', console: 'readonly', Buffer: 'readonly', URL: 'readonly' } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      // `noUncheckedIndexedAccess` is off, so an index is not evidence of presence.
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'writable', __dirname: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  floor(['**/*.ts']),
  floor(['lib/manifest.ts'], { regex: '^\\.', message: 'The manifest is the lowest floor: it imports no other file.' }),
  floor(['lib/core/**/*.ts'], {
    regex: 'constructs/|multi-region-dr-stack|tap-stack',
    message: 'Core does not know the constructs above it.',
  }),
  floor(['lib/constructs/**/*.ts'], {
    regex: '^\\./|/constructs/|multi-region-dr-stack|tap-stack',
    message: 'Siblings do not import each other: pass values through props.',
  }),
  floor(['simulator/**/*.ts', 'drill/**/*.ts', 'assurance/**/*.ts'], {
    regex: '/lib/(?!manifest)|^cdktf|^constructs|^@cdktf/',
    message: 'What operates or judges the system knows the manifest, not the synthesis.',
  }),
  floor(['lambda/**/*.ts'], {
    regex: '/lib/|^cdktf|^constructs|^@cdktf/',
    message: 'Code that runs in AWS knows nothing of the synthesis.',
  }),
);
