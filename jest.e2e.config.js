const base = require('./jest.config');

/** The end-to-end tests: the provider mostly waits, so more of them run at once than there are processors. */
module.exports = {
  testEnvironment: base.testEnvironment,
  transform: base.transform,
  globalSetup: base.globalSetup,
  globalTeardown: base.globalTeardown,
  roots: ['<rootDir>/e2e'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 120_000,
  maxWorkers: 4,
};
