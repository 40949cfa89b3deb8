import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack, Testing } from 'cdktf';
import { RegionalNetwork } from '../lib/core/network';
import { manifestSchema } from '../lib/manifest';
import { MultiRegionDRStack, MultiRegionDRStackProps, OPTIONAL_DOMAINS } from '../lib/multi-region-dr-stack';
import { foreignReferences, withoutProvider } from './support/locality';
import { Json, referencesIn, Synthesized, synthStack } from './support/synth';
import { terraformTest, validate } from './support/terraform';

type Props = Partial<MultiRegionDRStackProps>;

const build = (props: Props = {}): { system: MultiRegionDRStack; synthesized: Synthesized } => {
  const stack = new TerraformStack(Testing.app({ fakeCdktfJsonPath: true }), 'test');
  const system = new MultiRegionDRStack(stack, 'MultiRegionDR', { environmentSuffix: 'dev', ...props });
  return { system, synthesized: synthStack(stack) };
};

const network = (role: string, cidrBlock: string): RegionalNetwork => ({
  vpcId: `vpc-${role}`,
  cidrBlock,
  privateSubnetIds: [`subnet-${role}-a`, `subnet-${role}-b`],
  publicSubnetIds: [`subnet-${role}-c`, `subnet-${role}-d`],
  gatewayPrefixListIds: [`pl-${role}`],
  internetEgress: false,
});

const OWN_CODE = { processorCode: 'test/fixtures/own-code', healthCode: 'test/fixtures/own-code' };
const image = (region: string): string => `123456789012.dkr.ecr.${region}.amazonaws.com/orders:1`;
const certificate = (region: string): string => `arn:aws:acm:${region}:123456789012:certificate/own`;

/** Configurations that someone will have. Each is synthesized, walked, and shown to the real provider. */
const CONFIGURATIONS: Record<string, Props> = {
  default: {},
  'us-east-1 and us-west-2': { secondaryRegion: 'us-west-2' },
  'eu-west-1 and eu-central-1, neither of them us-east-1': {
    primaryRegion: 'eu-west-1',
    secondaryRegion: 'eu-central-1',
  },
  'us-east-1 as the secondary': { primaryRegion: 'us-east-2', secondaryRegion: 'us-east-1' },
  protected: { protection: 'protected' },
  'a given zone, with certificates made in it': { domainName: 'shop.acme.dev', hostedZoneId: 'Z0123456789ABCDEFGHIJ' },
  'given certificates': {
    primaryCertificateArn: certificate('us-east-1'),
    secondaryCertificateArn: certificate('us-east-2'),
  },
  'a private zone': { privateZone: true, domainName: 'orders.internal' },
  'Serverless v2': { auroraInstanceClass: 'db.serverless' },
  'Aurora MySQL': { auroraEngine: 'aurora-mysql' },
  'without Aurora': { disabledDomains: ['aurora'] },
  'own code': OWN_CODE,
  'own container images': {
    primaryProcessorImageUri: image('us-east-1'),
    secondaryProcessorImageUri: image('us-east-2'),
  },
  'own network': { primaryNetwork: network('p', '10.8.0.0/16'), secondaryNetwork: network('s', '10.9.0.0/16') },
  'a NAT gateway per zone, in two zones': { natGateways: 'perZone', availabilityZoneCount: 2 },
  'every optional domain off': { disabledDomains: OPTIONAL_DOMAINS },
  'one way, own keys, everything on': {
    s3Replication: 'primaryToSecondary',
    primaryKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/own',
    secondaryKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/own',
    backupPlanInSecondary: true,
    restoreTesting: true,
    alarmEmails: ['on-call@acme.dev'],
    operatorPrincipalArns: ['arn:aws:iam::123456789012:role/on-call'],
    operatorExternalId: 'failover-drill',
    logReplication: true,
    accountId: '123456789012',
    replicatedSecrets: ['app/dev/**', 'partner/*'],
    excludedSecrets: ['app/dev/local/**'],
    secretsDestinations: [{ region: 'eu-west-1', roleArn: 'arn:aws:iam::210987654321:role/secrets' }],
    secretsTopology: 'orchestrated',
    secretsTrail: true,
  },
  ...Object.fromEntries(
    ['workflow', 'eventing', 'routing', 'configuration', 'secrets', 'backup', 'monitoring'].map((domain) => [
      `without ${domain}`,
      { disabledDomains: [domain] },
    ]),
  ),
};

describe.each(Object.entries(CONFIGURATIONS))('the system: %s', (_name, props) => {
  const { synthesized } = build(props);

  test('names a provider on every resource and data source (R-TF-1)', () => {
    expect(withoutProvider(synthesized)).toEqual([]);
  });

  test('keeps every reference inside its region, but for the links (R-TF-3)', () => {
    expect(foreignReferences(synthesized)).toEqual([]);
  });

  test('refers to nothing that does not exist', () => {
    const addresses = new Set(synthesized.all.map(({ address }) => address));
    for (const { address, body } of synthesized.all) {
      for (const reference of referencesIn(body))
        expect(`${address} -> ${[...addresses].includes(reference) ? 'exists' : reference}`).toBe(
          `${address} -> exists`,
        );
    }
  });

  test('has names that are unique where AWS wants them unique (R-TF-4)', () => {
    const names = synthesized.all
      .filter(
        ({ type, mode }) => mode === 'resource' && ['aws_iam_role', 'aws_s3_bucket', 'aws_rds_cluster'].includes(type),
      )
      .map(({ body }) => body.name ?? body.bucket ?? body.cluster_identifier);
    expect(names).toEqual([...new Set(names)]);
  });

  test('carries the suffix in every name', () => {
    const NAMES = [
      'name',
      'function_name',
      'bucket',
      'cluster_identifier',
      'identifier',
      'alarm_name',
      'dashboard_name',
      'global_cluster_identifier',
    ];
    const named = synthesized.all.filter(
      ({ mode, type }) =>
        mode === 'resource' &&
        !/_record$|_policy$|_attachment$|_parameter$|zone$|lambda_permission|_testing_selection$|log_stream$/.test(
          type,
        ),
    );
    const without = named.flatMap(({ address, body }) =>
      NAMES.filter(
        (key) => typeof body[key] === 'string' && !body[key].includes('${') && !/[-_/]dev(?![a-z0-9])/.test(body[key]),
      ).map((key) => `${address}.${key} = ${body[key]}`),
    );
    expect(without).toEqual([]);
  });

  test('holds no literal secret and nothing of this machine (decision 5)', () => {
    const text = JSON.stringify(synthesized.json);
    expect(text).not.toMatch(/"(master_password|secret_string|password)":/);
    expect(text).not.toContain(process.cwd());
    expect(text).not.toMatch(/\b20\d\d-\d\d-\d\dT\d\d:/);
  });

  terraformTest(
    'is accepted by the real AWS provider',
    () => {
      expect(validate(synthesized)).toEqual([]);
    },
    120_000,
  );
});

describe('the default system', () => {
  const { system, synthesized } = build();

  test('looks the same from both sides: what differs between the halves is named here', () => {
    const types = (region: string): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { type, mode } of synthesized.all.filter((r) => r.region === region)) {
        counts[`${mode}.${type}`] = (counts[`${mode}.${type}`] ?? 0) + 1;
      }
      return counts;
    };
    const [primary, secondary] = [types('us-east-1'), types('us-east-2')];
    const differences = Object.fromEntries(
      [...new Set([...Object.keys(primary), ...Object.keys(secondary)])]
        .filter((type) => (primary[type] ?? 0) !== (secondary[type] ?? 0))
        .sort()
        .map((type) => [type, [primary[type] ?? 0, secondary[type] ?? 0]]),
    );
    expect(differences).toMatchSnapshot();
  });

  test('is made of the same resources as before', () => {
    expect(
      synthesized.all.map(({ address, region }) => `${region ?? 'terraform'} ${address}`).sort(),
    ).toMatchSnapshot();
  });

  test('runs the same code in both regions (R-LAM-5)', () => {
    const half = (region: string): Json =>
      synthesized
        .resources('aws_lambda_function', region)
        .map(({ body }) => [
          body.source_code_hash,
          body.handler,
          body.memory_size,
          body.timeout,
          body.runtime,
          body.architectures,
        ]);
    expect(half('us-east-1')).toEqual(half('us-east-2'));
    expect(half('us-east-1')).toHaveLength(4);
  });

  test('replicates secrets both ways with the twins that parameters have, and never the one Aurora replicates (R-SEC-2)', () => {
    const text = (region: string, kind: string): string =>
      Object.entries<string>(synthesized.json.locals).find(([id]) => id.includes(`Secrets_${region}_${kind}`))?.[1] ??
      '';
    for (const [half, other] of [
      ['Primary', 'us-east-2'],
      ['Secondary', 'us-east-1'],
    ]) {
      expect(JSON.parse(text(half, `filters-dev-to-${other}`))).toEqual({
        'app/dev/**': `secrets-replicator/transformations/dev/to-${other}`,
        [system.aurora?.secretName ?? '']: false,
      });
      const parameters = synthesized
        .resources('aws_lambda_function')
        .flatMap(({ body }) => body.environment.variables.VALUE_MAP ?? []);
      expect(JSON.parse(text(half, `transformations-dev-to-${other}`)).swap).toEqual(JSON.parse(parameters[0]));
    }
    const namespaces = synthesized.resources('aws_cloudwatch_metric_alarm').map(({ body }) => body.namespace);
    expect(namespaces.filter((namespace) => namespace === 'SecretsReplicator')).toHaveLength(4);
  });

  test('has an interface endpoint for every API that code in the VPC calls (R-NET-6)', () => {
    const services = synthesized.dataSources('aws_vpc_endpoint_service', 'us-east-2').map(({ body }) => body.service);
    expect(services.sort()).toEqual(['secretsmanager', 'ssm', 'states']);
  });

  test('gives applications the global writer endpoint, never that of one cluster (R-AUR-16)', () => {
    const users = ['aws_lambda_function', 'aws_ssm_parameter'].flatMap((type) => synthesized.resources(type));
    const text = JSON.stringify(users.map(({ body }) => body));
    expect(text).not.toMatch(/aws_rds_cluster\.[A-Za-z0-9_]+\.endpoint/);
    expect(text).toMatch(/aws_rds_global_cluster\.[A-Za-z0-9_]+\.endpoint/);
  });

  test('writes the manifest as an output, to both regions and to a file', () => {
    const value = synthesized.json.output.manifest.value;
    const parameters = synthesized
      .resources('aws_ssm_parameter')
      .filter(({ body }) => body.name === '/dr/dev/manifest');
    expect(parameters.map(({ region, body }) => [region, body.value])).toEqual([
      ['us-east-1', value],
      ['us-east-2', value],
    ]);
    const [file] = synthesized.resources('terraform_data').filter(({ body }) => body.provisioner);
    expect(file.body.provisioner[0]['local-exec'].environment).toEqual({
      DR_MANIFEST_FILE: 'dr-manifest-dev.json',
      DR_MANIFEST: value,
    });
  });

  test('has a manifest of the published shape', () => {
    expect(manifestSchema.parse(system.manifest)).toMatchObject({
      regions: { primary: 'us-east-1', secondary: 'us-east-2' },
    });
  });

  test('fits the manifest into one advanced parameter of 8 KB', () => {
    // References become values no longer than an ARN with a UUID.
    const rendered = JSON.stringify(system.manifest).replace(/\$\{TfToken\[[^\]]*\]\}/g, 'x'.repeat(95));
    expect(rendered.length).toBeLessThan(8192);
  });

  test('has an output for every endpoint, ARN and id an operator needs', () => {
    expect(Object.keys(synthesized.json.output).sort()).toMatchSnapshot();
  });
});

describe('MultiRegionDRStack', () => {
  test('can stand twice in one stack, with providers of the user', () => {
    const stack = new TerraformStack(Testing.app({ fakeCdktfJsonPath: true }), 'test');
    const [primaryProvider, secondaryProvider] = ['us-east-1', 'us-east-2'].map(
      (region) => new AwsProvider(stack, region, { alias: region, region }),
    );
    for (const environmentSuffix of ['a', 'b']) {
      new MultiRegionDRStack(stack, environmentSuffix, {
        environmentSuffix,
        primaryProvider,
        secondaryProvider,
        outputs: false,
      });
    }
    expect(synthStack(stack).json.provider.aws).toHaveLength(2);
  });

  test.each<[Props, string]>([
    [
      { disabledDomains: ['networking'] },
      'add aurora, which needs networking, or give primaryNetwork and secondaryNetwork',
    ],
    [{ disabledDomains: ['networking', 'aurora'] }, 'add load-balancing, which needs networking'],
    [{ disabledDomains: ['load-balancing'] }, 'add routing, which needs load-balancing'],
    [{ disabledDomains: ['database'] }, 'disabledDomains[0] is "database"; use one of "networking", "aurora"'],
    [{ disabledDomains: 'aurora' as never }, 'disabledDomains is "aurora"; give a list of networking, aurora'],
    [
      { primaryKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/a' },
      'secondaryKeyArn is missing; give it too, or leave out primaryKeyArn',
    ],
    [{ secondaryNetwork: network('s', '10.9.0.0/16') }, 'primaryNetwork is missing; give it too'],
    [{ primaryCertificateArn: certificate('us-east-1') }, 'secondaryCertificateArn is missing; give it too'],
    [{ primaryProcessorImageUri: image('us-east-1') }, 'secondaryProcessorImageUri is missing; give it too'],
    [{ primaryKeyArn: 'key' }, 'primaryKeyArn is "key"; give the ARN of a resource of this kind (arn:aws:kms:...)'],
    [{ rtoMinutes: 0 }, 'rtoMinutes is 0; give a whole number from 1 to 1440 minutes'],
    [{ rpoMinutes: 1.5 }, 'rpoMinutes is 1.5; give a whole number from 0 to 1440 minutes'],
    [{ recordLabel: 'my.app' }, 'recordLabel is "my.app"; give one label of a host name'],
    [{ manifestFile: 5 as never }, 'manifestFile is 5; give a file name'],
    [{ outputs: 'no' as never }, 'outputs is "no"; give true or false'],
    [{ domain: 'x' } as Props, 'domain is "x"; there is no such prop, remove it or correct its spelling'],
    [{ secondaryRegion: 'us-east-1' }, 'choose a region other than primaryRegion'],
    [{ environmentSuffix: 'Dev' }, 'environmentSuffix is "Dev"; use 1 to 20 lower-case letters'],
    [{ primaryCidrBlock: '10.1.0.0/16' }, 'choose a range that does not overlap primaryCidrBlock'],
    [{ availabilityZoneCount: 1 }, 'availabilityZoneCount is 1; give a whole number from 2 to 6'],
    [{ auroraInstanceClass: 'db.t3.medium' }, 'db.t3.medium'],
    [
      { auroraSecondaryInstanceCount: 0 },
      'secondaryInstanceCount is 0; give at least one instance: AWS cannot fail over to a cluster without any',
    ],
    [{ s3Versioning: false }, 'versioning'],
    [{ domainName: 'app.example.com' }, 'example.com'],
    [{ functionEnvironment: { AWS_REGION: 'x' } }, 'AWS_REGION'],
    [{ natGateways: 'two' }, 'natGateways is "two"; use one of "none", "single", "perZone"'],
    [{ protection: 'prod' }, 'protection is "prod"'],
  ])('fails on %j', (props, message) => {
    expect(() => build(props)).toThrow(message);
  });
});
