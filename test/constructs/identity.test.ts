import { SfnStateMachine } from '@cdktf/provider-aws/lib/sfn-state-machine';
import { readFileSync } from 'fs';
import { join } from 'path';
import { Identity, IdentityProps } from '../../lib/constructs/identity';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/on-call`;
const USER = `arn:aws:iam::${ACCOUNT}:user/break-glass/dr`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const TRUST = { trustedPrincipalArns: [ROLE], externalId: 'fail-over' };
const arnOf = (service: string, region: string, resource: string): string =>
  `arn:aws:${service}:${region}:${ACCOUNT}:${resource}`;
const WHOLE = {
  globalClusterIdentifier: 'aurora-global-dev',
  primaryClusterArn: arnOf('rds', 'us-east-1', 'cluster:aurora-primary-dev'),
  secondaryClusterArn: arnOf('rds', 'us-east-2', 'cluster:aurora-secondary-dev'),
  tableName: 'transactions-dev',
  primaryBucketName: 'documents-primary-dev',
  secondaryBucketName: 'documents-secondary-dev',
  primaryFunctionNames: ['processor-primary-dev', 'replicator-primary-dev'],
  secondaryFunctionNames: ['processor-secondary-dev', 'replicator-secondary-dev'],
  primaryStateMachineArn: arnOf('states', 'us-east-1', 'stateMachine:orders-primary-dev'),
  secondaryStateMachineArn: arnOf('states', 'us-east-2', 'stateMachine:orders-secondary-dev'),
  primaryDeadLetterQueueNames: ['failures-primary-dev'],
  secondaryDeadLetterQueueNames: ['failures-secondary-dev', 'dead-letters-secondary-dev'],
  primaryRetryQueueNames: ['retries-primary-dev'],
  secondaryRetryQueueNames: ['retries-secondary-dev'],
  busName: 'orders-dev',
  primaryTopicArn: arnOf('sns', 'us-east-1', 'alerts-primary-dev'),
  secondaryTopicArn: arnOf('sns', 'us-east-2', 'alerts-secondary-dev'),
  healthCheckIds: ['check-1', 'check-2'],
  parameterPrefix: '/app/dev',
  primaryVaultName: 'backup-primary-dev',
  secondaryVaultName: 'backup-secondary-dev',
  backupRoleArn: `arn:aws:iam::${ACCOUNT}:role/backup-dev`,
  primaryKeyArn: arnOf('kms', 'us-east-1', 'key/mrk-1'),
  secondaryKeyArn: arnOf('kms', 'us-east-2', 'key/mrk-1'),
};
const PAIR = { accountId: ACCOUNT };

function identity(
  props: Partial<IdentityProps> = {},
  pair: Partial<RegionPairProps> = PAIR,
): { synthesized: Synthesized; built: Identity } {
  let built: Identity | undefined;
  const synthesized = synth((scope, regions) => {
    built = new Identity(scope, 'Identity', { regions, ...TRUST, ...props });
  }, pair);
  if (!built) throw new Error('nothing was built');
  return { synthesized, built };
}

function roleNamed(synthesized: Synthesized, name: string): Json {
  const [role] = synthesized.resources('aws_iam_role').filter(({ body }) => body.name === name);
  return role;
}

/** All statements of a role. */
function statementsOf(synthesized: Synthesized, role = 'dr-operator-dev'): Json[] {
  return synthesized
    .resources('aws_iam_role_policy_attachment')
    .filter(({ body }) => synthesized.target(body.role) === roleNamed(synthesized, role))
    .flatMap(({ body }) => JSON.parse(synthesized.target(body.policy_arn).body.policy).Statement);
}

interface Request {
  readonly action: string;
  readonly resource?: string;
  readonly context?: Record<string, string>;
}

const like = (pattern: string, value: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  ).test(value);

/** What IAM says of a request: a denial wins, and nothing is allowed by itself. */
function allows(statements: Json[], { action, resource = '*', context = {} }: Request): boolean {
  const fits = (statement: Json): boolean =>
    statement.Action.some((one: string) => like(one, action)) &&
    statement.Resource.some((one: string) => like(one, resource)) &&
    Object.values<Json>(statement.Condition ?? {}).every((keys) =>
      Object.entries<Json>(keys).every(([key, values]) => [values].flat().includes(context[key])),
    );
  const fitting = statements.filter(fits);
  return fitting.some(({ Effect }) => Effect === 'Allow') && !fitting.some(({ Effect }) => Effect === 'Deny');
}

describe('Identity', () => {
  const { synthesized, built } = identity({ ...WHOLE, healthCheckDrills: true, readOnlyAuditor: true });
  const operator = statementsOf(synthesized);
  const auditor = statementsOf(synthesized, 'dr-auditor-dev');
  const inPrimary = { 'aws:RequestedRegion': 'us-east-1' };
  const inSecondary = { 'aws:RequestedRegion': 'us-east-2' };
  const trustOf = (props: Partial<IdentityProps>, role = 'dr-operator-dev'): Json =>
    JSON.parse(roleNamed(identity(props).synthesized, role).body.assume_role_policy).Statement[0];

  test('is one role for both regions, made beforehand, whose name carries the suffix (R-TF-4)', () => {
    const one = identity().synthesized;
    expect(one.only('aws_iam_role').body).toMatchObject({ name: 'dr-operator-dev', max_session_duration: 3600 });
    expect(one.resources('aws_iam_policy').map(({ body }) => body.name)).toEqual([
      'dr-operator-fail-over-dev',
      'dr-operator-never-dev',
      'dr-operator-observe-dev',
    ]);
    expect(synthesized.resources('aws_iam_policy').map(({ body }) => body.name)).toContain('dr-operator-hand-in-dev');
  });

  test('is assumed with an external id, by those named and nobody else', () => {
    expect(trustOf({ trustedPrincipalArns: [ROLE, USER] })).toEqual({
      Effect: 'Allow',
      Principal: { AWS: [ROLE, USER] },
      Action: ['sts:AssumeRole'],
      Condition: { StringEquals: { 'sts:ExternalId': 'fail-over' } },
    });
  });

  test('is assumed with a second factor, when asked for', () => {
    expect(trustOf({ externalId: undefined, requireMfa: true }).Condition).toEqual({
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
    });
    expect(trustOf({ requireMfa: true }).Condition).toEqual({
      StringEquals: { 'sts:ExternalId': 'fail-over' },
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
    });
  });

  test('can ask for the name of a session and for tags, which the trail records', () => {
    expect(trustOf({ sessionNamePattern: 'dr-*', sessionTagKeys: ['incident', 'ticket'] })).toMatchObject({
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringLike: { 'sts:RoleSessionName': 'dr-*' },
        Null: { 'aws:RequestTag/incident': 'false', 'aws:RequestTag/ticket': 'false' },
      },
    });
  });

  test.each(commandsOfRunbook())('may do what the runbook says: %s', (command) => {
    const action = ACTIONS[command] ?? actionOf(command);
    expect(operator.some(({ Effect, Action }) => Effect === 'Allow' && Action.includes(action))).toBe(true);
    expect(
      operator.some(({ Effect, Action }) => Effect === 'Deny' && Action.some((one: string) => like(one, action))),
    ).toBe(false);
  });

  test('may move dead letters back to the queues they are tried again from, and put nothing into any other', () => {
    const [{ Action, Resource }, ...others] = operator.filter((one) => one.Action.includes('sqs:SendMessage'));
    expect(others).toEqual([]);
    expect(Action).toEqual(['sqs:SendMessage']);
    expect(Resource.map((one: string) => one.split(':').slice(-3))).toEqual([
      ['us-east-1', expect.any(String), 'retries-primary-dev'],
      ['us-east-2', expect.any(String), 'retries-secondary-dev'],
    ]);
  });

  test('may do nothing that neither the runbook, a replay of secrets nor a restore needs', () => {
    const needed = new Set(commandsOfRunbook().map(([command]) => ACTIONS[command] ?? actionOf(command)));
    const rest = operator
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => Action)
      .filter((action) => !needed.has(action));
    expect(rest.sort()).toEqual([
      'backup:DescribeRestoreJob',
      'backup:GetRecoveryPointRestoreMetadata',
      'backup:StartRestoreJob',
      'cloudwatch:GetMetricData',
      'events:DescribeReplay',
      'iam:PassRole',
      'kms:CreateGrant',
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:GenerateDataKey',
      'rds:AddTagsToResource',
      'sqs:CancelMessageMoveTask',
      'sqs:ListMessageMoveTasks',
      'sqs:SendMessage',
      'sqs:StartMessageMoveTask',
      'states:DescribeExecution',
      'states:StartExecution',
    ]);
  });

  test.each(['FailoverGlobalCluster', 'SwitchoverGlobalCluster', 'RemoveFromGlobalCluster'])(
    'may call %s on the global cluster and on both clusters, and on no other (R-AUR-26)',
    (call) => {
      const action = `rds:${call}`;
      for (const resource of [
        `arn:aws:rds::${ACCOUNT}:global-cluster:aurora-global-dev`,
        WHOLE.primaryClusterArn,
        WHOLE.secondaryClusterArn,
      ]) {
        expect(allows(operator, { action, resource })).toBe(true);
      }
      for (const resource of [
        `arn:aws:rds::${ACCOUNT}:global-cluster:aurora-global-prod`,
        arnOf('rds', 'us-east-2', 'cluster:aurora-secondary-prod'),
      ]) {
        expect(allows(operator, { action, resource })).toBe(false);
      }
    },
  );

  test('turns the traffic switch in the secondary region only, and no other metric', () => {
    const action = 'cloudwatch:PutMetricData';
    const namespace = { 'cloudwatch:namespace': 'MultiRegionDR' };
    expect(allows(operator, { action, context: { ...namespace, ...inSecondary } })).toBe(true);
    expect(allows(operator, { action, context: { ...namespace, ...inPrimary } })).toBe(false);
    expect(allows(operator, { action, context: { 'cloudwatch:namespace': 'Other', ...inSecondary } })).toBe(false);
    const other = statementsOf(identity({ switchNamespace: 'Other' }).synthesized);
    expect(allows(other, { action, context: { 'cloudwatch:namespace': 'Other', ...inSecondary } })).toBe(true);
  });

  test.each(['us-east-1', 'us-east-2'])('reads the manifest and the parameters of %s', (region) => {
    expect(
      allows(operator, { action: 'ssm:GetParameter', resource: arnOf('ssm', region, 'parameter/dr/dev/manifest') }),
    ).toBe(true);
    expect(allows(operator, { action: 'ssm:GetParameter', resource: arnOf('ssm', region, 'parameter/other') })).toBe(
      false,
    );
    for (const path of ['/app/dev', '/app/dev/payment']) {
      const resource = arnOf('ssm', region, `parameter${path}`);
      expect(allows(operator, { action: 'ssm:GetParametersByPath', resource })).toBe(true);
    }
    const resource = arnOf('ssm', region, 'parameter/app/development');
    expect(allows(operator, { action: 'ssm:GetParametersByPath', resource })).toBe(false);
  });

  test('reads both regions, and us-east-1 for the alarms on health checks where it is a third one (R-R53-14)', () => {
    const action = 'cloudwatch:DescribeAlarms';
    for (const context of [inPrimary, inSecondary]) expect(allows(operator, { action, context })).toBe(true);
    expect(allows(operator, { action, context: { 'aws:RequestedRegion': 'eu-west-1' } })).toBe(false);
    const europe = { ...PAIR, primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };
    const see = statementsOf(identity({}, europe).synthesized).find(({ Sid }) => Sid === 'SeeRegions');
    expect(see.Condition.StringEquals['aws:RequestedRegion']).toEqual(['eu-west-1', 'eu-central-1', 'us-east-1']);
  });

  test('adds an extra instance and deletes that one only', () => {
    for (const region of ['us-east-1', 'us-east-2']) {
      const extra = `db:aurora-extra-${region === 'us-east-1' ? 'primary' : 'secondary'}-dev`;
      for (const call of ['CreateDBInstance', 'DeleteDBInstance', 'AddTagsToResource']) {
        const request = (name: string): Request => ({ action: `rds:${call}`, resource: arnOf('rds', region, name) });
        expect(allows(operator, request(extra))).toBe(true);
        expect(allows(operator, request('db:aurora-1-secondary-dev'))).toBe(false);
      }
    }
    const renamed = statementsOf(identity({ ...WHOLE, extraInstanceName: 'spare' }).synthesized);
    const resource = arnOf('rds', 'us-east-2', 'db:spare-secondary-dev');
    expect(allows(renamed, { action: 'rds:DeleteDBInstance', resource })).toBe(true);
  });

  test('keeps the snapshot of what a failover lost, under a name of this environment', () => {
    for (const name of ['rds:unplanned-global-failover-aurora-primary-dev-2026', 'lost-writes-dev']) {
      const resource = arnOf('rds', 'us-east-1', `cluster-snapshot:${name}`);
      expect(allows(operator, { action: 'rds:CopyDBClusterSnapshot', resource })).toBe(true);
    }
    const resource = arnOf('rds', 'us-east-1', 'cluster-snapshot:lost-writes-prod');
    expect(allows(operator, { action: 'rds:CopyDBClusterSnapshot', resource })).toBe(false);
  });

  test.each([
    ['lambda:InvokeFunction', arnOf('lambda', 'us-east-2', 'function:processor-secondary-dev')],
    ['lambda:InvokeFunction', arnOf('lambda', 'us-east-1', 'function:replicator-primary-dev')],
    ['states:StartExecution', WHOLE.secondaryStateMachineArn],
    ['states:RedriveExecution', arnOf('states', 'us-east-1', 'execution:orders-primary-dev:txn-1')],
    ['sqs:ReceiveMessage', arnOf('sqs', 'us-east-2', 'dead-letters-secondary-dev')],
    ['dynamodb:Scan', arnOf('dynamodb', 'us-east-2', 'table/transactions-dev')],
    ['s3:GetObject', 'arn:aws:s3:::documents-secondary-dev/transactions/txn-1.json'],
    ['s3:ListBucket', 'arn:aws:s3:::documents-primary-dev'],
    ['events:StartReplay', arnOf('events', 'us-east-2', 'archive/orders-secondary-dev')],
    ['backup:StartRestoreJob', arnOf('backup', 'us-east-2', 'recovery-point:1')],
    ['backup:StartRestoreJob', arnOf('rds', 'us-east-2', 'cluster-snapshot:awsbackup:job-1')],
    ['backup:StartRestoreJob', 'arn:aws:ec2:us-east-2::snapshot/snap-1'],
    ['backup:ListRecoveryPointsByBackupVault', arnOf('backup', 'us-east-2', 'backup-vault:backup-secondary-dev')],
    ['sns:ListSubscriptionsByTopic', WHOLE.secondaryTopicArn],
    ['route53:GetHealthCheckStatus', 'arn:aws:route53:::healthcheck/check-2'],
  ])('may call %s on %s, and not on a neighbour', (action, resource) => {
    expect(allows(operator, { action, resource })).toBe(true);
    const neighbour = resource
      .replace(/us-east-[12]/, 'eu-west-1')
      .replaceAll('-dev', '-prod')
      .replace('check-2', 'x');
    expect(allows(operator, { action, resource: neighbour })).toBe(false);
  });

  test('passes the backup role to AWS Backup, and nothing to nobody else', () => {
    const request = (resource: string, service: string): Request => ({
      action: 'iam:PassRole',
      resource,
      context: { 'iam:PassedToService': `${service}.amazonaws.com` },
    });
    expect(allows(operator, request(WHOLE.backupRoleArn, 'backup'))).toBe(true);
    expect(allows(operator, request(WHOLE.backupRoleArn, 'lambda'))).toBe(false);
    expect(allows(operator, request(ROLE, 'backup'))).toBe(false);
  });

  test('restores what is not in a table without permissions on a table', () => {
    const { primaryVaultName, secondaryVaultName, backupRoleArn } = WHOLE;
    const one = statementsOf(identity({ primaryVaultName, secondaryVaultName, backupRoleArn }).synthesized);
    const restore = one.find(({ Sid }) => Sid === 'RestoreBackups');
    expect(restore.Resource.filter((resource: string) => resource.includes('dynamodb'))).toEqual([]);
    const resource = arnOf('dynamodb', 'us-east-1', 'table/transactions-dev/backup/1');
    expect(allows(operator, { action: 'backup:StartRestoreJob', resource })).toBe(true);
  });

  test('uses the keys through the services that encrypt with them, never by itself (R-KMS-2)', () => {
    for (const { Action, Resource, Condition } of operator) {
      if (!Action.some((action: string) => /^kms:(Decrypt|CreateGrant)$/.test(action))) continue;
      expect(Resource).toEqual([WHOLE.primaryKeyArn, WHOLE.secondaryKeyArn]);
      for (const service of Condition.StringEquals['kms:ViaService']) {
        expect(service).toMatch(/^(dynamodb|rds|s3|sqs)\.us-east-[12]\.amazonaws\.com$/);
      }
    }
  });

  test.each([
    'iam:CreateRole',
    'iam:AttachRolePolicy',
    'iam:PutRolePolicy',
    'iam:UpdateAssumeRolePolicy',
    'iam:DeleteRole',
    'kms:ScheduleKeyDeletion',
    'kms:DisableKey',
    'kms:PutKeyPolicy',
    'rds:DeleteDBCluster',
    'rds:DeleteGlobalCluster',
    'rds:DeleteDBClusterSnapshot',
    'rds:DeleteDBSnapshot',
    'rds:DeleteDBInstanceAutomatedBackup',
    'rds:DeleteDBSubnetGroup',
    'rds:DeleteDBParameterGroup',
    's3:DeleteBucket',
    's3:DeleteBucketPolicy',
    's3:DeleteObject',
    's3:DeleteObjectVersion',
    'dynamodb:DeleteTable',
    'dynamodb:DeleteTableReplica',
    'dynamodb:DeleteBackup',
    'route53:DeleteHostedZone',
    'route53:DeleteHealthCheck',
    'route53:ChangeResourceRecordSets',
    'backup:DeleteBackupVault',
    'backup:DeleteBackupPlan',
    'backup:DeleteRecoveryPoint',
    'cloudtrail:StopLogging',
    'logs:DeleteLogGroup',
  ])('never calls %s, whatever else is attached to the role (R-R53-16)', (action) => {
    for (const statements of [operator, auditor]) {
      expect(allows([...statements, { Effect: 'Allow', Action: ['*'], Resource: ['*'] }], { action })).toBe(false);
    }
  });

  test('what it denies stands in no way of what it allows', () => {
    const denied = operator.filter(({ Effect }) => Effect === 'Deny').flatMap(({ Action }) => Action);
    for (const { Effect, Action } of operator) {
      if (Effect === 'Deny') continue;
      for (const action of Action) expect(denied.filter((one: string) => like(one, action))).toEqual([]);
    }
  });

  test('inverts health checks in drills only', () => {
    const request = { action: 'route53:UpdateHealthCheck', resource: 'arn:aws:route53:::healthcheck/check-1' };
    expect(allows(operator, request)).toBe(true);
    expect(allows(statementsOf(identity(WHOLE).synthesized), request)).toBe(false);
  });

  test('grants everything with stars under a condition, or where a star is part of a name', () => {
    for (const { Effect, Resource, Condition } of operator) {
      if (Effect === 'Allow' && Resource.includes('*')) {
        expect(Condition.StringEquals['aws:RequestedRegion']).toBeDefined();
      }
    }
  });

  test('the auditor sees what the operator sees, and neither changes nor reads orders', () => {
    expect(built.auditorRoleArn).toBeDefined();
    for (const { Effect, Action } of auditor) {
      if (Effect === 'Deny') continue;
      for (const action of Action) expect(action).toMatch(/:(Describe|Get|List)/);
    }
    for (const action of ['dynamodb:GetItem', 'dynamodb:Scan', 's3:GetObject', 'sqs:ReceiveMessage']) {
      expect(auditor.some(({ Action }) => Action.includes(action))).toBe(false);
    }
    expect(identity().built.auditorRoleArn).toBeUndefined();
  });

  test('the auditor can be somebody else', () => {
    const props = { readOnlyAuditor: true, auditorPrincipalArns: [USER] };
    expect(trustOf(props, 'dr-auditor-dev').Principal.AWS).toEqual([USER]);
    expect(trustOf(props).Principal.AWS).toEqual([ROLE]);
    expect(trustOf({ readOnlyAuditor: true }, 'dr-auditor-dev').Principal.AWS).toEqual([ROLE]);
  });

  test('two systems of one account need no more than two names of the operator (R-TF-4)', () => {
    const names = (props: Partial<IdentityProps>): string[] =>
      identity(props)
        .synthesized.all.filter(({ type }) => /^aws_iam_(role|policy)$/.test(type))
        .map(({ body }) => body.name);
    expect(names(WHOLE).filter((name) => names({ ...WHOLE, operatorRoleName: 'second' }).includes(name))).toEqual([]);
  });

  test('roles take other names', () => {
    const props = { operatorRoleName: 'captain', readOnlyAuditor: true, auditorRoleName: 'watch' };
    expect(
      identity(props)
        .synthesized.resources('aws_iam_role')
        .map(({ body }) => body.name)
        .sort(),
    ).toEqual(['captain-dev', 'watch-dev']);
  });

  test('permits nothing on what it is not given', () => {
    const bare = statementsOf(identity().synthesized).filter(({ Effect }) => Effect === 'Allow');
    expect(bare.map(({ Sid }) => Sid).sort()).toEqual(['ReadManifest', 'SeeRegions', 'TurnTrafficSwitch']);
    expect(JSON.stringify(bare)).not.toMatch(/undefined|null/);
  });

  test('tells how to assume it, through a regional endpoint outside the primary', () => {
    const command = (props: Partial<IdentityProps>): string =>
      identity(props).built.assumeRoleCommand.replace(/\$\{TfToken\[[^\]]*\]\}/, 'ARN');
    expect(command({})).toBe(
      `aws sts assume-role --region us-east-2 --role-arn ARN --role-session-name "$USER" --duration-seconds 3600 --external-id 'fail-over'`,
    );
    expect(
      command({ externalId: undefined, requireMfa: true, sessionNamePattern: 'dr-*', sessionTagKeys: ['incident-id'] }),
    ).toBe(
      'aws sts assume-role --region us-east-2 --role-arn ARN --role-session-name "$SESSION_NAME" --duration-seconds 3600 --serial-number "$MFA_SERIAL" --token-code "$MFA_CODE" --tags Key=incident-id,Value="$INCIDENT_ID"',
    );
  });

  test('finds the executions of a state machine that is known only at apply', () => {
    const one = synth((scope, regions) => {
      const machine = (region: typeof regions.primary): string =>
        new SfnStateMachine(scope, `Machine-${region.role}`, {
          provider: region.provider,
          definition: '{}',
          roleArn: ROLE,
        }).arn;
      new Identity(scope, 'Identity', {
        regions,
        ...TRUST,
        primaryStateMachineArn: machine(regions.primary),
        secondaryStateMachineArn: machine(regions.secondary),
      });
    }, PAIR);
    const [policy] = one.resources('aws_iam_policy').filter(({ body }) => body.name === 'dr-operator-hand-in-dev');
    expect(policy.body.policy).toMatch(
      /\$\{replace\(aws_sfn_state_machine\.Machine-primary\.arn, ":stateMachine:", ":execution:"\)\}:\*/,
    );
  });

  test.each([
    ['a root', { trustedPrincipalArns: [ROOT] }, `${ROOT} stands for everybody whom that account lets assume the role`],
    ['long sessions', { maxSessionDurationSeconds: 7200 }, 'maxSessionDurationSeconds is 7200'],
  ])('warns of %s', (_, props, message) => {
    const notices = (given: Partial<IdentityProps>): string[] =>
      identity(given)
        .built.node.metadata.filter(({ type }) => type === '@cdktf/warn')
        .map(({ data }) => data);
    expect(notices(props)).toEqual([expect.stringContaining(message)]);
    expect(notices({})).toEqual([]);
  });

  test('its policies fit with the longest names that AWS takes and accounts that are not known', () => {
    const { synthesized: long } = identity(
      { ...WHOLE, healthCheckDrills: true },
      { environmentSuffix: 's'.repeat(20) },
    );
    for (const { body } of long.resources('aws_iam_policy')) {
      expect(body.policy.replace(/\$\{[^}]*\}/g, ACCOUNT).length).toBeLessThan(6144);
    }
    expect(identity(WHOLE).built.operatorRoleName).toMatch(/TfToken/);
  });

  test('its policies fit when nothing of the system is known before apply', () => {
    const reference = '${aws_something_long.Somewhere_Primary_ABCDEF12.name}';
    const unknown = Object.fromEntries(
      Object.entries(WHOLE).map(([prop, value]) => [
        prop,
        prop === 'parameterPrefix' ? value : Array.isArray(value) ? [reference, reference, reference] : reference,
      ]),
    );
    expect(() => identity({ ...unknown, healthCheckDrills: true, readOnlyAuditor: true }, {})).not.toThrow();
  });

  describe('of a large system', () => {
    const many = (name: string): string[] =>
      Array.from({ length: 60 }, (_, index) => `${name}-of-a-large-system-${index}`);
    const large = identity({
      ...WHOLE,
      primaryFunctionNames: many('function'),
      secondaryFunctionNames: many('function'),
      primaryDeadLetterQueueNames: many('queue'),
      secondaryDeadLetterQueueNames: many('queue'),
      healthCheckIds: many('check'),
      readOnlyAuditor: true,
    }).synthesized;
    const policies = large.resources('aws_iam_policy');

    test('the permissions are spread over several policies, none too long, at most ten for a role', () => {
      for (const { body } of policies) expect(body.policy.length).toBeLessThanOrEqual(6144);
      expect(policies.map(({ body }) => body.name)).toEqual(
        expect.arrayContaining(['dr-operator-hand-in-dev', 'dr-operator-hand-in-2-dev', 'dr-operator-observe-2-dev']),
      );
      const attached = large
        .resources('aws_iam_role_policy_attachment')
        .filter(({ body }) => large.target(body.role).body.name === 'dr-operator-dev');
      expect(attached).toHaveLength(policies.length);
      expect(attached.length).toBeLessThanOrEqual(10);
    });

    test('nothing is lost or added on the way', () => {
      const granted = statementsOf(large);
      const of = (sid: string): string[] =>
        granted.filter(({ Sid }) => Sid === sid).flatMap(({ Resource }) => Resource);
      expect(of('HandIn')).toHaveLength(120);
      expect(new Set(of('HandIn')).size).toBe(120);
      expect(of('TakeDeadLetters').sort()).toEqual(of('SeeQueues').sort());
      expect(of('TakeDeadLetters')).toHaveLength(120);
      expect(allows(granted, { action: 'lambda:InvokeFunction', resource: of('HandIn')[119] })).toBe(true);
      expect(allows(granted, { action: 'lambda:DeleteFunction', resource: of('HandIn')[119] })).toBe(false);
      expect(allows(statementsOf(large, 'dr-auditor-dev'), { action: 'lambda:InvokeFunction' })).toBe(false);
    });

    test('a reference counts as the longest that its service allows, and is not cut', () => {
      const references = (count: number): string[] =>
        Array.from({ length: count }, (_, index) => `\${aws_sqs_queue.Dead_Letters_${index}.name}`);
      const partsOf = (count: number): number =>
        identity({
          primaryDeadLetterQueueNames: references(count),
          secondaryDeadLetterQueueNames: references(count),
        }).synthesized.resources('aws_iam_policy').length;
      // 114 characters with quotes and comma: with 48 queues what sees them needs a second policy, with 52 what empties them.
      expect([1, 23, 24, 26].map(partsOf)).toEqual([4, 4, 5, 6]);
    });
  });

  test('the warning about a root prints no token', () => {
    synth((scope, regions) => {
      const { node } = new Identity(scope, 'I', {
        regions,
        ...TRUST,
        trustedPrincipalArns: [`arn:aws:iam::${regions.primary.accountId}:root`],
      });
      expect(node.metadata.map(({ data }) => data)).toEqual([
        'test/I: arn:aws:iam::(known at apply):root stands for everybody whom that account lets assume the role; name a role or a user if you can',
      ]);
    });
  });

  test('every resource names its provider (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(synthesized)).toEqual([]);
    expect(foreignReferences(synthesized)).toEqual([]);
  });

  test('the same props give the same bytes (R-TF-15)', () => {
    const again = identity({ ...WHOLE, healthCheckDrills: true, readOnlyAuditor: true }).synthesized;
    expect(JSON.stringify(again.json)).toBe(JSON.stringify(synthesized.json));
  });
});

/** IAM's own names where they are not those of the command. */
const ACTIONS: Record<string, string> = {
  'lambda invoke': 'lambda:InvokeFunction',
  's3api get-bucket-replication': 's3:GetReplicationConfiguration',
  's3api head-object': 's3:GetObject',
  's3api list-objects-v2': 's3:ListBucket',
};

/** `rds describe-db-clusters` is `rds:DescribeDBClusters`. */
function actionOf(command: string): string {
  const [service, call] = command.split(' ');
  const words = call.split('-').map((word) => (word === 'db' ? 'DB' : word.charAt(0).toUpperCase() + word.slice(1)));
  return `${service.replace('stepfunctions', 'states')}:${words.join('')}`;
}

/** Every call of the AWS CLI in the runbook that needs a permission. */
function commandsOfRunbook(): [string][] {
  const runbook = readFileSync(join(__dirname, '../../docs/runbook.md'), 'utf8');
  const commands = [...runbook.matchAll(/\baws ([a-z0-9]+ [a-z0-9-]+) (?:-|\\)/g)].map(([, command]) => command);
  return [...new Set(commands)]
    .filter((command) => command !== 'sts get-caller-identity')
    .sort()
    .map((command) => [command]);
}

describe('Identity refuses', () => {
  const PRINCIPAL = 'give the ARN of a role, of a user, or of the root of an account, without wildcards';
  const SESSION = 'give a whole number from 3600 to 43200 seconds';
  const EXTERNAL = 'use 2 to 1224 letters, digits and the characters _ + = , . @ : / -';
  const REGION = (name: string): string =>
    `give the ARN of one in ${name}: AWS does not accept, or does not reach, one of another region here`;

  test.each<[string, Json, string]>([
    ['an unknown prop', { roleName: 'x' }, 'roleName is "x"; there is no such prop, remove it or correct its spelling'],
    ['no regions', { regions: undefined }, 'regions is missing; give a RegionPair'],
    ['no principals', { trustedPrincipalArns: undefined }, 'trustedPrincipalArns is missing; give a list of ARNs'],
    [
      'nobody',
      { trustedPrincipalArns: [] },
      'trustedPrincipalArns is []; give at least one principal: a role nobody can assume helps nobody',
    ],
    ['everybody', { trustedPrincipalArns: ['*'] }, `trustedPrincipalArns[0] is "*"; ${PRINCIPAL}`],
    [
      'everybody of an account by wildcard',
      { trustedPrincipalArns: [ROLE, `arn:aws:iam::${ACCOUNT}:role/*`] },
      `trustedPrincipalArns[1] is "arn:aws:iam::${ACCOUNT}:role/*"; ${PRINCIPAL}`,
    ],
    [
      'a session for a role',
      { trustedPrincipalArns: [`arn:aws:sts::${ACCOUNT}:assumed-role/on-call/me`] },
      `trustedPrincipalArns[0] is "arn:aws:sts::${ACCOUNT}:assumed-role/on-call/me"; ${PRINCIPAL}`,
    ],
    [
      'the same principal twice',
      { trustedPrincipalArns: [ROLE, ROLE] },
      `trustedPrincipalArns[1] is "${ROLE}"; give each principal once`,
    ],
    [
      'neither external id nor second factor',
      { externalId: undefined },
      'externalId is missing; give one, or set requireMfa to true: a role that can do this much needs more than a principal',
    ],
    ['an external id that is too short', { externalId: 'x' }, `externalId is "x"; ${EXTERNAL}`],
    ['spaces in an external id', { externalId: 'fail over' }, `externalId is "fail over"; ${EXTERNAL}`],
    ['a second factor in words', { requireMfa: 'yes' }, 'requireMfa is "yes"; give true or false'],
    [
      'a session shorter than IAM has',
      { maxSessionDurationSeconds: 900 },
      `maxSessionDurationSeconds is 900; ${SESSION}`,
    ],
    [
      'a session longer than IAM has',
      { maxSessionDurationSeconds: 43201 },
      `maxSessionDurationSeconds is 43201; ${SESSION}`,
    ],
    [
      'a session name with a space',
      { sessionNamePattern: 'dr *' },
      'sessionNamePattern is "dr *"; use 1 to 64 letters, digits and the characters _ + = , . @ - * ?',
    ],
    [
      'a tag without a name',
      { sessionTagKeys: [''] },
      'sessionTagKeys[0] is ""; use 1 to 128 letters, digits and _ . : / = + - @',
    ],
    [
      'principals of an auditor that is not made',
      { auditorPrincipalArns: [USER] },
      `auditorPrincipalArns is ["${USER}"]; set readOnlyAuditor to true, or remove it: there is no role for them`,
    ],
    [
      'clusters without their global cluster',
      { primaryClusterArn: WHOLE.primaryClusterArn, secondaryClusterArn: WHOLE.secondaryClusterArn },
      'globalClusterIdentifier is missing; give it too, or leave out primaryClusterArn: the operator needs both',
    ],
    [
      'a global cluster without its clusters',
      { globalClusterIdentifier: 'g' },
      'primaryClusterArn is missing; give it too, or leave out globalClusterIdentifier: the operator needs both',
    ],
    [
      'one bucket',
      { primaryBucketName: 'b' },
      'secondaryBucketName is missing; give it too, or leave out primaryBucketName: the operator needs both',
    ],
    [
      'functions of the secondary only',
      { secondaryFunctionNames: ['f'] },
      'primaryFunctionNames is missing; give it too, or leave out secondaryFunctionNames: the operator needs both',
    ],
    [
      'a backup role without vaults',
      { backupRoleArn: WHOLE.backupRoleArn },
      'primaryVaultName is missing; give it too, or leave out backupRoleArn: the operator needs both',
    ],
    [
      'vaults without a backup role',
      { primaryVaultName: 'p', secondaryVaultName: 's' },
      'backupRoleArn is missing; give it too, or leave out primaryVaultName: the operator needs both',
    ],
    [
      'state machines that are swapped',
      {
        primaryStateMachineArn: WHOLE.secondaryStateMachineArn,
        secondaryStateMachineArn: WHOLE.primaryStateMachineArn,
      },
      `primaryStateMachineArn is "${WHOLE.secondaryStateMachineArn}"; ${REGION('us-east-1')}`,
    ],
    [
      'the primary key in the secondary (R-KMS-1)',
      { primaryKeyArn: WHOLE.primaryKeyArn, secondaryKeyArn: WHOLE.primaryKeyArn },
      `secondaryKeyArn is "${WHOLE.primaryKeyArn}"; ${REGION('us-east-2')}`,
    ],
    [
      'a cluster of another service',
      { ...WHOLE, primaryClusterArn: WHOLE.primaryKeyArn },
      `primaryClusterArn is "${WHOLE.primaryKeyArn}"; give the ARN of a resource of this kind (arn:aws:rds:...)`,
    ],
    [
      'a manifest without a path',
      { manifestParameterName: 'manifest' },
      'manifestParameterName is "manifest"; give a path such as "/dr/dev/manifest", which starts with a slash and does not end in one',
    ],
    [
      'a prefix that ends in a slash',
      { parameterPrefix: '/app/dev/' },
      'parameterPrefix is "/app/dev/"; give a path such as "/app/dev", which starts with a slash and does not end in one',
    ],
    ['names that are no list', { healthCheckIds: 'check' }, 'healthCheckIds is "check"; give a list of strings'],
    ['an empty name', { tableName: '' }, 'tableName is ""; give a string that is not empty'],
  ])('%s', (_, props, message) => {
    expect(errorOf((scope, regions) => new Identity(scope, 'I', { regions, ...TRUST, ...props }), PAIR)).toBe(
      `test/I: ${message}`,
    );
  });

  test('more names than fit in ten policies', () => {
    const names = Array.from({ length: 500 }, (_, index) => `function-with-a-rather-long-name-${index}`);
    expect(
      errorOf(
        (scope, regions) =>
          new Identity(scope, 'I', { regions, ...TRUST, primaryFunctionNames: names, secondaryFunctionNames: names }),
        PAIR,
      ),
    ).toMatch(
      /^test\/I: props is "\d\d policies"; give fewer or shorter names, or two Identity: IAM attaches 10 managed policies to a role$/,
    );
  });

  test('one name that fits in no policy', () => {
    expect(
      errorOf(
        (scope, regions) =>
          new Identity(scope, 'I', {
            regions,
            ...TRUST,
            primaryFunctionNames: ['f'.repeat(7000)],
            secondaryFunctionNames: ['f'],
          }),
        PAIR,
      ),
    ).toMatch(
      /^test\/I: statement HandIn of policy hand-in is "7\d{3} characters"; give shorter names: IAM takes 6144 characters in a policy$/,
    );
  });

  test('a name of a role that IAM does not take', () => {
    expect(
      errorOf((scope, regions) => new Identity(scope, 'I', { regions, ...TRUST, operatorRoleName: 'dr operator' })),
    ).toBe('test/Regions: name of the role is "dr operator-dev"; use letters, digits, dots, hyphens and underscores');
  });
});

describe('the real AWS provider accepts', () => {
  terraformTest.each<[string, Partial<IdentityProps>, Partial<RegionPairProps>]>([
    ['the default', {}, {}],
    [
      'everything',
      { ...WHOLE, requireMfa: true, readOnlyAuditor: true, healthCheckDrills: true, sessionTagKeys: ['incident'] },
      { protection: 'protected', ...PAIR },
    ],
  ])(
    '%s',
    (_, props, pair) => {
      expect(validate(identity(props, pair).synthesized)).toEqual([]);
    },
    60_000,
  );
});
