import { TerraformVariable } from 'cdktf';
import { Notifications, NotificationsProps } from '../../lib/constructs/notifications';
import { RegionPair, RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { inRegionsOf } from '../support/regional-arns';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const KEYS = {
  primaryKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1',
  secondaryKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/2',
};
const EUROPE: Partial<RegionPairProps> = { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };
const THIRD_KEY = { route53MetricsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/3' };
const SUBSCRIBERS = { emails: ['on-call@acme.org', 'lead@acme.org'], httpsEndpoints: ['https://pager.acme.org/v1'] };

function built(props: Partial<NotificationsProps> = SUBSCRIBERS, pair: Partial<RegionPairProps> = {}): Synthesized {
  return synth(
    (scope, regions) => new Notifications(scope, 'Notifications', { regions, ...inRegionsOf(KEYS, pair), ...props }),
    pair,
  );
}

function notifications(props: Partial<NotificationsProps>, pair: Partial<RegionPairProps> = {}): Notifications {
  let made: Notifications | undefined;
  synth(
    (scope, regions) => (made = new Notifications(scope, 'N', { regions, ...inRegionsOf(KEYS, pair), ...props })),
    pair,
  );
  return made as Notifications;
}

function failing(props: Record<string, unknown>, pair: Partial<RegionPairProps> = {}): string {
  return errorOf(
    (scope, regions: RegionPair) =>
      new Notifications(scope, 'N', { regions, ...inRegionsOf(KEYS, pair), ...props } as never),
    pair,
  );
}

const statements = (synthesized: Synthesized, region: string): Json[] =>
  JSON.parse(synthesized.only('aws_sns_topic_policy', region).body.policy).Statement;

describe('Notifications', () => {
  const synthesized = built();
  const europe = built({ ...SUBSCRIBERS, ...THIRD_KEY }, EUROPE);

  test('has an encrypted topic in each region, with the key of that region (R-SNS-2, R-KMS-4)', () => {
    expect(
      synthesized.resources('aws_sns_topic').map(({ region, body }) => [region, body.name, body.kms_master_key_id]),
    ).toEqual([
      ['us-east-1', 'alerts-primary-dev', KEYS.primaryKeyArn],
      ['us-east-2', 'alerts-secondary-dev', KEYS.secondaryKeyArn],
    ]);
  });

  test('another subscriber moves none that is there, and no address shows a token of a path', () => {
    const endpointsOf = (...names: string[]): Map<string, string> => {
      const httpsEndpoints = names.map((name) => `https://hooks.acme.org/${name}`);
      const subscriptions = built({ httpsEndpoints }).resources('aws_sns_topic_subscription');
      return new Map(subscriptions.map(({ id, body }) => [id, body.endpoint]));
    };
    const [few, more] = [endpointsOf('t0ken', 'other'), endpointsOf('new', 'other', 't0ken')];
    expect(more.size).toBe(6);
    for (const [id, endpoint] of few) expect(more.get(id)).toBe(endpoint);
    expect([...few.keys()].join()).not.toContain('t0ken');
  });

  test('has a third topic in us-east-1 when neither region is us-east-1 (R-R53-14, R-SNS-1)', () => {
    const topic = europe.only('aws_sns_topic', 'us-east-1');
    expect(topic.body).toMatchObject({ name: 'alerts-global-dev', kms_master_key_id: THIRD_KEY.route53MetricsKeyArn });
    expect(europe.resources('aws_sns_topic')).toHaveLength(3);
    expect(europe.resources('aws_sns_topic_subscription', 'us-east-1')).toHaveLength(3);
  });

  test.each([
    [{}, 'primary'],
    [{ primaryRegion: 'eu-west-1', secondaryRegion: 'us-east-1' }, 'secondary'],
  ] as const)('uses the topic of the half that is in us-east-1 for Route 53: %j', (pair, half) => {
    const made = notifications(SUBSCRIBERS, pair);
    expect(made.route53Metrics).toBe(made[half]);
  });

  test.each(['us-east-1', 'us-east-2'])('lets the services publish in %s (R-SNS-2)', (region) => {
    const topic = synthesized.only('aws_sns_topic', region);
    const [ofAccount, withoutKeys] = statements(synthesized, region);
    expect(ofAccount).toMatchObject({
      Principal: { Service: ['cloudwatch.amazonaws.com', 's3.amazonaws.com'] },
      Action: ['sns:Publish'],
      Resource: [`\${${topic.address}.arn}`],
    });
    expect(ofAccount.Condition.StringEquals['aws:SourceAccount']).toMatch(/aws_caller_identity.*account_id/);
    expect(withoutKeys).toEqual({
      Sid: 'ServicesWithoutConditionKeys',
      Effect: 'Allow',
      Principal: { Service: ['backup.amazonaws.com', 'events.amazonaws.com'] },
      Action: ['sns:Publish'],
      Resource: [`\${${topic.address}.arn}`],
    });
  });

  test('refuses what does not come over TLS', () => {
    expect(statements(synthesized, 'us-east-2')[2]).toMatchObject({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  });

  test('subscribes everybody in every region, so that the loss of one silences nobody (R-SNS-2)', () => {
    const inRegion = (region: string): string[] =>
      synthesized
        .resources('aws_sns_topic_subscription', region)
        .map(({ body }) => `${body.protocol} ${body.endpoint}`)
        .sort();
    expect(inRegion('us-east-1')).toEqual([
      'email lead@acme.org',
      'email on-call@acme.org',
      'https https://pager.acme.org/v1',
    ]);
    expect(inRegion('us-east-2')).toEqual(inRegion('us-east-1'));
    for (const { region, body } of synthesized.resources('aws_sns_topic_subscription')) {
      expect(synthesized.target(body.topic_arn).region).toBe(region);
    }
  });

  test('takes an address from a Terraform variable, so that its secret is not in the code', () => {
    const withVariable = synth((scope, regions) => {
      const address = new TerraformVariable(scope, 'pager', { type: 'string', sensitive: true });
      new Notifications(scope, 'N', { regions, ...KEYS, httpsEndpoints: [address.stringValue] });
    });
    expect(withVariable.only('aws_sns_topic_subscription', 'us-east-2').body.endpoint).toBe('${var.pager}');
  });

  test('says that nobody is told when nobody is subscribed, and nothing else', () => {
    const noticesOf = (props: Partial<NotificationsProps>): unknown[] =>
      notifications(props).node.metadata.map(({ type, data, trace }) => [type, data, trace]);
    expect(noticesOf({})).toEqual([
      ['@cdktf/warn', 'test/N: nobody is subscribed, so nobody is told; give emails or httpsEndpoints', undefined],
    ]);
    expect(noticesOf(SUBSCRIBERS)).toEqual([]);
  });

  test('gives the topics of its regions (R-SNS-1)', () => {
    const outputs = synth((scope, regions) => {
      const { primary, secondary } = new Notifications(scope, 'N', { regions, ...KEYS });
      scope.addOverride('output', { primary, secondary });
    });
    for (const [half, region] of [
      ['primary', 'us-east-1'],
      ['secondary', 'us-east-2'],
    ]) {
      const topic = outputs.only('aws_sns_topic', region);
      // By way of the policy, so that who uses the topic waits until services may publish to it.
      const policy = outputs.only('aws_sns_topic_policy', region);
      expect(outputs.json.output[half]).toEqual({
        topicArn: `\${${policy.address}.arn}`,
        topicName: `\${${topic.address}.name}`,
      });
      expect(outputs.target(policy.body.arn)).toBe(topic);
    }
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    for (const each of [synthesized, europe]) {
      expect(withoutProvider(each)).toEqual([]);
      expect(foreignReferences(each)).toEqual([]);
    }
  });

  test.each([
    [{ topicName: 'x' }, 'test/N: topicName is "x"; there is no such prop, remove it or correct its spelling'],
    [
      { primaryKeyArn: 'alias/aws/sns' },
      'test/N: primaryKeyArn is "alias/aws/sns"; give the ARN of a resource of this kind (arn:aws:kms:...)',
    ],
    [
      { secondaryKeyArn: KEYS.primaryKeyArn },
      'test/N: secondaryKeyArn is "arn:aws:kms:us-east-1:123456789012:key/1"; give the ARN of one in us-east-2: AWS does not accept, or does not reach, one of another region here',
    ],
    [{ secondaryKeyArn: undefined }, 'test/N: secondaryKeyArn is missing; give an ARN'],
    [{ emails: 'a@acme.org' }, 'test/N: emails is "a@acme.org"; give a list of strings'],
    [{ emails: ['acme'] }, 'test/N: emails[0] is "acme"; give an e-mail address such as "on-call@acme.org"'],
    [{ emails: ['a@acme.org', 'a@acme.org'] }, 'test/N: emails[1] is "a@acme.org"; give each subscriber once'],
    [
      { httpsEndpoints: ['http://acme.org'] },
      'test/N: httpsEndpoints[0] is "http://acme.org"; give an address that starts with https://',
    ],
    [
      { httpsEndpoints: ['https://acme.org', 'https://acme.org'] },
      'test/N: httpsEndpoints[1] is "https://acme.org"; give each subscriber once',
    ],
    [{ regions: 'us-east-1' }, 'test/N: regions is "us-east-1"; give a RegionPair'],
  ])('fails on %j', (props, message) => {
    expect(failing(props)).toBe(message);
  });

  test('fails without a key in us-east-1 when a third topic is needed there (R-R53-14)', () => {
    expect(failing({}, EUROPE)).toBe(
      'test/N: route53MetricsKeyArn is missing; give a key in us-east-1: the alarms on health checks, and so their topic, are there',
    );
  });
});

terraformTest(
  'the real AWS provider accepts it',
  () => {
    expect(validate(built())).toEqual([]);
    expect(validate(built({}))).toEqual([]);
    expect(validate(built({ ...SUBSCRIBERS, ...THIRD_KEY }, EUROPE))).toEqual([]);
  },
  120_000,
);
