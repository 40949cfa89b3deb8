import { Token } from 'cdktf';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { readConfiguration } from '../../lambda/secrets-replicator/configuration';
import { Filter } from '../../lambda/secrets-replicator/filters';
import { NameMap } from '../../lambda/secrets-replicator/names';
import { readTransformation } from '../../lambda/secrets-replicator/transformation';
import { Variables } from '../../lambda/secrets-replicator/variables';
import { SecretsReplication, SecretsReplicationProps } from '../../lib/constructs/secrets-replication';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

type Options = Omit<SecretsReplicationProps, 'regions'>;

const REGIONS = ['us-east-1', 'us-east-2'];
const ACCOUNT = '123456789012';
const OTHER = '210987654321';
const kms = (region: string, key = 'one'): string => `arn:aws:kms:${region}:${ACCOUNT}:key/${key}`;
const topic = (region: string): string => `arn:aws:sns:${region}:${ACCOUNT}:alarms`;
const role = (account = OTHER): string => `arn:aws:iam::${account}:role/secrets-writer`;

const SURROUNDINGS: Options = {
  primaryKeyArn: kms('us-east-1'),
  secondaryKeyArn: kms('us-east-2'),
  primaryTopicArn: topic('us-east-1'),
  secondaryTopicArn: topic('us-east-2'),
};

/** Everything there is to say. */
const FULL: Options = {
  ...SURROUNDINGS,
  primaryDecryptionKeyArns: [kms('us-east-1', 'app')],
  secondaryDecryptionKeyArns: [kms('us-east-2', 'app')],
  includedSecrets: ['app/dev/**', 'partner/key'],
  excludedSecrets: ['app/dev/local/**'],
  nativelyReplicatedSecrets: ['app/dev/master'],
  transformations: {
    'to-west': 's/${SOURCE_REGION}/${REGION}/g\ns/stage/%{x}-${STAGE}/',
    mask: '{"transformations":[]}',
  },
  appliedTransformations: ['to-west'],
  transformedSecrets: { 'app/dev/raw/*': [], 'partner/key': ['to-west', 'mask'] },
  primaryMappedValues: ['db.primary.internal'],
  secondaryMappedValues: ['db.secondary.internal'],
  variables: { STAGE: 'dev' },
  copyTags: false,
  reservedConcurrency: 4,
  createTrail: true,
  destinations: [
    {
      region: 'eu-west-1',
      roleArn: role(),
      externalId: 'replication',
      includedSecrets: ['app/dev/shared/*'],
      excludedSecrets: [],
      transformedSecrets: {},
      names: { 'app/dev/shared/*': 'imported/*' },
      variables: {},
      deletion: 'delete',
      recoveryWindowDays: 7,
    },
    {
      region: 'us-west-2',
      name: 'archive',
      kmsKeyArn: kms('us-west-2'),
      names: { 'partner/key': 'partner/key-backup' },
    },
  ],
};

function build(options: Options = {}, pair: Partial<RegionPairProps> = {}): Synthesized {
  return synth((scope, regions) => new SecretsReplication(scope, 'C', { regions, ...options }), {
    accountId: ACCOUNT,
    ...pair,
  });
}

function error(options: Json): string {
  return errorOf((scope, regions) => new SecretsReplication(scope, 'C', { regions, ...options }), {
    accountId: ACCOUNT,
  });
}

/** The configuration of a region by the names of its secrets, as Secrets Manager would hold it. */
function documents(synthesized: Synthesized, region: string): Record<string, string> {
  return Object.fromEntries(
    synthesized.resources('aws_secretsmanager_secret_version', region).map(({ body }) => {
      const [, local] = /^\$\{local\.(.+)\}$/.exec(body.secret_string_wo) ?? [];
      const text = synthesized.json.locals[local ?? ''];
      return [synthesized.target(body.secret_id).body.name, text.replaceAll('$${', '${').replaceAll('%%{', '%{')];
    }),
  );
}

function statements(synthesized: Synthesized, region: string, name = 'replicate-secrets'): Record<string, Json> {
  const found = synthesized
    .resources('aws_iam_role_policy', region)
    .filter(({ body }) => new RegExp(`^${name}-(primary|secondary)`).test(synthesized.target(body.role).body.name));
  expect(found).toHaveLength(1);
  return Object.fromEntries(JSON.parse(found[0].body.policy).Statement.map((one: Json) => [one.Sid, one]));
}

function queue(synthesized: Synthesized, region: string, kind: string): Json {
  return synthesized.resources('aws_sqs_queue', region).find(({ body }) => body.name.includes(`-${kind}-`));
}

const secret = (region: string, name: string): string => `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:${name}`;

describe('SecretsReplication', () => {
  const simple = build();
  const full = build(FULL);
  const separate = build({ ...FULL, topology: 'perDestination' });
  const orchestrated = build({ ...FULL, topology: 'orchestrated' });

  describe.each(REGIONS)('in %s', (region) => {
    const other = region === 'us-east-1' ? 'us-east-2' : 'us-east-1';
    const half = region === 'us-east-1' ? 'primary' : 'secondary';

    test('hears of new versions without a trail, and of everything else through one (R-SEC-3)', () => {
      const rule = full
        .resources('aws_cloudwatch_event_rule', region)
        .find(({ body }) => body.name === `replicate-secrets-${half}-dev`);
      expect(rule?.body.event_bus_name).toBeUndefined();
      const pattern = JSON.parse(rule?.body.event_pattern);
      expect(pattern.source).toEqual(['aws.secretsmanager']);
      expect(pattern.$or.map((one: Json) => one['detail-type'])).toEqual([
        ['Secret Label Updated'],
        ['AWS API Call via CloudTrail'],
        ['AWS Service Event via CloudTrail'],
      ]);
      expect(pattern.$or[0].detail).toEqual({ labelUpdated: ['AWSCURRENT'] });
      expect(pattern.$or[1].detail.eventName).toEqual(
        expect.arrayContaining([
          'CreateSecret',
          'PutSecretValue',
          'UpdateSecret',
          'UpdateSecretVersionStage',
          'DeleteSecret',
          'RestoreSecret',
        ]),
      );
      expect(pattern.$or[2].detail.eventName).toEqual(['RotationSucceeded']);
    });

    test('walks every hour over what events missed', () => {
      const walk = full
        .resources('aws_cloudwatch_event_rule', region)
        .find(({ body }) => body.name === `reconcile-secrets-${half}-dev`);
      expect(walk?.body.schedule_expression).toBe('rate(60 minutes)');
      const target = full
        .resources('aws_cloudwatch_event_target', region)
        .find(({ body }) => full.target(body.rule) === walk);
      expect(JSON.parse(target?.body.input)).toEqual({ source: 'schedule' });
    });

    test('wires every rule to the function, with retries and a dead-letter queue (R-EB-10, R-LAM-10)', () => {
      const lambda = full.only('aws_lambda_function', region);
      const targets = full.resources('aws_cloudwatch_event_target', region);
      expect(targets).toHaveLength(2);
      for (const { body } of targets) {
        expect(full.target(body.arn)).toBe(lambda);
        expect(full.target(body.dead_letter_config.arn)).toBe(queue(full, region, 'dlq'));
        expect(body.retry_policy).toEqual({ maximum_event_age_in_seconds: 3600, maximum_retry_attempts: 20 });
        const permitted = full
          .resources('aws_lambda_permission', region)
          .filter((one) => full.target(one.body.source_arn) === full.target(body.rule));
        expect(permitted.map((one) => one.body.principal)).toEqual(['events.amazonaws.com']);
      }
      const policies = full.resources('aws_sqs_queue_policy', region).map(({ body }) => JSON.parse(body.policy));
      const allowed = policies.flatMap(({ Statement }) => Statement).filter(({ Effect }) => Effect === 'Allow');
      expect(allowed).toHaveLength(1);
      expect(allowed[0].Condition.ArnEquals['aws:SourceArn']).toHaveLength(2);
      expect(policies.map(({ Statement }) => Statement.at(-1).Effect)).toEqual(['Deny', 'Deny']);
    });

    test('tries failed destinations again from a queue, and then keeps the message that replays them', () => {
      const retries = queue(full, region, 'retry');
      const letters = queue(full, region, 'dlq');
      expect(retries.body).toMatchObject({ visibility_timeout_seconds: 720, delay_seconds: 60 });
      const redrive = JSON.parse(retries.body.redrive_policy);
      expect(redrive.maxReceiveCount).toBe(5);
      expect(full.target(redrive.deadLetterTargetArn)).toBe(letters);
      expect(letters.body.message_retention_seconds).toBe(1209600);
      const { body } = full.only('aws_lambda_event_source_mapping', region);
      expect(full.target(body.event_source_arn)).toBe(retries);
      expect(body).toMatchObject({
        function_response_types: ['ReportBatchItemFailures'],
        scaling_config: { maximum_concurrency: 2 },
      });
      expect(statements(full, region).Retry.Action).toEqual(
        expect.arrayContaining(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']),
      );
    });

    test('dead-letters an invocation that crashes (R-LAM-8)', () => {
      const { body } = full.only('aws_lambda_function_event_invoke_config', region);
      expect(full.target(body.destination_config.on_failure.destination)).toBe(queue(full, region, 'dlq'));
      expect(statements(full, region).Queue.Action).toEqual(['sqs:SendMessage']);
    });

    test('runs the function outside the VPC, on a runtime Lambda creates, with its code hash (R-LAM-2, R-LAM-3, R-LAM-7)', () => {
      const { body } = simple.only('aws_lambda_function', region);
      expect(body).toMatchObject({
        function_name: `replicate-secrets-${half}-dev`,
        runtime: 'nodejs22.x',
        architectures: ['arm64'],
        handler: 'index.handler',
        memory_size: 512,
        timeout: 120,
      });
      expect(body.vpc_config).toBeUndefined();
      expect(body.reserved_concurrent_executions).toBeUndefined(); // R-LAM-4
      expect(full.only('aws_lambda_function', region).body.reserved_concurrent_executions).toBe(4);
      expect(body.source_code_hash).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    });

    test('tells the function its configuration, its queues and its name, and no reserved variable (R-LAM-1)', () => {
      const { variables } = full.only('aws_lambda_function', region).body.environment;
      expect(Object.keys(variables).filter((name) => /^(AWS_|LAMBDA_|_)/.test(name))).toEqual([]);
      expect(variables).toEqual({
        CONFIG_SECRET: 'secrets-replicator/destinations/dev',
        RETRY_QUEUE_URL: expect.any(String),
        DEAD_LETTER_QUEUE_URL: expect.any(String),
        METRIC_NAMESPACE: 'SecretsReplicator',
        REPLICATOR: `replicate-secrets-${half}-dev`,
      });
      expect(full.target(variables.RETRY_QUEUE_URL)).toBe(queue(full, region, 'retry'));
      expect(full.target(variables.DEAD_LETTER_QUEUE_URL)).toBe(queue(full, region, 'dlq'));
    });

    test('makes the log group first, encrypted, with the retention of the profile (R-LAM-9, R-KMS-3)', () => {
      const group = full.only('aws_cloudwatch_log_group', region);
      expect(group.body).toMatchObject({
        name: `/aws/lambda/replicate-secrets-${half}-dev`,
        retention_in_days: 30,
        kms_key_id: kms(region),
      });
      expect(full.only('aws_lambda_function', region).body.depends_on).toContain(group.address);
    });

    test('encrypts queues with the key of the region, and with one of AWS when there is none (R-KMS-4)', () => {
      for (const kind of ['dlq', 'retry']) {
        expect(queue(full, region, kind).body.kms_master_key_id).toBe(kms(region));
        expect(queue(simple, region, kind).body.sqs_managed_sse_enabled).toBe(true);
      }
      expect(statements(full, region).EncryptQueues.Condition).toEqual({
        StringEquals: { 'kms:ViaService': `sqs.${region}.amazonaws.com` },
      });
    });

    test('keeps the configuration in secrets of its own region, out of the state (R-SEC-5, R-TF-14)', () => {
      const secrets = full.resources('aws_secretsmanager_secret', region);
      expect(secrets.map(({ body }) => body.name).sort()).toEqual(
        [
          'secrets-replicator/destinations/dev',
          `secrets-replicator/filters/dev/to-${other}`,
          `secrets-replicator/filters/dev/to-eu-west-1-${OTHER}`,
          'secrets-replicator/filters/dev/to-archive',
          `secrets-replicator/names/dev/to-eu-west-1-${OTHER}`,
          'secrets-replicator/names/dev/to-archive',
          `secrets-replicator/transformations/dev/to-${other}`,
          'secrets-replicator/transformations/dev/to-west',
          'secrets-replicator/transformations/dev/mask',
        ].sort(),
      );
      for (const { body } of secrets) {
        expect(body).toMatchObject({ kms_key_id: kms(region), recovery_window_in_days: 0 });
        expect(body.replica).toBeUndefined();
      }
      for (const { body } of full.resources('aws_secretsmanager_secret_version', region)) {
        expect(body.secret_string).toBeUndefined();
        expect(body.secret_string_wo_version).toBe(
          `\${parseint(substr(sha256(${body.secret_string_wo.slice(2, -1)}), 0, 12), 16)}`,
        );
      }
    });

    test('writes a configuration that the function reads', () => {
      const texts = documents(full, region);
      const { destinations } = readConfiguration(texts['secrets-replicator/destinations/dev']);
      expect(destinations).toMatchObject([
        {
          name: other,
          region: other,
          kmsKeyId: kms(other),
          names: [],
          deletion: 'keep',
          tags: false,
          description: true,
        },
        {
          name: `eu-west-1-${OTHER}`,
          region: 'eu-west-1',
          roleArn: role(),
          externalId: 'replication',
          deletion: 'delete',
          recoveryWindowDays: 7,
          variables: {},
        },
        { name: 'archive', region: 'us-west-2', kmsKeyId: kms('us-west-2'), variables: { STAGE: 'dev' } },
      ]);
      for (const { filters, names } of destinations) {
        expect([...filters, ...names].filter((name) => texts[name] === undefined)).toEqual([]);
        const filter = new Filter(filters.map((name) => texts[name]));
        expect(filter.transformations.filter((name) => texts[name] === undefined)).toEqual([]);
      }
    });

    test('selects by the most specific pattern, and names every transformation in full (R-SEC-2)', () => {
      const texts = documents(full, region);
      const filter = new Filter([texts[`secrets-replicator/filters/dev/to-${other}`]]);
      const below = (name: string): string => `secrets-replicator/transformations/dev/${name}`;
      const through = (name: string): readonly string[] | undefined => filter.verdict(name)?.transformations;
      expect(through('app/dev/db')).toEqual([below(`to-${other}`), below('to-west')]);
      expect(through('partner/key')).toEqual([below(`to-${other}`), below('to-west'), below('mask')]);
      expect(through('app/dev/raw/a')).toEqual([]);
      expect(through('app/dev/local/a')).toBeUndefined();
      expect(through('app/dev/master')).toBeUndefined();
      expect(through('app/prod/db')).toBeUndefined();
      const imported = new NameMap([texts[`secrets-replicator/names/dev/to-eu-west-1-${OTHER}`]]);
      expect(imported.target('app/dev/shared/a')).toBe('imported/a');
    });

    test('swaps the same pairs in both directions, and leaves variables to the function', () => {
      const texts = documents(full, region);
      expect(JSON.parse(texts[`secrets-replicator/transformations/dev/to-${other}`])).toEqual({
        swap: [['db.primary.internal', 'db.secondary.internal']],
      });
      const script = texts['secrets-replicator/transformations/dev/to-west'];
      expect(script).toBe(FULL.transformations?.['to-west']);
      const variables = new Variables({ SOURCE_REGION: region, REGION: other, STAGE: 'dev' });
      expect(readTransformation(script, { variables }).run(`db.${region}\nstage`)).toBe(`db.${other}\n%{x}-dev`);
    });

    test('reads the included secrets, writes their copies, and neither anywhere else', () => {
      const { ReadConfiguration, ReadSources, WriteCopies, DeleteCopies, ListSecrets, ...rest } = statements(
        full,
        region,
      );
      expect(ReadConfiguration).toMatchObject({
        Action: ['secretsmanager:GetSecretValue'],
        Resource: [
          secret(region, 'secrets-replicator/destinations/dev-??????'),
          secret(region, 'secrets-replicator/filters/dev/*'),
          secret(region, 'secrets-replicator/names/dev/*'),
          secret(region, 'secrets-replicator/transformations/dev/*'),
        ],
      });
      expect(ReadSources.Action).not.toContain('secretsmanager:PutSecretValue');
      expect(ReadSources.Resource).toEqual([
        secret(region, 'app/dev/*-??????'),
        secret(region, 'partner/key-??????'),
        secret(region, 'app/dev/shared/*-??????'),
      ]);
      expect(WriteCopies.Resource).toEqual([
        secret(other, 'app/dev/*-??????'),
        secret(other, 'partner/key-??????'),
        secret('us-west-2', 'app/dev/*-??????'),
        secret('us-west-2', 'partner/key-backup-??????'),
      ]);
      expect(WriteCopies.Action).toEqual(
        expect.arrayContaining(
          ['CreateSecret', 'PutSecretValue', 'UpdateSecretVersionStage', 'RestoreSecret'].map(
            (action) => `secretsmanager:${action}`,
          ),
        ),
      );
      // The only one that deletes is of another account, where its role has the permission.
      expect(WriteCopies.Action).not.toContain('secretsmanager:DeleteSecret');
      expect(DeleteCopies).toBeUndefined();
      expect(ListSecrets).toMatchObject({ Action: ['secretsmanager:ListSecrets'], Resource: ['*'] });
      expect(JSON.stringify(rest)).not.toContain('"*"');
      expect(rest.AssumeDestinationRoles.Resource).toEqual([role()]);
    });

    test('never writes its own configuration or a native replica, whatever a map of names says (R-SEC-2)', () => {
      const { NeverWriteConfiguration, NeverWriteNativeReplicas } = statements(full, region);
      for (const [deny, resource] of [
        [NeverWriteConfiguration, secret('*', 'secrets-replicator/*')],
        [NeverWriteNativeReplicas, secret('*', 'app/dev/master-??????')],
      ]) {
        expect(deny).toMatchObject({ Effect: 'Deny', Resource: [resource] });
        expect(deny.Action).toEqual(
          expect.arrayContaining(['secretsmanager:PutSecretValue', 'secretsmanager:DeleteSecret']),
        );
      }
    });

    test('decrypts with keys of this region and encrypts with the key of each destination (R-KMS-1, R-SEC-6)', () => {
      const { DecryptHere, EncryptThere1, EncryptThere2 } = statements(full, region);
      expect(DecryptHere).toMatchObject({ Action: ['kms:Decrypt'], Resource: [kms(region), kms(region, 'app')] });
      expect(EncryptThere1).toMatchObject({
        Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
        Resource: [kms(other)],
        Condition: { StringEquals: { 'kms:ViaService': `secretsmanager.${other}.amazonaws.com` } },
      });
      expect(EncryptThere2.Resource).toEqual([kms('us-west-2')]);
    });

    test('has alarms on the dimensions that are really sent, for the topic of the region (R-SNS-1, R-CW-1, R-CW-8)', () => {
      const alarms = full.resources('aws_cloudwatch_metric_alarm', region);
      const own = alarms.filter(({ body }) => body.namespace === 'SecretsReplicator');
      expect(own.map(({ body }) => [body.metric_name, body.statistic, body.threshold])).toEqual([
        ['Failed', 'Sum', 0],
        ['Lag', 'Maximum', 300000],
      ]);
      for (const { body } of own) {
        const lambda = full.target(body.dimensions.Replicator).body;
        expect(Object.keys(body.dimensions)).toEqual(['Replicator']);
        expect(lambda.environment.variables.REPLICATOR).toBe(lambda.function_name);
      }
      expect(alarms.map(({ body }) => body.metric_name).sort()).toEqual([
        'ApproximateNumberOfMessagesVisible',
        'Duration',
        'Errors',
        'Failed',
        'Lag',
        'Throttles',
      ]);
      for (const { body } of alarms) {
        expect(body).toMatchObject({
          alarm_actions: [topic(region)],
          ok_actions: [topic(region)],
          treat_missing_data: 'notBreaching',
        });
      }
    });

    test('makes a trail of write events, whose bucket takes them from this trail alone', () => {
      const trail = full.only('aws_cloudtrail', region);
      expect(trail.body).toMatchObject({
        name: `secrets-${half}-dev`,
        is_multi_region_trail: false,
        include_global_service_events: false,
        enable_log_file_validation: true,
        event_selector: [{ read_write_type: 'WriteOnly', include_management_events: true }],
      });
      const bucket = full.only('aws_s3_bucket', region);
      expect(bucket.body).toMatchObject({ bucket: `secrets-trail-${half}-dev-${ACCOUNT}`, force_destroy: true });
      expect(full.target(trail.body.s3_bucket_name)).toBe(bucket);
      const policy = full.only('aws_s3_bucket_policy', region);
      expect(trail.body.depends_on).toEqual([policy.address]);
      const [, checks, writes] = JSON.parse(policy.body.policy).Statement;
      for (const one of [checks, writes]) {
        expect(one.Principal).toEqual({ Service: 'cloudtrail.amazonaws.com' });
        expect(one.Condition.StringEquals['aws:SourceArn']).toBe(
          `arn:aws:cloudtrail:${region}:${ACCOUNT}:trail/secrets-${half}-dev`,
        );
      }
      expect(full.only('aws_s3_bucket_lifecycle_configuration', region).body.rule[0].expiration).toEqual([
        { days: 30 },
      ]);
    });

    test('has a function, queues and alarms for every destination, each with the others left alone', () => {
      const names = [other, `eu-west-1-${OTHER}`, 'archive'];
      const functions = separate.resources('aws_lambda_function', region).map(({ body }) => body);
      expect(functions.map(({ function_name }) => function_name).sort()).toEqual(
        names.map((name) => `replicate-secrets-${name}-${half}-dev`).sort(),
      );
      expect(functions.map(({ environment }) => environment.variables.DESTINATION).sort()).toEqual([...names].sort());
      for (const { function_name, environment } of functions)
        expect(environment.variables.REPLICATOR).toBe(function_name);
      expect(separate.resources('aws_sqs_queue', region)).toHaveLength(6);
      const { WriteCopies, AssumeDestinationRoles } = statements(separate, region, 'replicate-secrets-archive');
      expect(WriteCopies.Resource.every((arn: string) => arn.includes('us-west-2'))).toBe(true);
      expect(AssumeDestinationRoles).toBeUndefined();
      const abroad = statements(separate, region, `replicate-secrets-eu-west-1-${OTHER}`);
      expect(abroad.WriteCopies).toBeUndefined();
      expect(abroad.AssumeDestinationRoles.Resource).toEqual([role()]);
    });

    test('starts an execution for every change, and alarms when one does not succeed (R-SFN-1, R-SFN-2)', () => {
      const machine = orchestrated.only('aws_sfn_state_machine', region);
      expect(machine.body.definition).not.toContain(other);
      expect(machine.body.definition).toContain('aws_lambda_function');
      expect(machine.body.logging_configuration).toMatchObject({ level: 'ALL', include_execution_data: false });
      expect(machine.body.logging_configuration.log_destination).toMatch(/:\*$/);
      const targets = orchestrated.resources('aws_cloudwatch_event_target', region);
      const started = targets.filter(({ body }) => orchestrated.target(body.arn) === machine);
      expect(started.map(({ body }) => orchestrated.target(body.rule).body.name)).toEqual([
        `replicate-secrets-${half}-dev`,
      ]);
      expect(statements(orchestrated, region, 'replicate-secrets-start').Start.Action).toEqual([
        'states:StartExecution',
      ]);
      expect(Object.keys(statements(orchestrated, region, 'replicate-secrets-fan-out'))).toEqual([
        'Work',
        'DeliverLogs',
      ]);
      const watched = orchestrated
        .resources('aws_cloudwatch_metric_alarm', region)
        .filter(({ body }) => body.namespace === 'AWS/States');
      expect(watched.map(({ body }) => body.metric_name).sort()).toEqual([
        'ExecutionsAborted',
        'ExecutionsFailed',
        'ExecutionsTimedOut',
      ]);
    });
  });

  test('gives both functions the same code (R-LAM-5)', () => {
    const [primary, secondary] = full.resources('aws_lambda_function').map(({ body }) => body);
    expect(primary.source_code_hash).toBe(secondary.source_code_hash);
  });

  test('replicates the secrets of the environment as they are, without alarms or a trail, when nothing is said', () => {
    const texts = documents(simple, 'us-east-1');
    expect(Object.keys(texts).sort()).toEqual([
      'secrets-replicator/destinations/dev',
      'secrets-replicator/filters/dev/to-us-east-2',
    ]);
    expect(JSON.parse(texts['secrets-replicator/filters/dev/to-us-east-2'])).toEqual({ 'app/dev/**': '' });
    expect(simple.resources('aws_cloudwatch_metric_alarm')).toEqual([]);
    expect(simple.resources('aws_cloudtrail')).toEqual([]);
    expect(Object.keys(statements(simple, 'us-east-1'))).toEqual([
      'ReadConfiguration',
      'ListSecrets',
      'ReadSources',
      'WriteCopies',
      'NeverWriteConfiguration',
      'Queue',
      'Retry',
      'Log',
    ]);
  });

  test('replicates one way only, with other names, when it is told to', () => {
    const oneWay = build({
      bidirectional: false,
      names: { 'app/dev/**': 'copy/**', 'app/dev/db': 'app/dev/db-backup' },
      regionSwap: true,
      deletion: 'delete',
      recoveryWindowDays: 14,
      reconcileRateMinutes: 0,
      retryAttempts: 2,
      timeoutSeconds: 300,
      logLevel: 'DEBUG',
      memorySize: 1024,
      destinations: [{ region: 'us-east-1', name: 'backup', regionSwap: false }],
    });
    expect(oneWay.resources('aws_lambda_function', 'us-east-2')).toEqual([]);
    const { WriteCopies, DeleteCopies } = statements(oneWay, 'us-east-1');
    expect(WriteCopies.Resource).toEqual(
      ['us-east-2', 'us-east-1'].flatMap((region) => [
        secret(region, 'copy/*-??????'),
        secret(region, 'app/dev/db-backup-??????'),
      ]),
    );
    expect(DeleteCopies).toMatchObject({ Action: ['secretsmanager:DeleteSecret'], Resource: WriteCopies.Resource });
    const { destinations } = readConfiguration(documents(oneWay, 'us-east-1')['secrets-replicator/destinations/dev']);
    expect(destinations).toMatchObject([
      { name: 'us-east-2', regionSwap: true, recoveryWindowDays: 14 },
      { name: 'backup', regionSwap: false, recoveryWindowDays: 14 },
    ]);
    expect(oneWay.resources('aws_cloudwatch_event_rule')).toHaveLength(1);
    expect(oneWay.only('aws_lambda_function').body).toMatchObject({ timeout: 300, memory_size: 1024 });
    expect(queue(oneWay, 'us-east-1', 'retry').body.visibility_timeout_seconds).toBe(1800);
  });

  test('gives every item of more than 40 destinations an execution of its own, and the role to start it', () => {
    const destinations = Array.from({ length: 40 }, (_, index) => ({ region: 'eu-west-1', name: `tenant-${index}` }));
    const many = build({ destinations, topology: 'orchestrated', bidirectional: false });
    expect(many.only('aws_sfn_state_machine').body.definition).toContain('DISTRIBUTED');
    const { StartItems, FollowItems } = statements(many, 'us-east-1', 'replicate-secrets-fan-out');
    const name = 'replicate-secrets-primary-dev';
    expect(StartItems.Resource).toEqual([`arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:${name}`]);
    expect(FollowItems.Resource).toEqual(
      [':*', '/*'].map((end) => `arn:aws:states:us-east-1:${ACCOUNT}:execution:${name}${end}`),
    );
  });

  test('takes references for keys, mapped values and roles, and writes again when what they stand for changes', () => {
    const synthesized = synth((scope, regions) => {
      const key = (id: string, half: 'primary' | 'secondary'): KmsKey =>
        new KmsKey(scope, id, { provider: regions[half].provider });
      const [primary, secondary] = [key('PrimaryKey', 'primary'), key('SecondaryKey', 'secondary')];
      return new SecretsReplication(scope, 'C', {
        regions,
        primaryKeyArn: primary.arn,
        secondaryKeyArn: secondary.arn,
        primaryMappedValues: [primary.keyId],
        secondaryMappedValues: [secondary.keyId],
        transformations: { key: `s/one/${primary.keyId}/` },
        appliedTransformations: ['key'],
        variables: { KEY: primary.keyId },
      });
    });
    const texts = documents(synthesized, 'us-east-1');
    expect(JSON.parse(texts['secrets-replicator/transformations/dev/to-us-east-2']).swap).toEqual([
      ['${aws_kms_key.PrimaryKey.key_id}', '${aws_kms_key.SecondaryKey.key_id}'],
    ]);
    expect(texts['secrets-replicator/transformations/dev/key']).toBe('s/one/${aws_kms_key.PrimaryKey.key_id}/');
    expect(JSON.parse(texts['secrets-replicator/destinations/dev']).destinations[0]).toMatchObject({
      kmsKeyId: '${aws_kms_key.SecondaryKey.arn}',
      variables: { KEY: '${aws_kms_key.PrimaryKey.key_id}' },
    });
    const [{ Resource }] = [statements(synthesized, 'us-east-1').EncryptThere1];
    expect(synthesized.target(Resource[0]).region).toBe('us-east-2');
    expect(foreignReferences(synthesized)).toEqual([]);
  });

  test('walks every minute in the words of EventBridge', () => {
    const often = build({ reconcileRateMinutes: 1 });
    const walk = often
      .resources('aws_cloudwatch_event_rule', 'us-east-1')
      .find(({ body }) => body.name.startsWith('reconcile'));
    expect(walk?.body.schedule_expression).toBe('rate(1 minute)');
  });

  test('keeps logs and deleted configuration as long as the profile says', () => {
    const kept = build({ createTrail: true, topology: 'orchestrated' }, { protection: 'protected' });
    expect(kept.resources('aws_cloudwatch_log_group').map(({ body }) => body.retention_in_days)).toEqual([
      365, 365, 365, 365,
    ]);
    expect(kept.resources('aws_secretsmanager_secret')[0].body.recovery_window_in_days).toBe(30);
    expect(kept.resources('aws_s3_bucket')[0].body.force_destroy).toBe(false);
  });

  test('hands out names for operators', () => {
    synth((scope, regions) => {
      const { primary, secondary } = new SecretsReplication(scope, 'C', { regions });
      expect(primary.configurationSecretName).toBe('secrets-replicator/destinations/dev');
      // References: who subscribes to a log group has to wait until it is made.
      for (const half of [primary, secondary]) expect(half?.logGroupNames.map(Token.isUnresolved)).toEqual([true]);
      expect(primary.stateMachineArn).toBeUndefined();
      const { stateMachineArn, functionNames } = new SecretsReplication(scope, 'D', {
        regions,
        topology: 'orchestrated',
        bidirectional: false,
      }).primary;
      expect(stateMachineArn).toBeDefined();
      expect(functionNames).toHaveLength(1);
    });
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3, R-LAM-11)', () => {
    for (const synthesized of [simple, full, separate, orchestrated]) {
      expect(withoutProvider(synthesized)).toEqual([]);
      expect(foreignReferences(synthesized)).toEqual([]);
    }
  });

  test('has names that are unique where AWS wants them unique (R-TF-4)', () => {
    for (const synthesized of [full, separate, orchestrated]) {
      for (const type of [
        'aws_iam_role',
        'aws_cloudwatch_metric_alarm',
        'aws_sqs_queue',
        'aws_cloudwatch_event_rule',
      ]) {
        const names = synthesized
          .resources(type)
          .map(({ body, region }) => `${region} ${body.name ?? body.alarm_name}`);
        expect(names).toEqual([...new Set(names)]);
      }
    }
  });

  test('gives the same bytes twice', () => {
    expect(JSON.stringify(build(FULL).json)).toBe(JSON.stringify(full.json));
  });

  describe('fails on', () => {
    const mapped = { primaryMappedValues: ['one.internal'], secondaryMappedValues: ['one.other'] };
    const swap = { transformations: { swap: 's/a/b/' } };

    test.each<[string, Json, string]>([
      [
        'an unknown prop',
        { secret: [] },
        'test/C: secret is []; there is no such prop, remove it or correct its spelling',
      ],
      [
        'an unknown prop of a destination',
        { destinations: [{ region: 'eu-west-1', role: 'x' }] },
        'test/C: destinations[0].role is "x"; there is no such prop, remove it or correct its spelling',
      ],
      [
        'a topology that there is not',
        { topology: 'parallel' },
        'test/C: topology is "parallel"; use one of "perDestination", "multiDestination", "orchestrated"',
      ],
      [
        'a pattern Secrets Manager has no names for',
        { includedSecrets: ['app dev'] },
        'test/C: includedSecrets[0] is "app dev"; use letters, digits and any of /_+=.@-, with *, ** and ? as wildcards: Secrets Manager has no other names',
      ],
      [
        'no pattern at all',
        { includedSecrets: [] },
        'test/C: includedSecrets is []; give at least one pattern: without one nothing is replicated',
      ],
      [
        'its own configuration as a source',
        { includedSecrets: ['secrets-replicator/filters/*'] },
        'test/C: includedSecrets[0] is "secrets-replicator/filters/*"; choose another one: what is below secrets-replicator/ is the replicator\'s own and never copied',
      ],
      [
        'an excluded pattern that decides nothing',
        { includedSecrets: ['app/dev/db'], excludedSecrets: ['app/**'] },
        'test/C: excludedSecrets is "app/**"; remove app/dev/db, which is as specific or more so and decides: it would be replicated',
      ],
      [
        'a natively replicated secret that is included by its name (R-SEC-2)',
        { includedSecrets: ['app/dev/**', 'app/dev/master'], nativelyReplicatedSecrets: ['app/dev/master'] },
        'test/C: nativelyReplicatedSecrets is "app/dev/master"; remove app/dev/master, which is as specific or more so and decides: it would be replicated',
      ],
      [
        'a copy with the name of a native replica (R-SEC-2)',
        { bidirectional: false, names: { 'app/dev/*': 'app/dev/m*' }, nativelyReplicatedSecrets: ['app/dev/master'] },
        'test/C: names.app/dev/* is "app/dev/m*"; choose another name: AWS itself replicates a secret of this one',
      ],
      [
        'special treatment of what is not included',
        { ...swap, transformedSecrets: { 'shop/*': ['swap'] } },
        'test/C: transformedSecrets is "shop/*"; add it to includedSecrets, none of which has these secrets',
      ],
      [
        'special treatment of what a destination does not include',
        {
          transformedSecrets: { 'app/dev/raw': [] },
          destinations: [{ region: 'eu-west-1', includedSecrets: ['app/dev/public/*'] }],
        },
        'test/C: destinations[0].transformedSecrets is "app/dev/raw"; add it to includedSecrets, none of which has these secrets',
      ],
      [
        'names in both directions',
        { names: { 'app/dev/db': 'app/dev/copy' } },
        'test/C: names is {"app/dev/db":"app/dev/copy"}; set bidirectional to false, or give them to further destinations: a copy of another name has no way home',
      ],
      [
        'a name that becomes two, or two that become one',
        { bidirectional: false, names: { 'app/dev/*': 'copy' } },
        'test/C: names.app/dev/* is "copy"; use as many wildcards on both sides, or two secrets would become one',
      ],
      [
        'the same name twice',
        { destinations: [{ region: 'eu-west-1', names: { a: 'c', b: 'c' } }] },
        'test/C: destinations[0].names.b is "c"; choose another name: a has this one',
      ],
      [
        'a copy among its own configuration',
        { bidirectional: false, names: { a: 'secrets-replicator/destinations' } },
        'test/C: names.a is "secrets-replicator/destinations"; choose another one: what is below secrets-replicator/ is the replicator\'s own and never copied',
      ],
      [
        'a destination that is the source',
        { destinations: [{ region: 'us-east-1', name: 'again' }] },
        'test/C: destinations[0].region is "us-east-1"; choose another region, or give names: secrets of this region would be written onto themselves',
      ],
      [
        'a destination that is the source in the same account, by a role',
        { destinations: [{ region: 'us-east-2', roleArn: role(ACCOUNT) }] },
        'test/C: destinations[0].region is "us-east-2"; choose another region, or give names: secrets of this region would be written onto themselves',
      ],
      [
        'two destinations of one name',
        { destinations: [{ region: 'eu-west-1' }, { region: 'eu-west-1' }] },
        'test/C: destinations[1].name is "eu-west-1"; give every destination a name of its own',
      ],
      [
        'a destination with the name of a region of the pair',
        { destinations: [{ region: 'eu-west-1', name: 'us-east-1' }] },
        'test/C: destinations[0].name is "us-east-1"; give every destination a name of its own',
      ],
      [
        'a name of a destination that names cannot carry',
        { destinations: [{ region: 'eu-west-1', name: 'a/b' }] },
        'test/C: destinations[0].name is "a/b"; use 1 to 40 lower-case letters, digits and hyphens',
      ],
      [
        'a region that is none',
        { destinations: [{ region: 'dublin' }] },
        'test/C: destinations[0].region is "dublin"; give the name of an AWS region, such as "eu-west-1"',
      ],
      [
        'a key of another region than the destination (R-KMS-1)',
        { destinations: [{ region: 'eu-west-1', kmsKeyArn: kms('us-east-1') }] },
        `test/C: destinations[0].kmsKeyArn is "${kms('us-east-1')}"; give a key of eu-west-1`,
      ],
      [
        'a role that is none',
        { destinations: [{ region: 'eu-west-1', roleArn: 'arn:aws:iam::1:role/x' }] },
        'test/C: destinations[0].roleArn is "arn:aws:iam::1:role/x"; give the ARN of a role: arn:aws:iam::{account}:role/{name}',
      ],
      [
        'an external id that IAM has not',
        { destinations: [{ region: 'eu-west-1', roleArn: role(), externalId: 'x' }] },
        'test/C: destinations[0].externalId is "x"; use 2 to 1224 letters, digits and any of _+=,.@:/-: IAM allows no other',
      ],
      [
        'an external id without a role',
        { destinations: [{ region: 'eu-west-1', externalId: 'agreed' }] },
        'test/C: destinations[0].externalId is "agreed"; leave it out, or give the roleArn it is for',
      ],
      [
        'more destinations than one function serves in time',
        { destinations: Array.from({ length: 40 }, (_, index) => ({ region: 'eu-west-1', name: `n${index}` })) },
        'test/C: destinations is "41 with the other region of the pair"; give at most 40, or set topology to "orchestrated"',
      ],
      [
        'a recovery window of copies that are kept',
        { recoveryWindowDays: 7 },
        'test/C: recoveryWindowDays is 7; leave it out, or set deletion to "delete": copies are kept',
      ],
      [
        'a variable nobody can refer to',
        { variables: { stage: 'dev' } },
        'test/C: variables.stage is "stage"; use capitals, digits and underscores, and no digit at the start',
      ],
      [
        'an empty transformation',
        { transformations: { swap: ' ' }, appliedTransformations: ['swap'] },
        'test/C: transformations.swap is " "; give a text, or leave the transformation out: an empty one changes nothing',
      ],
      [
        'a transformation that is forgotten',
        swap,
        'test/C: transformations.swap is "not applied"; name it in appliedTransformations or transformedSecrets, or leave it out',
      ],
      [
        'a transformation nobody gave',
        { ...swap, appliedTransformations: ['swap', 'mask'] },
        'test/C: appliedTransformations or transformedSecrets is "mask"; give it in transformations, which has swap',
      ],
      [
        'a transformation nobody gave, of none',
        { appliedTransformations: ['mask'] },
        'test/C: appliedTransformations or transformedSecrets is "mask"; give it in transformations, which has none',
      ],
      [
        'a transformation with the name of the mapped values',
        { transformations: { 'to-us-east-2': 's/a/b/' }, appliedTransformations: ['to-us-east-2'] },
        'test/C: transformations is "to-us-east-2"; choose another name: this is the one of the mapped values of a destination',
      ],
      [
        'mapped values of unequal length',
        { ...mapped, secondaryMappedValues: [] },
        'test/C: secondaryMappedValues is []; give as many strings as primaryMappedValues has: 1',
      ],
      [
        'a mapped value twice',
        { primaryMappedValues: ['one.internal'], secondaryMappedValues: ['one.internal'] },
        'test/C: secondaryMappedValues[0] is "one.internal"; give every string once in both lists together: it can stand for one string only',
      ],
      [
        'a mapped value that would be found anywhere',
        { primaryMappedValues: ['db'], secondaryMappedValues: ['other.db'] },
        'test/C: primaryMappedValues[0] is "db"; give a string of at least 4 characters, such as a host name',
      ],
      [
        'mapped values after regions are swapped',
        { ...mapped, regionSwap: true },
        'test/C: regionSwap is true; leave it out, or the mapped values: names of regions are put in place first, and a mapped string that holds one is not found any more',
      ],
      [
        'a key without the other',
        { primaryKeyArn: kms('us-east-1') },
        'test/C: secondaryKeyArn is missing; give a key of each region, or of neither',
      ],
      [
        'a topic without the other',
        { primaryTopicArn: topic('us-east-1') },
        'test/C: secondaryTopicArn is missing; give a topic of each region, or of neither: an alarm notifies topics of its own region only',
      ],
      [
        'the other topic without the one',
        { secondaryTopicArn: topic('us-east-2') },
        'test/C: primaryTopicArn is missing; give a topic of each region, or of neither: an alarm notifies topics of its own region only',
      ],
      [
        'a decryption key of another region (R-KMS-1)',
        { secondaryDecryptionKeyArns: [kms('us-east-1')] },
        `test/C: secondaryDecryptionKeyArns[0] is "${kms('us-east-1')}"; give the ARN of one in us-east-2: AWS does not accept, or does not reach, one of another region here`,
      ],
      [
        'configuration that no secret holds',
        { transformations: { big: 'é'.repeat(32769) }, appliedTransformations: ['big'] },
        'test/C/Primary: secrets-replicator/transformations/dev/big is "65538 bytes"; shorten what it is made of, or spread the destinations over two SecretsReplication: a secret holds 65536 bytes',
      ],
    ])('%s', (_name, options, message) => {
      expect(error(options)).toBe(message);
    });

    test('a policy that is larger than IAM takes', () => {
      const includedSecrets = Array.from({ length: 60 }, (_, index) => `app/dev/secret-number-${index}`);
      expect(error({ includedSecrets })).toMatch(
        /^test\/C\/Primary\/All: destinations is "a policy of about \d{5} characters"; give fewer patterns and destinations, or spread them over two SecretsReplication: a role's policies hold 10240$/,
      );
    });

    test('a function whose name would be too long', () => {
      expect(
        error({ topology: 'perDestination', destinations: [{ region: 'eu-west-1', name: 'n'.repeat(40) }] }),
      ).toMatch(/name of the function is .*; shorten environmentSuffix or the name by \d+: AWS allows 64 characters/);
    });
  });

  terraformTest.each<[string, () => Synthesized]>([
    ['nothing said', () => simple],
    ['multiDestination', () => full],
    ['perDestination', () => separate],
    ['orchestrated', () => orchestrated],
  ])(
    '%s is accepted by the real AWS provider',
    (_name, synthesized) => {
      expect(validate(synthesized())).toEqual([]);
    },
    120_000,
  );
});
