import { spawnSync } from 'child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { unzipSync } from 'fflate';
import { Compute, ComputeProps } from '../../lib/constructs/compute';
import { RegionalNetwork } from '../../lib/core/network';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized, SynthesizedResource } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const REGIONS = ['us-east-1', 'us-east-2'] as const;
const ACCOUNT = '123456789012';
const keyArn = (region: string): string => `arn:aws:kms:${region}:${ACCOUNT}:key/mrk-1`;
const machineArn = (region: string): string => `arn:aws:states:${region}:${ACCOUNT}:stateMachine:orders`;
const secretArn = (region: string): string =>
  `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:aurora-master-dev-??????`;
const imageUri = (region: string): string => `${ACCOUNT}.dkr.ecr.${region}.amazonaws.com/processor:1.0`;
const network = (index: number, internetEgress = false): RegionalNetwork => ({
  vpcId: `vpc-${index}`,
  cidrBlock: `10.${index}.0.0/16`,
  privateSubnetIds: [`subnet-${index}a`, `subnet-${index}b`],
  publicSubnetIds: [],
  gatewayPrefixListIds: [`pl-${index}a`, `pl-${index}b`],
  internetEgress,
});

const PROPS = {
  tableName: 'transactions-dev',
  customerIndexName: 'customer-index',
  primaryBucketName: 'records-primary',
  secondaryBucketName: 'records-secondary',
};
const KEYS = { primaryKeyArn: keyArn('us-east-1'), secondaryKeyArn: keyArn('us-east-2') };
const NETWORKS = { primaryNetwork: network(0), secondaryNetwork: network(1) };
const FULL: Partial<ComputeProps> = {
  ...KEYS,
  ...NETWORKS,
  primaryStateMachineArn: machineArn('us-east-1'),
  secondaryStateMachineArn: machineArn('us-east-2'),
  parameterPrefix: '/app/dev',
  databaseEndpoint: 'app.global-abc.global.rds.amazonaws.com',
  primaryReaderEndpoint: 'reader.us-east-1',
  secondaryReaderEndpoint: 'reader.us-east-2',
  databaseSecretName: 'aurora-master-dev',
};
const IMAGES = {
  primaryProcessorImageUri: imageUri('us-east-1'),
  secondaryProcessorImageUri: imageUri('us-east-2'),
};

const compute = (props: Partial<ComputeProps> = {}, pair: Partial<RegionPairProps> = {}): Synthesized =>
  synth((scope, regions) => new Compute(scope, 'Compute', { regions, ...PROPS, ...props }), {
    accountId: ACCOUNT,
    ...pair,
  });
const find = (synthesized: Synthesized, type: string, region: string, part: string): SynthesizedResource => {
  const found = synthesized.resources(type, region).filter(({ id }) => id.includes(`_${part}_`));
  expect(found).toHaveLength(1);
  return found[0];
};
const functionIn = (synthesized: Synthesized, region: string, part: 'Processor' | 'Health'): Json =>
  find(synthesized, 'aws_lambda_function', region, part).body;
const statementsIn = (synthesized: Synthesized, region: string, part: 'Processor' | 'Health'): Record<string, Json> =>
  Object.fromEntries(
    JSON.parse(find(synthesized, 'aws_iam_role_policy', region, part).body.policy).Statement.map((statement: Json) => [
      statement.Sid,
      statement,
    ]),
  );

describe('Compute', () => {
  const full = compute(FULL);
  const plain = compute();

  test('builds a processor and a health function in each region, from the same bytes (R-LAM-2, R-LAM-5)', () => {
    for (const part of ['Processor', 'Health'] as const) {
      const [primary, secondary] = REGIONS.map((region) => functionIn(full, region, part));
      expect(primary.source_code_hash).toMatch(/^[A-Za-z0-9+/]{43}=$/);
      expect(secondary.source_code_hash).toBe(primary.source_code_hash);
      expect(secondary.filename).toBe(primary.filename);
      expect(primary.filename).toMatch(/^assets\/.*\.zip$/);
      for (const attribute of ['handler', 'runtime', 'architectures', 'memory_size', 'timeout']) {
        expect(secondary[attribute]).toEqual(primary[attribute]);
      }
      expect(Object.keys(secondary.environment.variables)).toEqual(Object.keys(primary.environment.variables));
    }
    expect(functionIn(full, 'us-east-1', 'Processor')).toMatchObject({
      function_name: 'transaction-processor-primary-dev',
      runtime: 'nodejs22.x',
      handler: 'index.handler',
      architectures: ['arm64'],
      memory_size: 512,
      timeout: 30,
    });
    expect(functionIn(full, 'us-east-2', 'Health').function_name).toBe('health-secondary-dev');
  });

  test.each(REGIONS)('in %s names only what is of this region (R-LAM-11, R-S3-21, R-AUR-16)', (region) => {
    const role = region === 'us-east-1' ? 'primary' : 'secondary';
    expect(functionIn(full, region, 'Processor').environment.variables).toEqual({
      TABLE_NAME: 'transactions-dev',
      CUSTOMER_INDEX_NAME: 'customer-index',
      BUCKET_NAME: `records-${role}`,
      REGION_ROLE: role,
      STATE_MACHINE_ARN: machineArn(region),
      PARAMETER_PREFIX: '/app/dev',
      DATABASE_ENDPOINT: 'app.global-abc.global.rds.amazonaws.com',
      DATABASE_PORT: '5432',
      READER_ENDPOINT: `reader.${region}`,
      DATABASE_SECRET_NAME: 'aurora-master-dev',
    });
    expect(functionIn(full, region, 'Health').environment.variables).toEqual({
      TABLE_NAME: 'transactions-dev',
      BUCKET_NAME: `records-${role}`,
      REGION_ROLE: role,
      READER_ENDPOINT: `reader.${region}`,
      DATABASE_PORT: '5432',
      HEALTH_CRITICAL: 'table,bucket',
    });
  });

  test.each(REGIONS)('in %s may do what its code does, there and nowhere else (R-DDB-15, R-KMS-1)', (region) => {
    const role = region === 'us-east-1' ? 'primary' : 'secondary';
    const table = `arn:aws:dynamodb:${region}:${ACCOUNT}:table/transactions-dev`;
    const granted = (statements: Record<string, Json>): Json =>
      Object.fromEntries(Object.values(statements).map(({ Sid, Action, Resource }) => [Sid, [Action, Resource]]));
    const processor = statementsIn(full, region, 'Processor');
    expect(granted(processor)).toMatchObject({
      Records: [['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], [table]],
      OrdersOfCustomer: [['dynamodb:Query'], [`${table}/index/customer-index`]],
      Archive: [['s3:PutObject'], [`arn:aws:s3:::records-${role}/transactions/*`]],
      StartWorkflow: [['states:StartExecution'], [machineArn(region)]],
      Parameters: [['ssm:GetParameter'], [`arn:aws:ssm:${region}:${ACCOUNT}:parameter/app/dev/*`]],
      DatabaseSecret: [['secretsmanager:GetSecretValue'], [secretArn(region)]],
      Key: [['kms:Decrypt', 'kms:GenerateDataKey'], [keyArn(region)]],
    });
    const health = statementsIn(full, region, 'Health');
    expect(granted(health)).toMatchObject({
      Sentinel: [['dynamodb:GetItem'], [table]],
      Bucket: [['s3:ListBucket'], [`arn:aws:s3:::records-${role}`]],
      Key: [['kms:Decrypt'], [keyArn(region)]],
    });
    expect(Object.keys(health)).toEqual([
      'Logs',
      'Sentinel',
      'Bucket',
      'Key',
      'Traces',
      'NetworkInterfaces',
      'NotForTheCode',
    ]);
    for (const statements of [processor, health]) {
      const everywhere = Object.values(statements).filter(({ Resource }) => Resource.includes('*'));
      expect(everywhere.map(({ Sid }) => Sid)).toEqual(['Traces', 'NetworkInterfaces', 'NotForTheCode']);
    }
  });

  test('may not do what it does not need without the props that ask for it', () => {
    expect(Object.keys(statementsIn(plain, 'us-east-1', 'Processor'))).toEqual([
      'Logs',
      'Records',
      'OrdersOfCustomer',
      'Archive',
      'FailedEvents',
      'Traces',
    ]);
    expect(functionIn(plain, 'us-east-1', 'Processor').environment.variables).toEqual({
      TABLE_NAME: 'transactions-dev',
      CUSTOMER_INDEX_NAME: 'customer-index',
      BUCKET_NAME: 'records-primary',
      REGION_ROLE: 'primary',
    });
  });

  test('has encrypted log groups with retention before it first runs (R-LAM-9, R-KMS-3)', () => {
    for (const region of REGIONS) {
      for (const part of ['Processor', 'Health'] as const) {
        const group = find(full, 'aws_cloudwatch_log_group', region, part);
        const { body } = find(full, 'aws_lambda_function', region, part);
        expect(group.body).toMatchObject({
          name: `/aws/lambda/${body.function_name}`,
          retention_in_days: 30,
          kms_key_id: keyArn(region),
        });
        expect(full.target(body.logging_config.log_group)).toBe(group);
        expect(body.logging_config).toMatchObject({ log_format: 'JSON', application_log_level: 'INFO' });
        expect(body.depends_on).toContain(group.address);
        expect(body.depends_on).toContain(find(full, 'aws_iam_role_policy', region, part).address);
        expect(body.kms_key_arn).toBe(keyArn(region));
      }
    }
    const kept = compute({ logLevel: 'DEBUG' }, { protection: 'protected' });
    expect(find(kept, 'aws_cloudwatch_log_group', 'us-east-1', 'Health').body.retention_in_days).toBe(365);
    expect(functionIn(kept, 'us-east-1', 'Health').logging_config.application_log_level).toBe('DEBUG');
  });

  test('sends events it gave up on to an encrypted queue of its region, and may (R-LAM-8)', () => {
    for (const region of REGIONS) {
      const queue = full.only('aws_sqs_queue', region);
      expect(queue.body).toMatchObject({ message_retention_seconds: 1_209_600, kms_master_key_id: keyArn(region) });
      const { body } = full.only('aws_lambda_function_event_invoke_config', region);
      expect(full.target(body.destination_config.on_failure.destination)).toBe(queue);
      expect(full.target(body.function_name)).toBe(find(full, 'aws_lambda_function', region, 'Processor'));
      expect(body.depends_on).toEqual([find(full, 'aws_iam_role_policy', region, 'Processor').address]);
      expect(full.target(statementsIn(full, region, 'Processor').FailedEvents.Resource[0])).toBe(queue);
      expect(full.only('aws_sqs_queue_policy', region).body.policy).toContain('aws:SecureTransport');
    }
    expect(plain.only('aws_sqs_queue', 'us-east-1').body).toMatchObject({ sqs_managed_sse_enabled: true });
  });

  test.each(REGIONS)(
    'in %s runs in the private subnets, and its role may make interfaces there (R-LAM-6)',
    (region) => {
      const index = REGIONS.indexOf(region);
      const group = full.only('aws_security_group', region);
      expect(group.body.vpc_id).toBe(`vpc-${index}`);
      for (const part of ['Processor', 'Health'] as const) {
        const { vpc_config } = functionIn(full, region, part);
        expect(vpc_config.subnet_ids).toEqual([`subnet-${index}a`, `subnet-${index}b`]);
        expect(full.target(vpc_config.security_group_ids[0])).toBe(group);
        const { NetworkInterfaces, NotForTheCode } = statementsIn(full, region, part);
        expect(NetworkInterfaces.Action).toContain('ec2:CreateNetworkInterface');
        expect(NotForTheCode).toMatchObject({
          Effect: 'Deny',
          Action: NetworkInterfaces.Action,
          Condition: {
            ArnEquals: {
              'lambda:SourceFunctionArn': `arn:aws:lambda:${region}:${ACCOUNT}:function:${functionIn(full, region, part).function_name}`,
            },
          },
        });
      }
      expect(functionIn(plain, region, 'Processor').vpc_config).toBeUndefined();
      expect(plain.resources('aws_security_group')).toEqual([]);
    },
  );

  const egress = (synthesized: Synthesized, region: string): string[] =>
    synthesized
      .resources('aws_vpc_security_group_egress_rule', region)
      .map(({ body }) => `${body.from_port}-${body.to_port} ${body.cidr_ipv4 ?? body.prefix_list_id}`)
      .sort();

  test('talks to endpoints and the database of both VPCs only, in rules of their own (R-NET-5, R-NET-10)', () => {
    expect(egress(full, 'us-east-1')).toEqual([
      '443-443 10.0.0.0/16',
      '443-443 pl-0a',
      '443-443 pl-0b',
      '5432-5432 10.0.0.0/16',
      '5432-5432 10.1.0.0/16',
    ]);
    expect(egress(full, 'us-east-2')).toContain('5432-5432 10.0.0.0/16');
    expect(full.resources('aws_vpc_security_group_ingress_rule')).toEqual([]);
    expect(full.only('aws_security_group', 'us-east-1').body).not.toHaveProperty('egress');
  });

  test('without a database talks to endpoints, and to the internet only where there is NAT', () => {
    expect(egress(compute(NETWORKS), 'us-east-2')).toEqual(['443-443 10.1.0.0/16', '443-443 pl-1a', '443-443 pl-1b']);
    const nat = compute({ primaryNetwork: network(0, true), secondaryNetwork: network(1, true) });
    expect(egress(nat, 'us-east-1')[0]).toBe('443-443 0.0.0.0/0');
  });

  test('talks to a database on its own port, even with readers only', () => {
    const readers = compute({
      ...NETWORKS,
      primaryReaderEndpoint: 'a',
      secondaryReaderEndpoint: 'b',
      databasePort: 5433,
      healthCritical: ['table', 'database'],
    });
    expect(egress(readers, 'us-east-1')).toContain('5433-5433 10.1.0.0/16');
    expect(functionIn(readers, 'us-east-1', 'Health').environment.variables).toMatchObject({
      DATABASE_PORT: '5433',
      HEALTH_CRITICAL: 'table,database',
    });
  });

  test('reserves concurrency for the processor only when asked (R-LAM-4)', () => {
    expect(functionIn(plain, 'us-east-1', 'Processor').reserved_concurrent_executions).toBeUndefined();
    const reserved = compute({
      reservedConcurrency: 100,
      memorySize: 1024,
      timeoutSeconds: 60,
      architecture: 'x86_64',
    });
    expect(functionIn(reserved, 'us-east-2', 'Processor')).toMatchObject({
      reserved_concurrent_executions: 100,
      memory_size: 1024,
      timeout: 60,
      architectures: ['x86_64'],
    });
    expect(functionIn(reserved, 'us-east-2', 'Health').reserved_concurrent_executions).toBeUndefined();
  });

  test('reserves another number in the secondary region when told to, and warns', () => {
    const own = compute({ reservedConcurrency: 100, secondarySettings: { reservedConcurrency: 50 } });
    expect(
      ['us-east-1', 'us-east-2'].map((region) => functionIn(own, region, 'Processor').reserved_concurrent_executions),
    ).toEqual([100, 50]);
    synth((scope, regions) => {
      const warned = (given: number): unknown[] =>
        new Compute(scope, `C${given}`, {
          regions,
          ...PROPS,
          reservedConcurrency: 100,
          secondarySettings: { reservedConcurrency: given },
        }).node.metadata.map(({ data }) => data);
      expect(warned(50)).toEqual([
        'test/C50: the regions differ in reservedConcurrency: after a failover the processor has that many instances. Remove it from secondarySettings unless it must be so.',
      ]);
      expect(warned(100)).toEqual([]);
    });
  });

  test('traces unless told not to', () => {
    expect(functionIn(full, 'us-east-1', 'Health').tracing_config).toEqual({ mode: 'Active' });
    const quiet = compute({ tracing: false });
    expect(functionIn(quiet, 'us-east-1', 'Health').tracing_config).toEqual({ mode: 'PassThrough' });
    expect(statementsIn(quiet, 'us-east-1', 'Health')).not.toHaveProperty('Traces');
  });

  describe('with code of your own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'own-code-'));
    writeFileSync(join(folder, 'app.py'), 'def run(event, context): return {}');

    test('takes its runtime and handler for it, and leaves the other function as it is (R-LAM-3)', () => {
      const own = compute({
        processorCode: folder,
        runtime: 'python3.13',
        handler: 'app.run',
        environment: { MODE: 'a' },
      });
      expect(functionIn(own, 'us-east-2', 'Processor')).toMatchObject({ runtime: 'python3.13', handler: 'app.run' });
      expect(functionIn(own, 'us-east-2', 'Processor').environment.variables.MODE).toBe('a');
      expect(functionIn(own, 'us-east-2', 'Health')).toMatchObject({ runtime: 'nodejs22.x', handler: 'index.handler' });
    });

    test('takes it for the health function too', () => {
      const own = compute({ healthCode: folder, runtime: 'python3.12' });
      expect(functionIn(own, 'us-east-1', 'Health')).toMatchObject({ runtime: 'python3.12', handler: 'index.handler' });
      expect(functionIn(own, 'us-east-1', 'Processor').runtime).toBe('nodejs22.x');
    });

    test('takes an image of each region (R-LAM-5)', () => {
      const own = compute(IMAGES);
      for (const region of REGIONS) {
        const body = functionIn(own, region, 'Processor');
        expect(body).toMatchObject({ package_type: 'Image', image_uri: imageUri(region) });
        for (const attribute of ['filename', 'source_code_hash', 'handler', 'runtime']) {
          expect(body).not.toHaveProperty(attribute);
        }
      }
    });
  });

  test('tells what others need', () => {
    let built: Compute | undefined;
    const stack = synth((scope, regions) => {
      built = new Compute(scope, 'Compute', { regions, ...PROPS, ...FULL });
    });
    const { securityGroupId, ...names } = (built as Compute).secondary;
    expect(Object.keys(names).sort()).toEqual([
      'failureQueueArn',
      'failureQueueName',
      'failureQueueUrl',
      'healthArn',
      'healthLogGroupName',
      'healthName',
      'processorArn',
      'processorLogGroupName',
      'processorName',
      'processorRoleName',
    ]);
    expect(securityGroupId).toBeDefined();
    // Account id by reference: the same resources.
    expect(stack.resources('aws_lambda_function')).toHaveLength(4);
    expect(foreignReferences(stack)).toEqual([]);
  });

  test('no two roles share a name (R-TF-4)', () => {
    const names = full.resources('aws_iam_role').map(({ body }) => body.name);
    expect(new Set(names).size).toBe(4);
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    for (const synthesized of [full, plain, compute(IMAGES)]) {
      expect(withoutProvider(synthesized)).toEqual([]);
      expect(foreignReferences(synthesized)).toEqual([]);
    }
  });
});

describe('Compute fails on', () => {
  const failure = (props: object): string =>
    errorOf((scope, regions) => new Compute(scope, 'C', { regions, ...PROPS, ...props } as ComputeProps));
  const lambdaSets = 'choose another name: Lambda sets this variable itself';

  test.each([
    [{ memory: 512 }, 'memory is 512; there is no such prop, remove it or correct its spelling'],
    [{ tableName: undefined }, 'tableName is missing; give a string'],
    [{ primaryKeyArn: keyArn('us-east-1') }, 'secondaryKeyArn is missing; give a key of each region, or of neither'],
    [
      { ...KEYS, secondaryKeyArn: keyArn('us-east-1') },
      `secondaryKeyArn is "${keyArn('us-east-1')}"; give a key of us-east-2`,
    ],
    [
      { primaryNetwork: network(0) },
      'secondaryNetwork is missing; give it, or remove primaryNetwork: both regions are built alike',
    ],
    [
      { secondaryStateMachineArn: machineArn('us-east-2') },
      'primaryStateMachineArn is missing; give it, or remove secondaryStateMachineArn: both regions are built alike',
    ],
    [
      { primaryStateMachineArn: machineArn('us-east-1'), secondaryStateMachineArn: machineArn('us-east-1') },
      `secondaryStateMachineArn is "${machineArn('us-east-1')}"; give the ARN of one in us-east-2: AWS does not accept, or does not reach, one of another region here`,
    ],
    [
      { ...IMAGES, secondaryProcessorImageUri: imageUri('us-east-1') },
      `secondaryProcessorImageUri is "${imageUri('us-east-1')}"; give an image in us-east-2: Lambda takes images of its own region only`,
    ],
    [
      { ...IMAGES, primaryProcessorImageUri: 'docker.io/app' },
      'primaryProcessorImageUri is "docker.io/app"; give the URI of an image in ECR with its tag or digest',
    ],
    [{ ...IMAGES, processorCode: 'x' }, 'processorCode is "x"; give either code or an image, not both'],
    [{ processorCode: '/absent' }, undefined],
    [
      { handler: 'app.run' },
      'handler is "app.run"; remove it: it is for code of your own, in processorCode or healthCode',
    ],
    [
      { runtime: 'nodejs22.x' },
      'runtime is "nodejs22.x"; remove it: it is for code of your own, in processorCode or healthCode',
    ],
    [
      { processorCode: 'x', runtime: 'nodejs18.x' },
      'runtime is "nodejs18.x"; use one of "dotnet8", "java17", "java21", "nodejs22.x", "provided.al2023", "python3.12", "python3.13", "ruby3.3", "ruby3.4"',
    ],
    [{ architecture: 'arm' }, 'architecture is "arm"; use one of "arm64", "x86_64"'],
    [{ memorySize: 64 }, 'memorySize is 64; give a whole number from 128 to 10240 MB'],
    [{ timeoutSeconds: 901 }, 'timeoutSeconds is 901; give a whole number from 1 to 900 seconds'],
    [
      { secondarySettings: { reservedConcurrency: 0 } },
      'secondarySettings.reservedConcurrency is 0; give a whole number from 1 to 900 instances: Lambda keeps 100 of an account unreserved, so more would stop its other functions',
    ],
    [
      { secondarySettings: { memorySize: 512 } },
      'secondarySettings.memorySize is 512; there is no such prop, remove it or correct its spelling',
    ],
    [
      { reservedConcurrency: 1000 },
      'reservedConcurrency is 1000; give a whole number from 1 to 900 instances: Lambda keeps 100 of an account unreserved, so more would stop its other functions',
    ],
    [{ environment: { AWS_REGION: 'x' } }, `environment.AWS_REGION is "AWS_REGION"; ${lambdaSets}`],
    [{ environment: { AWS_LAMBDA_ANY: 'x' } }, `environment.AWS_LAMBDA_ANY is "AWS_LAMBDA_ANY"; ${lambdaSets}`],
    [{ environment: { _HANDLER: 'x' } }, `environment._HANDLER is "_HANDLER"; ${lambdaSets}`],
    [
      { environment: { TABLE_NAME: 'x' } },
      'environment.TABLE_NAME is "TABLE_NAME"; choose another name: a prop of this construct sets it',
    ],
    [
      { environment: { 'a-b': 'x' } },
      'environment.a-b is "a-b"; use letters, digits and underscores in the name of a variable, starting with a letter',
    ],
    [{ environment: { MODE: 1 } }, 'environment.MODE is 1; give every variable a string'],
    [
      { parameterPrefix: '/app/' },
      'parameterPrefix is "/app/"; give a path such as "/app/dev", without a slash at its end',
    ],
    [
      { ...NETWORKS, databaseEndpoint: 'app.cluster-abc.us-east-1.rds.amazonaws.com' },
      'databaseEndpoint is "app.cluster-abc.us-east-1.rds.amazonaws.com"; give the endpoint of the global cluster, which follows the writer: this one stays in its region when that is lost',
    ],
    [
      { databaseEndpoint: 'x' },
      'databaseEndpoint is "x"; give primaryNetwork and secondaryNetwork: a database is reached from its VPC',
    ],
    [
      { primaryReaderEndpoint: 'x', secondaryReaderEndpoint: 'y' },
      'primaryReaderEndpoint is "x"; give primaryNetwork and secondaryNetwork: a database is reached from its VPC',
    ],
    [{ databasePort: 5432 }, 'databasePort is 5432; give databaseEndpoint or reader endpoints, or remove it'],
    [{ healthCritical: ['database'] }, 'healthCritical is ["database"]; give reader endpoints, or remove "database"'],
    [{ healthCritical: ['disk'] }, 'healthCritical[0] is "disk"; use one of "table", "bucket", "database"'],
    [{ healthCritical: [] }, 'healthCritical is []; name what must work for a region to be healthy'],
    [{ logLevel: 'info' }, 'logLevel is "info"; use one of "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"'],
  ])('%j', (props, message) => {
    if (message) expect(failure(props)).toBe(`test/C: ${message}`);
    else
      expect(failure(props)).toBe(
        'test/C/ProcessorCode: code is "/absent"; give the path of a folder or a zip that exists',
      );
  });
});

describe('the bundles', () => {
  const folder = join(__dirname, '../../dist/lambda');
  const described = (name: string): { bytes: number; sdk: string[] } =>
    JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const ENDPOINTS: Record<string, string> = { sfn: 'states', ssm: 'ssm' };
  const GATEWAYS = ['dynamodb', 's3'];

  test('call no service that a private subnet cannot reach (R-LAM-6)', () => {
    const clients = ['transaction-processor', 'health'].flatMap((name) => described(name).sdk);
    const services = clients
      .filter((client) => !GATEWAYS.includes(client))
      .map((client) => ENDPOINTS[client] ?? client);
    expect([...new Set(services)].sort()).toEqual([...Compute.CALLED_SERVICES]);
  });

  test.each(['transaction-processor', 'health'])('%s is small', (name) => {
    expect(described(name).bytes).toBeLessThan(400 * 1024);
  });

  test.each(['transaction-processor', 'health'])('%s loads, and names what its environment lacks', (name) => {
    const { 'index.js': code } = unzipSync(readFileSync(join(folder, `${name}.zip`)));
    const file = join(mkdtempSync(join(tmpdir(), 'bundle-')), 'index.js');
    writeFileSync(file, code);
    const load = (environment: Record<string, string>): { status: number | null; output: string } => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--no-warnings', '-e', `console.log(typeof require(${JSON.stringify(file)}).handler)`],
        { env: environment, encoding: 'utf8' },
      );
      return { status, output: stdout + stderr };
    };
    const variables = { TABLE_NAME: 't', CUSTOMER_INDEX_NAME: 'i', BUCKET_NAME: 'b', REGION_ROLE: 'primary' };
    expect(load({ ...variables, AWS_REGION: 'us-east-1' })).toEqual({ status: 0, output: 'function\n' });
    expect(load({ AWS_REGION: 'us-east-1' }).output).toContain('missing; set them in the environment of the function');
  });
});

terraformTest(
  'the real AWS provider accepts it, with every runtime it lets through',
  () => {
    const runtimes = [
      'dotnet8',
      'java17',
      'java21',
      'provided.al2023',
      'python3.12',
      'python3.13',
      'ruby3.3',
      'ruby3.4',
    ];
    const variants: Partial<ComputeProps>[] = [
      {},
      { ...FULL, reservedConcurrency: 10 },
      { ...IMAGES, ...KEYS },
      ...runtimes.map((runtime) => ({ healthCode: __dirname, runtime })),
    ];
    const synthesized = synth((scope, regions) => {
      variants.forEach((props, index) => new Compute(scope, `Compute${index}`, { regions, ...PROPS, ...props }));
    });
    expect(validate(synthesized)).toEqual([]);
  },
  120_000,
);
