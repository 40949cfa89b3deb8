import { readFileSync } from 'fs';
import { App, TerraformResource, TerraformStack } from 'cdktf';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';

/**
 * The floor: the resources of a synthesized stack, bare. The same number of the same types with the same content,
 * without this library: nothing that writes this Terraform through CDKTF can be faster.
 */
type Body = Record<string, unknown>;
type BareClass = new (scope: Construct, id: string, config: object) => TerraformResource;

const json = JSON.parse(readFileSync(process.argv[2], 'utf8')) as Record<
  'resource' | 'data',
  Record<string, Record<string, Body>>
>;
const stack = new TerraformStack(new App({ stackTraces: false }), 'bench');
for (const alias of ['primary', 'secondary'])
  new AwsProvider(stack, alias, { alias, region: `us-east-${alias === 'primary' ? 1 : 2}` });

for (const [mode, prefix] of [
  ['resource', ''],
  ['data', 'data-'],
] as const) {
  for (const [type, byId] of Object.entries(json[mode] ?? {})) {
    if (!type.startsWith('aws_')) continue;
    const Bare = bareClass(prefix, type);
    for (const [id, body] of Object.entries(byId)) {
      const resource = new Bare(stack, `${mode}-${id}`, {});
      for (const [argument, value] of Object.entries(body))
        if (argument !== '//') resource.addOverride(argument, value);
    }
  }
}
(stack.node.root as App).synth();

function bareClass(prefix: string, type: string): BareClass {
  const folder = prefix + type.replace(prefix ? '' : 'aws_', '').replaceAll('_', '-');
  // The module of a type is known only once the stack was read.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const module = require(`@cdktf/provider-aws/lib/${folder}`) as Record<string, { tfResourceType?: string }>;
  const found = Object.values(module).find((candidate) => candidate.tfResourceType === type);
  if (!found) throw new Error(`no class for ${type}`);
  return found as unknown as BareClass;
}
