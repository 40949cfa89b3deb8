import { App } from 'cdktf';
import { ConfigurationError } from './lib/core/errors';
import { readSettings } from './lib/settings';
import { TapStack } from './lib/tap-stack';

/** Builds the system from the cdktf context and the environment, and writes it to `cdktf.out`. */
function main(): void {
  const app = new App({ stackTraces: false });
  const settings = readSettings((name) => app.node.tryGetContext(name), process.env);
  new TapStack(app, `TapStack-${settings.environmentSuffix}`, settings);
  app.synth();
}

try {
  main();
} catch (error) {
  if (!ConfigurationError.isConfigurationError(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
