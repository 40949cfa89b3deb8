import { TerraformStack, Testing } from 'cdktf';
import { buildSystem, DOMAINS_BESIDE } from './support/everything';
import { foreignReferences, withoutProvider } from './support/locality';
import { Json, Synthesized, synthStack } from './support/synth';
import { terraformTest, validate } from './support/terraform';

function systemWith(wanted: readonly string[]): Synthesized {
  const stack = new TerraformStack(Testing.app({ fakeCdktfJsonPath: true }), 'everything');
  buildSystem(stack, wanted);
  return synthStack(stack);
}

/** Arguments that are names, of which a region, or the account, takes each once. */
const NAMES = [
  'alarm_name',
  'bucket',
  'dashboard_name',
  'function_name',
  'identifier',
  'cluster_identifier',
  'name',
] as const;

/** Their `name` is that of something else, or of something inside of something else. */
const NOT_OWN = /^aws_(acm|appautoscaling|autoscaling|ecr_lifecycle|iam_role_policy|route53|s3_bucket_)/;

/** What would meet something of the same name, as `type region name`. */
function namedTwice({ all }: Synthesized): string[] {
  const found = all
    .filter(({ mode, type }) => mode === 'resource' && !NOT_OWN.test(type))
    .flatMap(({ type, region, body }) =>
      NAMES.map((argument): Json => body[argument])
        .filter((name) => typeof name === 'string' && !name.startsWith('${'))
        .map((name) => `${type} ${/^aws_iam_/.test(type) ? 'account' : region} ${name}`),
    );
  return found.filter((one, index) => found.indexOf(one) !== index);
}

describe('all optional domains together', () => {
  const everything = systemWith(DOMAINS_BESIDE);

  test('are there', () => {
    for (const type of [
      'aws_wafv2_web_acl',
      'aws_api_gateway_rest_api',
      'aws_db_instance',
      'aws_ecs_service',
      'aws_globalaccelerator_accelerator',
      'aws_kinesis_firehose_delivery_stream',
    ]) {
      expect(everything.resources(type).length).toBeGreaterThan(0);
    }
    expect(everything.resources('aws_iam_role').map(({ body }) => body.name)).toContain('dr-operator-bench');
  });

  test('name their providers and stay in their regions (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(everything)).toEqual([]);
    expect(foreignReferences(everything)).toEqual([]);
  });

  test('take no name that another has', () => {
    expect(namedTwice(everything)).toEqual([]);
  });

  test('send tasks to the database of their region (R-NET-5)', () => {
    const rules = everything
      .resources('aws_vpc_security_group_egress_rule')
      .filter(({ body }) => body.description === 'Database');
    expect(rules.map(({ region }) => region).sort()).toEqual(['us-east-1', 'us-east-2']);
    for (const { region, body } of rules) {
      expect(everything.target(body.referenced_security_group_id).region).toBe(region);
    }
  });

  test('give the same bytes again (R-TF-15)', () => {
    expect(JSON.stringify(systemWith(DOMAINS_BESIDE).json)).toBe(JSON.stringify(everything.json));
  });

  terraformTest(
    'are accepted by the real AWS provider',
    () => {
      expect(validate(everything)).toEqual([]);
    },
    120_000,
  );
});

test('the list is that of what can be built, and each can be built alone', () => {
  for (const domain of DOMAINS_BESIDE) expect(systemWith([domain]).all.length).toBeGreaterThan(100);
  expect(() => systemWith(['nothing'])).toThrow('no such part');
});
