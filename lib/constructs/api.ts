import { createHash } from 'crypto';
import { ApiGatewayAccount } from '@cdktf/provider-aws/lib/api-gateway-account';
import { ApiGatewayApiKey } from '@cdktf/provider-aws/lib/api-gateway-api-key';
import { ApiGatewayAuthorizer } from '@cdktf/provider-aws/lib/api-gateway-authorizer';
import { ApiGatewayBasePathMapping } from '@cdktf/provider-aws/lib/api-gateway-base-path-mapping';
import { ApiGatewayDeployment } from '@cdktf/provider-aws/lib/api-gateway-deployment';
import { ApiGatewayDomainName } from '@cdktf/provider-aws/lib/api-gateway-domain-name';
import { ApiGatewayIntegration } from '@cdktf/provider-aws/lib/api-gateway-integration';
import { ApiGatewayMethod } from '@cdktf/provider-aws/lib/api-gateway-method';
import { ApiGatewayMethodSettings } from '@cdktf/provider-aws/lib/api-gateway-method-settings';
import { ApiGatewayModel } from '@cdktf/provider-aws/lib/api-gateway-model';
import { ApiGatewayRequestValidator } from '@cdktf/provider-aws/lib/api-gateway-request-validator';
import { ApiGatewayResource } from '@cdktf/provider-aws/lib/api-gateway-resource';
import { ApiGatewayRestApi } from '@cdktf/provider-aws/lib/api-gateway-rest-api';
import { ApiGatewayStage } from '@cdktf/provider-aws/lib/api-gateway-stage';
import { ApiGatewayUsagePlan } from '@cdktf/provider-aws/lib/api-gateway-usage-plan';
import { ApiGatewayUsagePlanKey } from '@cdktf/provider-aws/lib/api-gateway-usage-plan-key';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Route53HealthCheck } from '@cdktf/provider-aws/lib/route53-health-check';
import { Route53Record, Route53RecordAlias } from '@cdktf/provider-aws/lib/route53-record';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion, checkArnRegions } from '../core/arn-region';
import { domainName } from '../core/domain-name';
import { ConfigurationError } from '../core/errors';
import { addNotice, bothHalves, halfOf, Halves } from '../core/halves';
import { ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { healthCheckStatus } from '../core/service-watches';
import { arn, flag, instance, integer, known, oneOf, text, validateProps } from '../core/validation';
import { watchAlarm } from '../core/watch';

/** Props of `Api`. */
export interface ApiProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Function that answers `POST /transactions` and `GET /transactions/{id}`, in the primary region. */
  readonly primaryProcessorArn: string;
  readonly primaryProcessorName: string;
  /** The same function in the secondary region. */
  readonly secondaryProcessorArn: string;
  readonly secondaryProcessorName: string;
  /** Function that answers `GET /health`, in the primary region: 200 means that the region can serve. */
  readonly primaryHealthArn: string;
  readonly primaryHealthName: string;
  /** The same function in the secondary region. It answers 200 on standby too. */
  readonly secondaryHealthArn: string;
  readonly secondaryHealthName: string;
  /** First part of the names, so that a system can have several. @default 'api' */
  readonly apiName?: string;
  /** Name of the stage, the first part of the path of execute-api URLs. @default 'live' */
  readonly stageName?: string;
  /** The one host name that both regions serve. Needs the certificates. @default - execute-api URLs only */
  readonly domainName?: string;
  /** Issued certificate of `domainName` in the primary region. @default - none */
  readonly primaryCertificateArn?: string;
  /** Issued certificate of `domainName` in the secondary region. @default - none */
  readonly secondaryCertificateArn?: string;
  /** Zone that gets the failover records of `domainName`. @default - no records: make them where the zone is */
  readonly zoneId?: string;
  /**
   * Health check that the primary's record follows, such as `Routing.failoverHealthCheckId`: the API then moves together
   * with what that check is about, and the operator's switch holds for it. @default - a check of the primary's `/health`
   */
  readonly failoverHealthCheckId?: string;
  /** Seconds between two requests of one health checker: 10, or 30 at a lower price. @default 10 */
  readonly requestInterval?: number;
  /** Requests in a row that must fail before a region is unhealthy (1 to 10). @default 3 */
  readonly failureThreshold?: number;
  /** Topic in us-east-1, the only region with health-check metrics: hears of every change of health. @default - no alarms */
  readonly alarmTopicArn?: string;
  /** Topic of the primary region: hears of answers 5xx there. @default - no alarms */
  readonly primaryTopicArn?: string;
  /** Topic of the secondary region: hears of answers 5xx there. @default - no alarms */
  readonly secondaryTopicArn?: string;
  /** Answers 5xx within 5 minutes above which an alarm goes off. @default 10 */
  readonly serverErrors?: number;
  /** Refuses requests by execute-api URL, which pass by the shared name. Needs `failoverHealthCheckId`. @default false */
  readonly disableExecuteApiEndpoint?: boolean;
  /** Requests per second and method (1 to 100000). All APIs of a region share the account's quota. @default 1000 */
  readonly throttlingRateLimit?: number;
  /** Requests at once and method, 1 to 50000. @default 1000 */
  readonly throttlingBurstLimit?: number;
  /** Who may call `/transactions`: `NONE` for all, `IAM` or `COGNITO`. `/health` is open. @default 'NONE' */
  readonly authorization?: string;
  /** User pool of the primary region, for `COGNITO`. @default - none */
  readonly primaryUserPoolArn?: string;
  /** User pool of the secondary region: best the replica of the other, which accepts its tokens. @default - none */
  readonly secondaryUserPoolArn?: string;
  /** `/transactions` wants an API key, and a usage plan throttles each key. It identifies, it does not protect. @default false */
  readonly apiKey?: boolean;
  /**
   * API key of the primary region that you made yourself, so that both regions know the same value.
   * @default - API Gateway makes a key in each region, each with a value of its own
   */
  readonly primaryApiKeyId?: string;
  /** API key of the secondary region that you made yourself, with the same value. @default - see `primaryApiKeyId` */
  readonly secondaryApiKeyId?: string;
  /** X-Ray traces. @default true */
  readonly tracing?: boolean;
  /** Key of the primary region for the access logs. @default - a key that AWS owns */
  readonly primaryKeyArn?: string;
  /** Key of the secondary region for the access logs. @default - a key that AWS owns */
  readonly secondaryKeyArn?: string;
  /**
   * Sets the role by which API Gateway writes logs. An account has one in each region: set to false where something else
   * sets it, or the two overwrite each other. @default true
   */
  readonly manageAccountSettings?: boolean;
}

/** One region's API. */
export interface RegionalApi {
  readonly restApiId: string;
  /** What CloudWatch knows it by: dimension `ApiName`. */
  readonly apiName: string;
  /** Dimension `Stage`. */
  readonly stageName: string;
  /** What a web ACL is associated with. */
  readonly stageArn: string;
  /** First part of the ARNs of methods, in policies of callers for `IAM`. */
  readonly executionArn: string;
  /** URL with the stage, by the region's own name. */
  readonly executeApiUrl: string;
  /** Path of `/health` in execute-api URLs, with the stage: a web ACL must let it through. */
  readonly healthPath: string;
  /** What an alias record of `domainName` points to. Present with `domainName`. */
  readonly regionalDomainName?: string;
  /** Hosted zone of `regionalDomainName`. Present with `domainName`. */
  readonly regionalZoneId?: string;
  /** Access logs. */
  readonly logGroupName: string;
  /** Present with `apiKey`. */
  readonly usagePlanId?: string;
  /** Present with `apiKey`. The value is read with `aws apigateway get-api-key --include-value`. */
  readonly apiKeyId?: string;
}

const HEALTH_PATH = '/health';
const DEFAULT_NAME = 'api';
const DEFAULT_STAGE = 'live';
const DEFAULT_THROTTLE = 1000;

/** A method of the API. */
interface Route {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Answered by the health function, for everybody; all others by the processor. */
  readonly isHealth?: boolean;
  /** The body is checked against the model. */
  readonly hasBody?: boolean;
  /** Parameters in the path. */
  readonly parameters?: readonly string[];
}

const ROUTES: readonly Route[] = [
  { id: 'Health', method: 'GET', path: HEALTH_PATH, isHealth: true },
  { id: 'Submit', method: 'POST', path: '/transactions', hasBody: true },
  { id: 'Read', method: 'GET', path: '/transactions/{id}', parameters: ['id'] },
];

/** What API Gateway refuses before a function runs. The function knows more of an order, and checks it again. */
const IDENTIFIER = { type: 'string', minLength: 1, maxLength: 128 };
const MODEL = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  title: 'Transaction',
  type: 'object',
  required: ['orderId', 'customerId', 'amount'],
  properties: { orderId: IDENTIFIER, customerId: IDENTIFIER, amount: { type: ['number', 'string'] } },
};

const AUTHORIZATION: Record<string, string> = { NONE: 'NONE', IAM: 'AWS_IAM', COGNITO: 'COGNITO_USER_POOLS' };

/** One line of JSON for each request. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  extendedRequestId: '$context.extendedRequestId',
  traceId: '$context.xrayTraceId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
  domainName: '$context.domainName',
  method: '$context.httpMethod',
  path: '$context.path',
  resourcePath: '$context.resourcePath',
  status: '$context.status',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationStatus: '$context.integration.status',
  integrationLatency: '$context.integration.latency',
  integrationError: '$context.integration.error',
  error: '$context.error.message',
  wafStatus: '$context.waf.status',
});

/**
 * What AWS's own policy for this role allows. API Gateway tries the role before it accepts it, and uses it for every API of
 * the account in the region, so there are no narrower resources to name.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonAPIGatewayPushToCloudWatchLogs.html
 */
const LOG_ACTIONS = [
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:DescribeLogGroups',
  'logs:DescribeLogStreams',
  'logs:FilterLogEvents',
  'logs:GetLogEvents',
  'logs:PutLogEvents',
];

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryProcessorArn: arn('lambda'),
  primaryProcessorName: text,
  secondaryProcessorArn: arn('lambda'),
  secondaryProcessorName: text,
  primaryHealthArn: arn('lambda'),
  primaryHealthName: text,
  secondaryHealthArn: arn('lambda'),
  secondaryHealthName: text,
  apiName: z
    .string('give a name')
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'use letters, digits, hyphens and underscores')
    .optional(),
  stageName: z
    .string('give a name')
    .regex(/^[A-Za-z0-9_-]{1,128}$/, 'use 1 to 128 letters, digits, hyphens and underscores')
    .optional(),
  domainName: domainName.optional(),
  primaryCertificateArn: arn('acm').optional(),
  secondaryCertificateArn: arn('acm').optional(),
  zoneId: known(
    z.string('give the id of a zone').regex(/^Z[A-Z0-9]+$/, 'give the id of a zone, such as "Z0123456789ABCDEFGHIJ"'),
  ).optional(),
  failoverHealthCheckId: known(
    z
      .string('give the id of a health check')
      .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'give the id of a health check, not its name or ARN'),
  ).optional(),
  requestInterval: z.literal([10, 30], 'use 10 or 30 seconds: Route 53 has no other interval').optional(),
  failureThreshold: integer(1, 10, 'requests').optional(),
  alarmTopicArn: arn('sns').optional(),
  primaryTopicArn: arn('sns').optional(),
  secondaryTopicArn: arn('sns').optional(),
  serverErrors: integer(0, 1_000_000).optional(),
  disableExecuteApiEndpoint: flag.optional(),
  throttlingRateLimit: integer(1, 100_000, 'requests per second').optional(),
  throttlingBurstLimit: integer(1, 50_000, 'requests').optional(),
  authorization: oneOf('NONE', 'IAM', 'COGNITO').optional(),
  primaryUserPoolArn: arn('cognito-idp').optional(),
  secondaryUserPoolArn: arn('cognito-idp').optional(),
  apiKey: flag.optional(),
  primaryApiKeyId: text.optional(),
  secondaryApiKeyId: text.optional(),
  tracing: flag.optional(),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  manageAccountSettings: flag.optional(),
});

/** Props that make sense only together with another. */
const NEEDS: readonly [keyof ApiProps, keyof ApiProps, string][] = [
  [
    'domainName',
    'primaryCertificateArn',
    'give the certificates of both regions as well: an API answers its name with TLS only',
  ],
  ['primaryCertificateArn', 'domainName', 'give domainName as well, or remove the certificates'],
  ['zoneId', 'domainName', 'give domainName and certificates as well: an execute-api URL can have no record'],
  ['failoverHealthCheckId', 'zoneId', 'give zoneId as well, or remove it: no record would follow it'],
  [
    'disableExecuteApiEndpoint',
    'failoverHealthCheckId',
    'give failoverHealthCheckId as well: the health checks made here ask the execute-api endpoint (rule R-API-4)',
  ],
  ['primaryApiKeyId', 'apiKey', 'set apiKey to true as well, or remove the keys'],
  ['serverErrors', 'primaryTopicArn', 'give the topics of both regions as well: there is no alarm without'],
];

/** Props of the health checks that are made here. */
const OWN_CHECKS: readonly (keyof ApiProps)[] = ['requestInterval', 'failureThreshold', 'alarmTopicArn'];

/** What is different in each region. */
interface OwnOfRegion {
  readonly processorArn: string;
  readonly processorName: string;
  readonly healthArn: string;
  readonly healthName: string;
  readonly certificateArn?: string;
  readonly topicArn?: string;
  readonly userPoolArn?: string;
  readonly apiKeyId?: string;
  readonly keyArn?: string;
}

/**
 * A regional REST API per region in front of Lambda functions, with the same methods and the same host name
 * (rules R-API-1, R-API-2, R-R53-23): `GET /health`, `POST /transactions`, `GET /transactions/{id}`.
 *
 * **Failover** is by DNS. The record of the primary follows a health check, because Route 53 sees of an API Gateway only
 * the loss of the whole service (rule R-R53-3). The check asks `/health` by the region's own execute-api name, never by the
 * shared one (rules R-API-4, R-R53-5). The secondary's record follows none, so that there is always an answer
 * (rule R-R53-4). With checks of its own the API returns to the primary as soon as that is healthy again; give
 * `failoverHealthCheckId` where a writer must return first (rule R-R53-18).
 *
 * **What a client must know of regions**, and what a failover shows too late, gives a notice:
 * - `IAM`: a signature (SigV4) is for one region. Clients sign with SigV4A for both.
 * - `COGNITO`: a token of one user pool is nothing to another. Replicate the pool.
 * - `apiKey`: each region makes its own value, and it lands in the Terraform state. To have the same value in both without
 *   Terraform knowing it, make the keys with `aws apigateway create-api-key --value` in each region and give their ids.
 *
 * **Throttling** counts for each method apart: a flood of `/transactions` does not make `/health` answer 429. Only the
 * account's quota is shared.
 *
 * **The log role** is a setting of the account in each region (rule R-API-5): see `manageAccountSettings`.
 *
 * @throws ConfigurationError for one half of a pair, a name without certificates, records without a name, an endpoint that
 * is disabled while its health check needs it, ARNs of the wrong region, malformed props
 */
export class Api extends Construct {
  public readonly primary: RegionalApi;
  public readonly secondary: RegionalApi;
  /** Checks of each region's `/health`, the primary's first. Empty with `failoverHealthCheckId`. */
  public readonly healthCheckIds: readonly string[];
  /** URL by the shared name. Undefined without `domainName`. */
  public readonly url?: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    this.checkTogether(props);
    const own = this.ownOfRegions(props);
    const halves = bothHalves(
      regions,
      (region, half) => new RegionalRestApi(this, half, region, halfOf(own, region), props),
    );
    this.primary = halves.primary.outputs;
    this.secondary = halves.secondary.outputs;
    const checks = props.failoverHealthCheckId === undefined ? this.healthChecks(halves, props) : undefined;
    this.healthCheckIds = checks ? [checks.primary.id, checks.secondary.id] : [];
    const { domainName: name, zoneId } = props;
    if (name !== undefined && zoneId !== undefined) {
      const healthCheckId = props.failoverHealthCheckId ?? checks?.primary.id;
      this.records(halves, regions, { name, zoneId, healthCheckId });
    }
    if (name !== undefined) this.url = `https://${name}`;
    this.addNotices(props);
  }

  private checkTogether(props: ApiProps): void {
    for (const [one, other, what] of [
      ['primaryCertificateArn', 'secondaryCertificateArn', 'a certificate'],
      ['primaryTopicArn', 'secondaryTopicArn', 'a topic'],
      ['primaryUserPoolArn', 'secondaryUserPoolArn', 'a user pool'],
      ['primaryApiKeyId', 'secondaryApiKeyId', 'an API key'],
    ] as const) {
      if ((props[one] === undefined) === (props[other] === undefined)) continue;
      const prop = props[one] === undefined ? one : other;
      throw this.problem(prop, undefined, `give ${what} of each region, or of neither`);
    }
    for (const [prop, needed, wayOut] of NEEDS) {
      if (isGiven(props[prop]) && !isGiven(props[needed])) throw this.problem(prop, props[prop], wayOut);
    }
    const useless = OWN_CHECKS.find((prop) => props[prop] !== undefined);
    if (props.failoverHealthCheckId !== undefined && useless !== undefined) {
      const wayOut = 'remove it: with failoverHealthCheckId, no health checks are made here';
      throw this.problem(useless, props[useless], wayOut);
    }
    const hasPools = props.primaryUserPoolArn !== undefined;
    if (props.authorization === 'COGNITO' && !hasPools) {
      throw this.problem(
        'primaryUserPoolArn',
        undefined,
        'give a user pool of each region: COGNITO checks their tokens',
      );
    }
    if (props.authorization !== 'COGNITO' && hasPools) {
      const wayOut = 'set authorization to "COGNITO", or remove the user pools: nothing would check their tokens';
      throw this.problem('authorization', props.authorization, wayOut);
    }
  }

  private ownOfRegions(props: ApiProps): Halves<OwnOfRegion> {
    const { regions } = props;
    const keys = keyHalves(this, regions, props);
    checkArnRegion(this, 'alarmTopicArn', props.alarmTopicArn, regions.route53Metrics);
    return bothHalves(regions, (region) => {
      const half = region.role === 'secondary' ? 'secondary' : 'primary';
      const own = {
        processorArn: props[`${half}ProcessorArn`],
        processorName: props[`${half}ProcessorName`],
        healthArn: props[`${half}HealthArn`],
        healthName: props[`${half}HealthName`],
        certificateArn: props[`${half}CertificateArn`],
        topicArn: props[`${half}TopicArn`],
        userPoolArn: props[`${half}UserPoolArn`],
        apiKeyId: props[`${half}ApiKeyId`],
        keyArn: halfOf(keys, region),
      };
      checkArnRegions(this, region, {
        [`${half}ProcessorArn`]: own.processorArn,
        [`${half}HealthArn`]: own.healthArn,
        [`${half}CertificateArn`]: own.certificateArn,
        [`${half}TopicArn`]: own.topicArn,
        [`${half}UserPoolArn`]: own.userPoolArn,
      });
      return own;
    });
  }

  /** Checks belong to no region; their names tell them apart in an account (rule R-TF-4). */
  private healthChecks(halves: Halves<RegionalRestApi>, props: ApiProps): Halves<Route53HealthCheck> {
    const { regions, alarmTopicArn } = props;
    return bothHalves(regions, (region) => {
      const api = halfOf(halves, region);
      const name = `${props.apiName ?? DEFAULT_NAME}-${region.role}`;
      const check = new Route53HealthCheck(api, 'HealthCheck', {
        provider: regions.primary.provider,
        type: 'HTTPS',
        fqdn: api.executeApiHost,
        port: 443,
        resourcePath: api.outputs.healthPath,
        enableSni: true,
        requestInterval: props.requestInterval ?? 10,
        failureThreshold: props.failureThreshold ?? 3,
        tags: { Name: regions.sharedName('health check', name) },
      });
      if (alarmTopicArn !== undefined) {
        // Without data it is an alarm: a check that somebody disabled publishes none and counts as healthy (rule R-R53-9).
        watchAlarm(api, regions.route53Metrics, alarmTopicArn, {
          id: 'HealthCheckAlarm',
          name: 'health-check',
          subject: name,
          title: 'Health checks',
          description: `The health check of the API in ${region.name} is unhealthy or disabled`,
          metrics: [healthCheckStatus(check.id)],
          comparison: 'LessThanThreshold',
          threshold: 1,
          treatMissingData: 'breaching',
        });
      }
      return check;
    });
  }

  private records(
    halves: Halves<RegionalRestApi>,
    regions: RegionPair,
    { name, zoneId, healthCheckId }: { name: string; zoneId: string; healthCheckId?: string },
  ): void {
    bothHalves(regions, (region) => {
      const api = halfOf(halves, region);
      return new Route53Record(api, 'Record', {
        provider: regions.primary.provider,
        zoneId,
        name,
        type: 'A',
        setIdentifier: region.role,
        failoverRoutingPolicy: { type: region.role.toUpperCase() },
        healthCheckId: region.role === 'primary' ? healthCheckId : undefined,
        alias: api.alias,
      });
    });
  }

  private addNotices(props: ApiProps): void {
    const notices: [boolean, string][] = [
      [
        props.domainName === undefined,
        'The API has only a URL of its own in each region: its clients do not fail over. Give domainName, certificates and zoneId.',
      ],
      [
        props.domainName !== undefined && props.zoneId === undefined,
        'The API answers its shared name in both regions, but nothing leads there: give zoneId, or make failover records.',
      ],
      [
        props.authorization === 'IAM',
        'Signatures (SigV4) are for one region: after a failover the API refuses them. Let clients sign with SigV4A.',
      ],
      [
        props.authorization === 'COGNITO' && !isSamePool(props.primaryUserPoolArn, props.secondaryUserPoolArn),
        'User pools are regional: unless one is the replica of the other, tokens and users of the primary are unknown after a failover.',
      ],
      [
        props.apiKey === true && props.primaryApiKeyId === undefined,
        'Each region makes an API key with a value of its own, which is in the Terraform state: clients need both. Give primaryApiKeyId and secondaryApiKeyId of keys with one value.',
      ],
    ];
    for (const [applies, notice] of notices) if (applies) addNotice(this, 'warn', notice);
  }

  private problem(prop: string, received: unknown, wayOut: string): ConfigurationError {
    return new ConfigurationError(this, { prop, received, wayOut });
  }
}

/** The API of one region. */
class RegionalRestApi extends Construct {
  public readonly outputs: RegionalApi;
  /** The region's own name, which health checkers ask. */
  public readonly executeApiHost: string;
  /** Where a record of the shared name points to. */
  public readonly alias?: Route53RecordAlias;
  private readonly api: ApiGatewayRestApi;
  private readonly name: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly region: Region,
    private readonly own: OwnOfRegion,
    private readonly props: ApiProps,
  ) {
    super(scope, id);
    const { provider } = region;
    this.name = props.apiName ?? DEFAULT_NAME;
    const apiName = region.resourceName('rest api', this.name);
    this.api = new ApiGatewayRestApi(this, 'Resource', {
      provider,
      name: apiName,
      description: `Transactions in ${region.name} (${region.role})`,
      endpointConfiguration: { types: ['REGIONAL'] },
      disableExecuteApiEndpoint: props.disableExecuteApiEndpoint ?? false,
      apiKeySource: 'HEADER',
    });
    const deployment = this.deployment(this.methods());
    const logGroup = new CloudwatchLogGroup(this, 'LogGroup', {
      provider,
      name: region.resourceName('log group', `/aws/apigateway/${this.name}`),
      kmsKeyId: own.keyArn,
      retentionInDays: props.regions.protection.logRetentionInDays,
    });
    const stage = this.stage(deployment, logGroup);
    const domain = this.domain(stage);
    if (own.topicArn !== undefined) this.errorAlarm(own.topicArn, apiName, stage.stageName);

    this.executeApiHost = `${this.api.id}.execute-api.${region.name}.amazonaws.com`;
    this.alias = domain && {
      name: domain.regionalDomainName,
      zoneId: domain.regionalZoneId,
      evaluateTargetHealth: true,
    };
    this.outputs = {
      restApiId: this.api.id,
      apiName,
      stageName: stage.stageName,
      stageArn: stage.arn,
      executionArn: this.api.executionArn,
      executeApiUrl: stage.invokeUrl,
      healthPath: `/${props.stageName ?? DEFAULT_STAGE}${HEALTH_PATH}`,
      regionalDomainName: domain?.regionalDomainName,
      regionalZoneId: domain?.regionalZoneId,
      logGroupName: logGroup.name,
      ...(props.apiKey && this.usagePlan(stage.stageName)),
    };
  }

  /** Everything a deployment must wait for, because it copies what is there. */
  private methods(): ITerraformDependable[] {
    const { provider } = this.region;
    const restApiId = this.api.id;
    const validator = new ApiGatewayRequestValidator(this, 'Validator', {
      provider,
      restApiId,
      name: 'body-and-parameters',
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    const model = new ApiGatewayModel(this, 'Model', {
      provider,
      restApiId,
      name: MODEL.title,
      contentType: 'application/json',
      schema: JSON.stringify(MODEL),
    });
    const authorizer = this.authorizer();
    const resourceIds = this.resourceIds();
    return ROUTES.flatMap((route) => {
      const half = new Construct(this, route.id);
      const resourceId = resourceIds[route.path];
      const method = new ApiGatewayMethod(half, 'Method', {
        provider,
        restApiId,
        resourceId,
        httpMethod: route.method,
        ...(route.isHealth
          ? { authorization: AUTHORIZATION.NONE }
          : {
              authorization: AUTHORIZATION[this.props.authorization ?? 'NONE'],
              authorizerId: authorizer?.id,
              apiKeyRequired: this.props.apiKey ?? false,
              requestValidatorId: validator.id,
            }),
        requestModels: route.hasBody ? { 'application/json': model.name } : undefined,
        requestParameters:
          route.parameters && Object.fromEntries(route.parameters.map((name) => [`method.request.path.${name}`, true])),
      });
      return [method, this.integration(half, route, resourceId, method)];
    });
  }

  private resourceIds(): Record<string, string> {
    const resource = (id: string, parentId: string, pathPart: string): string =>
      new ApiGatewayResource(this, id, { provider: this.region.provider, restApiId: this.api.id, parentId, pathPart })
        .id;
    const root = this.api.rootResourceId;
    const transactions = resource('TransactionsPath', root, 'transactions');
    return {
      [HEALTH_PATH]: resource('HealthPath', root, 'health'),
      '/transactions': transactions,
      '/transactions/{id}': resource('TransactionPath', transactions, '{id}'),
    };
  }

  private integration(
    half: Construct,
    route: Route,
    resourceId: string,
    method: ApiGatewayMethod,
  ): ApiGatewayIntegration {
    const { provider, name, partition } = this.region;
    const functionArn = route.isHealth ? this.own.healthArn : this.own.processorArn;
    new LambdaPermission(half, 'Permission', {
      provider,
      statementId: `${this.name}-${route.id.toLowerCase()}`,
      action: 'lambda:InvokeFunction',
      functionName: route.isHealth ? this.own.healthName : this.own.processorName,
      principal: 'apigateway.amazonaws.com',
      sourceArn: `${this.api.executionArn}/*/${route.method}${route.path.replace(/\{\w+\}/g, '*')}`,
    });
    return new ApiGatewayIntegration(half, 'Integration', {
      provider,
      restApiId: this.api.id,
      resourceId,
      httpMethod: method.httpMethod,
      type: 'AWS_PROXY',
      integrationHttpMethod: 'POST',
      uri: `arn:${partition}:apigateway:${name}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
    });
  }

  private authorizer(): ApiGatewayAuthorizer | undefined {
    const { userPoolArn } = this.own;
    if (userPoolArn === undefined) return undefined;
    return new ApiGatewayAuthorizer(this, 'Authorizer', {
      provider: this.region.provider,
      restApiId: this.api.id,
      name: 'user-pool',
      type: AUTHORIZATION.COGNITO,
      providerArns: [userPoolArn],
    });
  }

  /**
   * A deployment is a copy of the methods, so there is a new one whenever they change; the stage moves to it before the
   * old one is deleted (rule R-API-5).
   */
  private deployment(parts: ITerraformDependable[]): ApiGatewayDeployment {
    const { authorization, apiKey } = this.props;
    const definition = JSON.stringify({
      ROUTES,
      MODEL,
      authorization: authorization ?? 'NONE',
      apiKey: apiKey ?? false,
    });
    const { processorArn, healthArn, userPoolArn } = this.own;
    return new ApiGatewayDeployment(this, 'Deployment', {
      provider: this.region.provider,
      restApiId: this.api.id,
      triggers: {
        definition: createHash('sha256').update(definition).digest('hex'),
        processor: processorArn,
        health: healthArn,
        ...(userPoolArn !== undefined && { userPool: userPoolArn }),
      },
      lifecycle: { createBeforeDestroy: true },
      dependsOn: parts,
    });
  }

  private stage(deployment: ApiGatewayDeployment, logGroup: CloudwatchLogGroup): ApiGatewayStage {
    const { provider } = this.region;
    const stage = new ApiGatewayStage(this, 'Stage', {
      provider,
      restApiId: this.api.id,
      deploymentId: deployment.id,
      stageName: this.props.stageName ?? DEFAULT_STAGE,
      xrayTracingEnabled: this.props.tracing ?? true,
      cacheClusterEnabled: false,
      accessLogSettings: { destinationArn: logGroup.arn, format: ACCESS_LOG_FORMAT },
      dependsOn: (this.props.manageAccountSettings ?? true) ? [this.accountSettings()] : undefined,
    });
    new ApiGatewayMethodSettings(this, 'MethodSettings', {
      provider,
      restApiId: this.api.id,
      stageName: stage.stageName,
      methodPath: '*/*',
      settings: {
        metricsEnabled: true,
        // Execution logs hold bodies and headers, and go to a log group that API Gateway makes without a key.
        loggingLevel: 'OFF',
        dataTraceEnabled: false,
        cachingEnabled: false,
        throttlingRateLimit: this.props.throttlingRateLimit ?? DEFAULT_THROTTLE,
        throttlingBurstLimit: this.props.throttlingBurstLimit ?? DEFAULT_THROTTLE,
      },
    });
    return stage;
  }

  private accountSettings(): ApiGatewayAccount {
    const role = new ServiceRole(this, 'LogRole', {
      region: this.region,
      name: `${this.name}-logs`,
      description: 'API Gateway writes logs, for every API of the account in the region',
      servicePrincipal: 'apigateway.amazonaws.com',
      statements: [{ actions: LOG_ACTIONS, resources: ['*'] }],
      // AWS documents no condition keys for this role, and API Gateway refuses a role it cannot assume.
      restrictToAccount: false,
    });
    return new ApiGatewayAccount(this, 'Account', {
      provider: this.region.provider,
      cloudwatchRoleArn: role.arn,
      dependsOn: role.policy && [role.policy],
    });
  }

  private domain(stage: ApiGatewayStage): ApiGatewayDomainName | undefined {
    if (this.props.domainName === undefined) return undefined;
    const { provider } = this.region;
    const domain = new ApiGatewayDomainName(this, 'DomainName', {
      provider,
      domainName: this.props.domainName,
      regionalCertificateArn: this.own.certificateArn,
      endpointConfiguration: { types: ['REGIONAL'] },
      securityPolicy: 'TLS_1_2',
    });
    new ApiGatewayBasePathMapping(this, 'BasePathMapping', {
      provider,
      domainName: domain.domainName,
      apiId: this.api.id,
      stageName: stage.stageName,
    });
    return domain;
  }

  private usagePlan(stage: string): Pick<RegionalApi, 'usagePlanId' | 'apiKeyId'> {
    const { provider } = this.region;
    const name = this.region.resourceName('rest api', this.name);
    const plan = new ApiGatewayUsagePlan(this, 'UsagePlan', {
      provider,
      name,
      apiStages: [{ apiId: this.api.id, stage }],
      throttleSettings: {
        rateLimit: this.props.throttlingRateLimit ?? DEFAULT_THROTTLE,
        burstLimit: this.props.throttlingBurstLimit ?? DEFAULT_THROTTLE,
      },
    });
    const keyId = this.own.apiKeyId ?? new ApiGatewayApiKey(this, 'ApiKey', { provider, name }).id;
    new ApiGatewayUsagePlanKey(this, 'UsagePlanKey', { provider, usagePlanId: plan.id, keyId, keyType: 'API_KEY' });
    return { usagePlanId: plan.id, apiKeyId: keyId };
  }

  private errorAlarm(topicArn: string, apiName: string, stageName: string): void {
    watchAlarm(this, this.region, topicArn, {
      id: 'ServerErrors',
      name: 'api-server-errors',
      subject: this.name,
      title: 'API responses 5xx',
      description: `The API in ${this.region.name} answers 5xx`,
      metrics: [
        {
          namespace: 'AWS/ApiGateway',
          metricName: '5XXError',
          statistic: 'Sum',
          dimensions: { ApiName: apiName, Stage: stageName },
        },
      ],
      threshold: this.props.serverErrors ?? 10,
      period: 300,
    });
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false;
}

/** The replica of a user pool has its id, in an ARN of the other region. */
function isSamePool(one = '', other = ''): boolean {
  const [id, otherId] = [one, other].map((userPoolArn) => /:userpool\/([\w-]+)$/.exec(userPoolArn)?.[1]);
  return id !== undefined && id === otherId;
}
