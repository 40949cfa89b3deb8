import { App, TerraformStack } from 'cdktf';
import { buildSystem, DOMAINS_BESIDE } from '../test/support/everything';

/**
 * The base system with the domains that the arguments name beside it: what each adds to synthesis. With `--list` their
 * names; with `--start` nothing but a stack, for what loading the library costs.
 */
const wanted = process.argv.slice(2);
if (wanted[0] === '--list') process.stdout.write(DOMAINS_BESIDE.join('\n'));
else {
  const app = new App({ stackTraces: false });
  const stack = new TerraformStack(app, 'bench');
  if (wanted[0] !== '--start') buildSystem(stack, wanted);
  app.synth();
}
