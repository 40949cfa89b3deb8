/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  // The function bundles are built once before any test: the compute constructs read them.
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  collectCoverageFrom: ['lib/**/*.ts', 'lambda/**/*.ts'],
  coverageThreshold: { global: { lines: 95, branches: 90 } },
};
