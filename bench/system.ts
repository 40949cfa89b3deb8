import { App, TerraformStack } from 'cdktf';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { MultiRegionDRStack } from '../lib/multi-region-dr-stack';

/** One stack with as many whole systems as the first argument says: synthesis time against size. */
const systems = Number(process.argv[2] ?? 1);
const app = new App({ stackTraces: false });
const stack = new TerraformStack(app, 'bench');
const providers = (role: 'primary' | 'secondary', region: string): AwsProvider =>
  new AwsProvider(stack, role, { alias: role, region });
const primaryProvider = providers('primary', 'us-east-1');
const secondaryProvider = providers('secondary', 'us-east-2');
for (let index = 0; index < systems; index++) {
  new MultiRegionDRStack(stack, `System${index}`, {
    environmentSuffix: `b${index}`,
    primaryProvider,
    secondaryProvider,
  });
}
app.synth();
