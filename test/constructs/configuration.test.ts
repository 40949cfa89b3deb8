import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { Route53Zone } from '@cdktf/provider-aws/lib/route53-zone';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { TerraformStack, Token } from 'cdktf';
import { swapper } from '../../lambda/replication/swap';
import { Configuration, ConfigurationProps } from '../../lib/constructs/configuration';
import { RegionPair } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

type Options = Omit<ConfigurationProps, 'regions'>;

const REGIONS = ['us-east-1', 'us-east-2'];
const PARAMETERS = {
  'features/express-checkout': 'true',
  'database/pool-size': '20',
  'database/endpoint': 'postgres://db.primary.internal:5432/app',
};
const MAPPED = { primaryMappedValues: ['db.primary.internal'], secondaryMappedValues: ['db.secondary.internal'] };

function build(options: Options = {}): Synthesized {
  return synth((scope, regions) => new Configuration(scope, 'C', { regions, ...options }));
}

/** With keys, a queue in each region that is mapped, and regional parameters: everything there is. */
function buildFull(): Synthesized {
  return synth((scope, regions) => new Configuration(scope, 'C', { regions, ...fullOptions(scope, regions) }));
}

function fullOptions(scope: TerraformStack, regions: RegionPair): Options {
  const { provider } = regions.primary;
  const secondary = regions.secondary.provider;
  const queue = new SqsQueue(scope, 'PrimaryQueue', { provider, name: 'orders-primary' });
  const otherQueue = new SqsQueue(scope, 'SecondaryQueue', { provider: secondary, name: 'orders-secondary' });
  return {
    primaryKeyArn: new KmsKey(scope, 'PrimaryKey', { provider }).arn,
    secondaryKeyArn: new KmsKey(scope, 'SecondaryKey', { provider: secondary }).arn,
    parameters: { ...PARAMETERS, queue: `url=${queue.url};depth=5` },
    primaryMappedValues: ['db.primary.internal', queue.url],
    secondaryMappedValues: ['db.secondary.internal', otherQueue.url],
    primaryRegionalParameters: { 'queue-arn': queue.arn },
    secondaryRegionalParameters: { 'queue-arn': otherQueue.arn },
  };
}

function error(options: Json): string {
  return errorOf((scope, regions) => new Configuration(scope, 'C', { regions, ...options }));
}

function variables(synthesized: Synthesized, region: string): Json {
  return synthesized.only('aws_lambda_function', region).body.environment.variables;
}

function statements(synthesized: Synthesized, region: string): Record<string, Json> {
  const [role] = synthesized.resources('aws_iam_role_policy', region);
  return Object.fromEntries(JSON.parse(role.body.policy).Statement.map((one: Json) => [one.Sid, one]));
}

function rule(synthesized: Synthesized, region: string, name: string): Json {
  return synthesized.resources('aws_cloudwatch_event_rule', region).find((one) => one.body.name.startsWith(name))?.body;
}

describe('Configuration', () => {
  const simple = build({ parameters: PARAMETERS, ...MAPPED });
  const full = buildFull();

  describe.each(REGIONS)('in %s', (region) => {
    const other = region === 'us-east-1' ? 'us-east-2' : 'us-east-1';
    const role = region === 'us-east-1' ? 'primary' : 'secondary';

    test('reports changes below the prefix on the default bus (R-SSM-1)', () => {
      const changes = rule(full, region, 'replicate-parameters');
      expect(JSON.parse(changes.event_pattern)).toEqual({
        source: ['aws.ssm'],
        'detail-type': ['Parameter Store Change'],
        detail: {
          name: [{ prefix: '/app/dev/' }],
          operation: ['Create', 'Update', 'Delete', 'LabelParameterVersion'],
        },
      });
      expect(changes.event_bus_name).toBeUndefined();
      expect(changes.name).toBe(`replicate-parameters-${role}-dev`);
    });

    test('walks both regions every hour (R-SSM-10)', () => {
      const schedule = rule(full, region, 'reconcile-parameters');
      expect(schedule.schedule_expression).toBe('rate(60 minutes)');
      const target = full
        .resources('aws_cloudwatch_event_target', region)
        .find((one) => full.target(one.body.rule).body === schedule);
      expect(JSON.parse(target?.body.input)).toEqual({ source: 'reconcile' });
    });

    test('wires every rule to the function, with retries and a dead-letter queue (R-EB-10, R-LAM-10)', () => {
      const lambda = full.only('aws_lambda_function', region);
      const queue = full.resources('aws_sqs_queue', region).find((one) => one.body.name.includes('dlq'));
      const targets = full.resources('aws_cloudwatch_event_target', region);
      expect(targets).toHaveLength(2);
      for (const { body } of targets) {
        expect(full.target(body.arn)).toBe(lambda);
        expect(full.target(body.dead_letter_config.arn)).toBe(queue);
        expect(body.retry_policy).toEqual({ maximum_event_age_in_seconds: 3600, maximum_retry_attempts: 20 });
        const permitted = full
          .resources('aws_lambda_permission', region)
          .filter((one) => full.target(one.body.source_arn) === full.target(body.rule));
        expect(permitted.map((one) => one.body.principal)).toEqual(['events.amazonaws.com']);
      }
      const [allow, deny] = JSON.parse(full.only('aws_sqs_queue_policy', region).body.policy).Statement;
      expect(allow.Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect(allow.Condition.ArnEquals['aws:SourceArn']).toHaveLength(2);
      expect(deny).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    });

    test('dead-letters what fails in an asynchronous invocation (R-LAM-8, R-SSM-10)', () => {
      const { body } = full.only('aws_lambda_function_event_invoke_config', region);
      expect(body.maximum_retry_attempts).toBe(2);
      expect(full.target(body.destination_config.on_failure.destination).body.name).toBe(
        `replicate-parameters-dlq-${role}-dev`,
      );
      expect(statements(full, region).DeadLetters.Action).toEqual(['sqs:SendMessage']);
    });

    test('runs the function outside the VPC, on a runtime Lambda creates, with its code hash (R-LAM-2, R-LAM-3, R-LAM-7)', () => {
      const { body } = full.only('aws_lambda_function', region);
      expect(body).toMatchObject({
        function_name: `replicate-parameters-${role}-dev`,
        runtime: 'nodejs22.x',
        architectures: ['arm64'],
        handler: 'index.handler',
        memory_size: 256,
        timeout: 300,
      });
      expect(body.vpc_config).toBeUndefined();
      expect(body.reserved_concurrent_executions).toBeUndefined(); // R-LAM-4
      expect(body.filename).toMatch(/\.zip$/);
      expect(body.source_code_hash).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    });

    test('tells it the other region, its key, and no reserved variable (R-LAM-1, R-SSM-4)', () => {
      const env = variables(full, region);
      expect(Object.keys(env).filter((name) => /^(AWS_|LAMBDA_|_)/.test(name))).toEqual([]);
      expect(env).toMatchObject({
        TARGET_REGION: other,
        PREFIX: '/app/dev',
        EXCLUDED_PATHS: '["regional"]',
        REPLICATOR_ROLES: '["replicate-parameters-primary-dev","replicate-parameters-secondary-dev"]',
      });
      expect(full.target(env.TARGET_KEY_ARN).region).toBe(other);
    });

    test('names the roles that write copies as they are (R-SSM-7)', () => {
      const names = full.resources('aws_iam_role').map((one) => one.body.name);
      expect(JSON.parse(variables(full, region).REPLICATOR_ROLES)).toEqual(names);
    });

    test('reads both regions and writes the other one, below the prefix only', () => {
      const { ReadBothRegions, WriteTheOtherRegion, LeaveRegionalParametersAlone, ...rest } = statements(full, region);
      const arnOf = (one: string, path: string): unknown =>
        expect.stringMatching(new RegExp(`^arn:aws:ssm:${one}:\\$\\{data.*\\}:parameter/app/dev${path}$`));
      expect(ReadBothRegions.Resource).toEqual([arnOf(region, '/\\*'), arnOf(other, '/\\*')]);
      expect(WriteTheOtherRegion.Resource).toEqual([arnOf(other, '/\\*')]);
      expect(WriteTheOtherRegion.Action).toContain('ssm:PutParameter');
      expect(LeaveRegionalParametersAlone).toMatchObject({
        Effect: 'Deny',
        Resource: [arnOf(other, '/regional/\\*')],
      });
      expect(JSON.stringify(rest)).not.toContain('"*"');
    });

    test('decrypts with the key of this region and encrypts with the key of the other (R-SSM-4, R-KMS-1)', () => {
      const { DecryptHere, EncryptThere } = statements(full, region);
      expect(full.target(DecryptHere.Resource[0]).region).toBe(region);
      expect(DecryptHere.Action).toEqual(['kms:Decrypt']);
      expect(full.target(EncryptThere.Resource[0]).region).toBe(other);
      expect(EncryptThere.Action).toEqual(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);
      expect(EncryptThere.Condition).toEqual({ StringEquals: { 'kms:ViaService': `ssm.${other}.amazonaws.com` } });
    });

    test('makes the log group first, encrypted, with the retention of the profile (R-LAM-9, R-KMS-3)', () => {
      const group = full.only('aws_cloudwatch_log_group', region);
      expect(group.body).toMatchObject({
        name: `/aws/lambda/replicate-parameters-${role}-dev`,
        retention_in_days: 30,
      });
      expect(full.target(group.body.kms_key_id).region).toBe(region);
      const lambda = full.only('aws_lambda_function', region);
      expect(lambda.body.depends_on).toContain(group.address);
      expect(lambda.body.logging_config).toMatchObject({ log_format: 'JSON', application_log_level: 'INFO' });
    });

    test('encrypts the dead-letter queue with the key of the region, and with one of AWS when there is none (R-KMS-4)', () => {
      const queueOf = (synthesized: Synthesized): Json =>
        synthesized.resources('aws_sqs_queue', region).find((one) => one.body.name.includes('dlq'))?.body;
      expect(full.target(queueOf(full).kms_master_key_id).region).toBe(region);
      expect(queueOf(simple)).toMatchObject({ sqs_managed_sse_enabled: true });
      expect(statements(full, region).EncryptDeadLetters.Condition).toEqual({
        StringEquals: { 'kms:ViaService': `sqs.${region}.amazonaws.com` },
      });
    });

    test('starts with the first values and leaves them alone from then on (R-SSM-9)', () => {
      const parameters = simple.resources('aws_ssm_parameter', region);
      expect(parameters.map((one) => one.body.name)).toEqual([
        '/app/dev/database/endpoint',
        '/app/dev/database/pool-size',
        '/app/dev/features/express-checkout',
      ]);
      for (const { body } of parameters) {
        expect(body.lifecycle.ignore_changes).toEqual(expect.arrayContaining(['value', 'tags', 'tags_all', 'type']));
        expect(body).toMatchObject({ type: 'String', overwrite: true });
      }
      expect(parameters[0].body.value).toBe(`postgres://db.${role}.internal:5432/app`);
    });

    test('makes the target of changes after the first values of its region, so that they cause no invocation', () => {
      const changes = simple
        .resources('aws_cloudwatch_event_target', region)
        .find((one) => one.body.input === undefined);
      const parameters = simple.resources('aws_ssm_parameter', region).map((one) => one.address);
      expect(changes?.body.depends_on).toEqual(expect.arrayContaining(parameters));
    });

    test('keeps regional parameters to the region (R-SSM-8)', () => {
      const [parameter] = full
        .resources('aws_ssm_parameter', region)
        .filter((one) => one.body.name === '/app/dev/regional/queue-arn');
      expect(full.target(parameter.body.value).region).toBe(region);
    });
  });

  test('swaps mapped references in first values, so that each region has its own (R-SSM-8)', () => {
    const [primary, secondary] = REGIONS.map((region) =>
      full.resources('aws_ssm_parameter', region).find((one) => one.body.name === '/app/dev/queue'),
    );
    expect(full.target(primary?.body.value).region).toBe('us-east-1');
    expect(full.target(secondary?.body.value).region).toBe('us-east-2');
    expect(secondary?.body.value).toMatch(/^url=\$\{aws_sqs_queue\.SecondaryQueue\.url\};depth=5$/);
  });

  test('gives both functions the same code and the same map (R-LAM-5)', () => {
    const [primary, secondary] = full.resources('aws_lambda_function').map((one) => one.body);
    expect(primary.source_code_hash).toBe(secondary.source_code_hash);
    expect(primary.memory_size).toBe(secondary.memory_size);
    expect(variables(full, 'us-east-1').VALUE_MAP).toBe(variables(full, 'us-east-2').VALUE_MAP);
    expect(JSON.parse(variables(full, 'us-east-1').VALUE_MAP)[0]).toEqual([
      'db.primary.internal',
      'db.secondary.internal',
    ]);
  });

  test('swaps first values as the function swaps later ones', () => {
    const pairs: [string, string][] = [
      ['db.primary', 'db.secondary'],
      ['db.primary.read', 'reader'],
      ['queue[1]', 'queue(2)'],
    ];
    const value = 'db.primary.read, db.primary, queue[1], db.secondary and reader';
    const synthesized = build({
      parameters: { all: value },
      primaryMappedValues: pairs.map(([a]) => a),
      secondaryMappedValues: pairs.map(([, b]) => b),
    });
    expect(synthesized.only('aws_ssm_parameter', 'us-east-2').body.value).toBe(swapper(pairs)(value));
  });

  test('replicates what it names no part of, into no key, without a schedule', () => {
    const bare = build({
      excludedPaths: [],
      reconcileRateMinutes: 0,
      retryAttempts: 0,
      memorySize: 512,
      timeoutSeconds: 60,
      logLevel: 'DEBUG',
      prefix: '/shop/live',
    });
    expect(bare.resources('aws_cloudwatch_event_rule')).toHaveLength(2);
    expect(variables(bare, 'us-east-1')).toMatchObject({ PREFIX: '/shop/live', EXCLUDED_PATHS: '[]', VALUE_MAP: '[]' });
    expect(variables(bare, 'us-east-1').TARGET_KEY_ARN).toBeUndefined();
    expect(Object.keys(statements(bare, 'us-east-1'))).toEqual([
      'ReadBothRegions',
      'WalkBothRegions',
      'WriteTheOtherRegion',
      'DeadLetters',
      'Log',
    ]);
    expect(bare.only('aws_lambda_function', 'us-east-1').body).toMatchObject({
      memory_size: 512,
      timeout: 60,
      logging_config: { application_log_level: 'DEBUG' },
    });
    expect(bare.only('aws_lambda_function_event_invoke_config', 'us-east-2').body.maximum_retry_attempts).toBe(0);
  });

  test('writes a rate of one minute as EventBridge wants it', () => {
    const often = build({ reconcileRateMinutes: 1 });
    expect(rule(often, 'us-east-1', 'reconcile-parameters').schedule_expression).toBe('rate(1 minute)');
  });

  test('accepts values that name something of no region', () => {
    const synthesized = synth((scope, regions) => {
      const zone = new Route53Zone(scope, 'Zone', { provider: regions.primary.provider, name: 'shop.test' });
      return new Configuration(scope, 'C', { regions, parameters: { 'zone-id': zone.zoneId } });
    });
    expect(synthesized.resources('aws_ssm_parameter')).toHaveLength(2);
  });

  test('hands out names for operators', () => {
    synth((scope, regions) => {
      const { primary, secondary, prefix, parameterNames } = new Configuration(scope, 'C', {
        regions,
        parameters: { b: '1', a: '2' },
      });
      expect(prefix).toBe('/app/dev');
      expect(parameterNames).toEqual(['/app/dev/a', '/app/dev/b']);
      // A reference: who subscribes to the log group has to wait until it is made.
      for (const half of [primary, secondary]) expect(Token.isUnresolved(half.logGroupName)).toBe(true);
      for (const half of [primary, secondary]) {
        expect(Object.values({ ...half, ...{ ruleName: half.ruleName } }).every(Boolean)).toBe(true);
      }
    });
  });

  test('keeps logs as long as the profile says', () => {
    const kept = synth((scope, regions) => new Configuration(scope, 'C', { regions }), { protection: 'protected' });
    expect(kept.resources('aws_cloudwatch_log_group').map((one) => one.body.retention_in_days)).toEqual([365, 365]);
  });

  test('every resource names its provider and stays in its region, but for the function that links them (R-TF-1, R-TF-3, R-LAM-11)', () => {
    for (const synthesized of [simple, full]) {
      expect(withoutProvider(synthesized)).toEqual([]);
      expect(foreignReferences(synthesized)).toEqual([]);
    }
  });

  test('gives the same bytes twice', () => {
    expect(JSON.stringify(buildFull().json)).toBe(JSON.stringify(full.json));
  });

  describe('fails on', () => {
    test.each([
      [
        'an unknown prop',
        { parameter: {} },
        'test/C: parameter is {}; there is no such prop, remove it or correct its spelling',
      ],
      [
        'a prefix without a slash',
        { prefix: 'app/dev' },
        'test/C: prefix is "app/dev"; start with a slash, end without one, and use letters, digits, dots, hyphens and underscores between single slashes',
      ],
      [
        'a prefix that ends in a slash',
        { prefix: '/app/dev/' },
        'test/C: prefix is "/app/dev/"; start with a slash, end without one, and use letters, digits, dots, hyphens and underscores between single slashes',
      ],
      [
        'a prefix AWS reserves (R-SSM-12)',
        { prefix: '/aws/shop' },
        'test/C: prefix is "/aws/shop"; choose another beginning: AWS reserves "aws" and "ssm"',
      ],
      [
        'the other prefix AWS reserves (R-SSM-12)',
        { prefix: '/SSM-shop' },
        'test/C: prefix is "/SSM-shop"; choose another beginning: AWS reserves "aws" and "ssm"',
      ],
      [
        'a name with more than 15 levels (R-SSM-12)',
        { parameters: { 'a/b/c/d/e/f/g/h/i/j/k/l/m/n': '1' } },
        'test/C: parameters name is "/app/dev/a/b/c/d/e/f/g/h/i/j/k/l/m/n"; use at most 15 levels',
      ],
      [
        'a name that starts with a slash',
        { parameters: { '/app/dev/a': '1' } },
        'test/C: parameters./app/dev/a is "/app/dev/a"; use letters, digits, dots, hyphens and underscores between single slashes, with no slash at either end',
      ],
      [
        'a name that is too long',
        { parameters: { ['n'.repeat(1000)]: '1' } },
        `test/C: name of the parameter is ${JSON.stringify(`/app/dev/${'n'.repeat(1000)}`).slice(0, 197)}...; shorten environmentSuffix or the name by 48: AWS allows 1011 characters`,
      ],
      [
        'a value over 4 KB',
        { parameters: { a: 'é'.repeat(2049) } },
        `test/C: parameters.a is "${'é'.repeat(196)}...; shorten the value to 4096 bytes, or write it as an advanced parameter after the first apply`,
      ],
      [
        'an empty value',
        { parameters: { a: '' } },
        'test/C: parameters.a is ""; give a value that is not empty: Parameter Store has no empty values',
      ],
      ['a value that is no string', { parameters: { a: 1 } }, 'test/C: parameters.a is 1; give a string'],
      [
        'a value with double brackets',
        { parameters: { a: '{{ssm:other}}' } },
        'test/C: parameters.a is "{{ssm:other}}"; remove the double brackets: Parameter Store does not nest parameters',
      ],
      [
        'parameters that are a list',
        { parameters: ['a'] },
        'test/C: parameters is ["a"]; give an object of names and values',
      ],
      [
        'a replicated parameter in an excluded path',
        { parameters: { 'regional/queue': 'x' } },
        'test/C: parameters name is "regional/queue"; move it out of the path "regional", which is not replicated, or into primaryRegionalParameters and secondaryRegionalParameters',
      ],
      [
        'regional parameters that would be replicated (R-SSM-8)',
        { excludedPaths: ['local'], primaryRegionalParameters: { a: '1' }, secondaryRegionalParameters: { a: '2' } },
        'test/C: excludedPaths is ["local"]; add "regional": primaryRegionalParameters would be replicated to the other region',
      ],
      [
        'a regional parameter of the primary only',
        { primaryRegionalParameters: { a: '1' } },
        'test/C: secondaryRegionalParameters.a is missing; give both regions the same names: what reads it would fail after a failover',
      ],
      [
        'a regional parameter of the secondary only',
        { primaryRegionalParameters: { a: '1' }, secondaryRegionalParameters: { a: '1', b: '2' } },
        'test/C: primaryRegionalParameters.b is missing; give both regions the same names: what reads it would fail after a failover',
      ],
      [
        'an excluded path with a slash at its end',
        { excludedPaths: ['regional/'] },
        'test/C: excludedPaths[0] is "regional/"; use letters, digits, dots, hyphens and underscores between single slashes, with no slash at either end',
      ],
      [
        'lists of different length',
        { primaryMappedValues: ['one.internal', 'two.internal'], secondaryMappedValues: ['one.other'] },
        'test/C: secondaryMappedValues is ["one.other"]; give as many strings as primaryMappedValues has: 2',
      ],
      [
        'one list without the other',
        { primaryMappedValues: ['one.internal'] },
        'test/C: secondaryMappedValues is []; give as many strings as primaryMappedValues has: 1',
      ],
      [
        'a mapped string that stands in both lists',
        { primaryMappedValues: ['one.internal'], secondaryMappedValues: ['one.internal'] },
        'test/C: secondaryMappedValues[0] is "one.internal"; give every string once in both lists together: it can stand for one string only',
      ],
      [
        'a mapped string that would be found anywhere',
        { primaryMappedValues: ['db'], secondaryMappedValues: ['other.db'] },
        'test/C: primaryMappedValues[0] is "db"; give a string of at least 4 characters, such as a host name',
      ],
      [
        'more mapped strings than the environment of a function holds',
        {
          primaryMappedValues: Array.from({ length: 40 }, (_, n) => `${'p'.repeat(40)}-${n}`),
          secondaryMappedValues: Array.from({ length: 40 }, (_, n) => `${'s'.repeat(40)}-${n}`),
        },
        'test/C: primaryMappedValues is "40 pairs"; shorten both lists to 3072 bytes together: a function has 4 KB of environment',
      ],
      [
        'a value that names a regional endpoint of one side only (R-SSM-8)',
        { parameters: { url: 'https://sqs.us-east-1.amazonaws.com/orders' } },
        'test/C: parameters.url is "https://sqs.us-east-1.amazonaws.com/orders"; it belongs to one region (us-east-1): add the string of each region to primaryMappedValues and secondaryMappedValues, or move it to primaryRegionalParameters and secondaryRegionalParameters',
      ],
      [
        'a key of the primary only (R-KMS-1)',
        { primaryKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1' },
        'test/C: secondaryKeyArn is missing; give a key of each region, or of neither',
      ],
      [
        'a key of the other region (R-KMS-1)',
        {
          primaryKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/1',
          secondaryKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/1',
        },
        'test/C: primaryKeyArn is "arn:aws:kms:us-east-2:123456789012:key/1"; give a key of us-east-1',
      ],
      [
        'more retries than Lambda makes',
        { retryAttempts: 3 },
        'test/C: retryAttempts is 3; give a whole number from 0 to 2',
      ],
      [
        'a rate that is no number of minutes',
        { reconcileRateMinutes: 1.5 },
        'test/C: reconcileRateMinutes is 1.5; give a whole number from 0 to 1440 minutes',
      ],
      [
        'a timeout that leaves no time to confirm a delete',
        { timeoutSeconds: 5 },
        'test/C: timeoutSeconds is 5; give a whole number from 30 to 900 seconds',
      ],
      ['too little memory', { memorySize: 64 }, 'test/C: memorySize is 64; give a whole number from 128 to 10240 MB'],
      [
        'an unknown log level',
        { logLevel: 'info' },
        'test/C: logLevel is "info"; use one of "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"',
      ],
    ])('%s', (_, options, message) => {
      expect(error(options)).toBe(message);
    });

    test('a reference to a resource of one region that is not mapped (R-SSM-8)', () => {
      expect(
        errorOf((scope, regions) => {
          const queue = new SqsQueue(scope, 'Queue', { provider: regions.primary.provider, name: 'orders' });
          return new Configuration(scope, 'C', { regions, parameters: { queue: queue.url } });
        }),
      ).toContain(
        'test/C: parameters.queue is "aws_sqs_queue.Queue.url"; it belongs to one region (aws_sqs_queue.Queue.url): add the string of each region',
      );
    });
  });
});

terraformTest(
  'the real AWS provider accepts it',
  () => {
    expect(validate(build())).toEqual([]);
    expect(validate(buildFull())).toEqual([]);
  },
  60_000,
);
