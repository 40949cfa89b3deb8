import { createHash } from 'crypto';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegions } from '../core/arn-region';
import { ConfigurationError } from '../core/errors';
import { addNotice, halfOf } from '../core/halves';
import { policyDocument } from '../core/iam';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { resolved } from '../core/resolved';
import { arn, instance, known, validateProps } from '../core/validation';

/** Props of `Notifications`. */
export interface NotificationsProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Customer-managed key of the primary region, whose policy lets the publishing services use it (rule R-KMS-4). */
  readonly primaryKeyArn: string;
  /** The same in the secondary region. */
  readonly secondaryKeyArn: string;
  /** The same in us-east-1. Needed only when neither region is us-east-1. @default - none */
  readonly route53MetricsKeyArn?: string;
  /** Addresses that receive every notification of every region, once each has confirmed. @default [] */
  readonly emails?: readonly string[];
  /**
   * HTTPS endpoints that receive every notification, such as the integration of a pager. Where the address holds a
   * secret, give a sensitive Terraform variable. @default []
   */
  readonly httpsEndpoints?: readonly string[];
}

/** The topic of one region. */
export interface RegionalTopic {
  readonly topicArn: string;
  readonly topicName: string;
}

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryKeyArn: arn('kms'),
  secondaryKeyArn: arn('kms'),
  route53MetricsKeyArn: arn('kms').optional(),
  emails: z.array(z.email('give an e-mail address such as "on-call@acme.org"'), 'give a list of strings').optional(),
  httpsEndpoints: z
    .array(
      known(
        z
          .string('give an address that starts with https://')
          .regex(/^https:\/\/[^\s/]+/, 'give an address that starts with https://'),
      ),
      'give a list of strings',
    )
    .optional(),
});

/**
 * A topic in each region, and one in us-east-1 for the alarms on Route 53 health checks: an alarm reaches only topics
 * of its own region (rules R-SNS-1, R-SNS-2). Everybody is subscribed in every region, so that the loss of one
 * silences nobody.
 *
 * Each topic is encrypted with its region's key and accepts messages over TLS only.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html
 *
 * @throws ConfigurationError for malformed props, a key of another region, the same subscriber twice, and a missing key for us-east-1
 */
export class Notifications extends Construct {
  public readonly primary: RegionalTopic;
  public readonly secondary: RegionalTopic;
  /** The topic in us-east-1: one of the two above, or a third one. */
  public readonly route53Metrics: RegionalTopic;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions, emails = [], httpsEndpoints = [] } = props;
    checkArnRegions(this, regions.primary, { primaryKeyArn: props.primaryKeyArn });
    checkArnRegions(this, regions.secondary, { secondaryKeyArn: props.secondaryKeyArn });
    checkArnRegions(this, regions.route53Metrics, { route53MetricsKeyArn: props.route53MetricsKeyArn });
    this.checkUnique('emails', emails);
    this.checkUnique('httpsEndpoints', httpsEndpoints);
    const subscribers: Subscriber[] = [
      ...emails.map((endpoint) => ({ id: `Email-${endpoint}`, protocol: 'email', endpoint })),
      ...httpsEndpoints.map((endpoint) => ({
        id: `Https-${digestOf(resolved(this, endpoint))}`,
        protocol: 'https',
        endpoint,
      })),
    ];
    const topic = (name: string, region: Region, keyArn: string): RegionalTopic =>
      buildTopic(new Construct(this, name), region, keyArn, subscribers);

    const thirdKeyArn = this.thirdKeyArn(props);
    this.primary = topic('Primary', regions.primary, props.primaryKeyArn);
    this.secondary = topic('Secondary', regions.secondary, props.secondaryKeyArn);
    this.route53Metrics = thirdKeyArn
      ? topic('Global', regions.route53Metrics, thirdKeyArn)
      : halfOf<RegionalTopic>(this, regions.route53Metrics);

    if (subscribers.length === 0) {
      addNotice(
        this,
        'warn',
        `${this.node.path}: nobody is subscribed, so nobody is told; give emails or httpsEndpoints`,
      );
    }
  }

  /** The key in us-east-1 when a third topic is needed there. */
  private thirdKeyArn({ regions, route53MetricsKeyArn }: NotificationsProps): string | undefined {
    if (regions.route53Metrics.role !== 'global') return undefined;
    if (route53MetricsKeyArn) return route53MetricsKeyArn;
    throw new ConfigurationError(this, {
      prop: 'route53MetricsKeyArn',
      received: route53MetricsKeyArn,
      wayOut: `give a key in ${regions.route53Metrics.name}: the alarms on health checks, and so their topic, are there`,
    });
  }

  private checkUnique(prop: string, values: readonly string[]): void {
    values.forEach((received, index) => {
      if (values.indexOf(received) !== index) {
        throw new ConfigurationError(this, {
          prop: `${prop}[${index}]`,
          received,
          wayOut: 'give each subscriber once',
        });
      }
    });
  }
}

interface Subscriber {
  readonly id: string;
  readonly protocol: string;
  readonly endpoint: string;
}

function buildTopic(
  scope: Construct,
  region: Region,
  keyArn: string,
  subscribers: readonly Subscriber[],
): RegionalTopic {
  const { provider } = region;
  const topic = new SnsTopic(scope, 'Topic', {
    provider,
    name: region.resourceName('topic', 'alerts'),
    displayName: region.resourceName('topic', 'alerts'),
    kmsMasterKeyId: keyArn,
    signatureVersion: 2,
  });
  const publish = { actions: ['sns:Publish'], resources: [topic.arn] };
  const policy = new SnsTopicPolicy(scope, 'Policy', {
    provider,
    arn: topic.arn,
    policy: policyDocument([
      {
        sid: 'ServicesOfThisAccount',
        principals: { Service: ['cloudwatch.amazonaws.com', 's3.amazonaws.com'] },
        ...publish,
        conditions: { StringEquals: { 'aws:SourceAccount': region.accountId } },
      },
      {
        // EventBridge sends SNS no condition keys, and AWS Backup documents none: behind a condition, nothing of
        // theirs would ever be delivered, and nothing would show it.
        // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
        sid: 'ServicesWithoutConditionKeys',
        principals: { Service: ['backup.amazonaws.com', 'events.amazonaws.com'] },
        ...publish,
      },
      {
        sid: 'OnlyOverTls',
        effect: 'Deny',
        principals: { AWS: '*' },
        ...publish,
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]),
  });
  for (const { id, protocol, endpoint } of subscribers) {
    new SnsTopicSubscription(scope, id, { provider, topicArn: topic.arn, protocol, endpoint });
  }
  // Read from the policy: S3 refuses a topic it may not publish to yet.
  return { topicArn: policy.arn, topicName: topic.name };
}

/** Stays when others are added and removed, and shows no token that the path of an address may hold. */
function digestOf(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest('hex').slice(0, 8);
}
