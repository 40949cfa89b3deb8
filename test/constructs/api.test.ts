import { Api, ApiProps } from '../../lib/constructs/api';
import { LoadBalancing } from '../../lib/constructs/load-balancing';
import { WebAcl } from '../../lib/constructs/web-acl';
import { RegionalNetwork } from '../../lib/core/network';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, referencesIn, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const functionArn = (region: string, name: string): string => `arn:aws:lambda:${region}:123456789012:function:${name}`;
const certificate = (region: string): string => `arn:aws:acm:${region}:123456789012:certificate/1`;
const topic = (region: string): string => `arn:aws:sns:${region}:123456789012:alarms`;
const pool = (region: string, id: string): string => `arn:aws:cognito-idp:${region}:123456789012:userpool/${id}`;
const key = (region: string): string => `arn:aws:kms:${region}:123456789012:key/mrk-1`;

const functionsOf = (primary: string, secondary: string): Omit<ApiProps, 'regions'> => ({
  primaryProcessorArn: functionArn(primary, 'processor'),
  primaryProcessorName: 'processor',
  secondaryProcessorArn: functionArn(secondary, 'processor'),
  secondaryProcessorName: 'processor',
  primaryHealthArn: functionArn(primary, 'health'),
  primaryHealthName: 'health',
  secondaryHealthArn: functionArn(secondary, 'health'),
  secondaryHealthName: 'health',
});
const FUNCTIONS = functionsOf('us-east-1', 'us-east-2');
const namedIn = (primary: string, secondary: string): Partial<ApiProps> => ({
  domainName: 'api.dr.your-company.com',
  primaryCertificateArn: certificate(primary),
  secondaryCertificateArn: certificate(secondary),
});
const NAMED = namedIn('us-east-1', 'us-east-2');
const ZONE = { zoneId: 'Z0123456789ABCDEFGHIJ' };
const SWITCH = { failoverHealthCheckId: '01234567-89ab-cdef-0123-456789abcdef' };
const TOPICS = { primaryTopicArn: topic('us-east-1'), secondaryTopicArn: topic('us-east-2') };
const ALARMS = { ...TOPICS, alarmTopicArn: topic('us-east-1') };
const KEYS = { primaryKeyArn: key('us-east-1'), secondaryKeyArn: key('us-east-2') };
const POOLS = {
  primaryUserPoolArn: pool('us-east-1', 'us-east-1_One'),
  secondaryUserPoolArn: pool('us-east-2', 'us-east-2_Two'),
};
const OWN_KEYS = { apiKey: true, primaryApiKeyId: 'key1', secondaryApiKeyId: 'key2' };
const EUROPE = { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };

function build(props: Json = {}, pair: Partial<RegionPairProps> = {}): { stack: Synthesized; api: Api } {
  let api: Api | undefined;
  const stack = synth((scope, regions) => {
    api = new Api(scope, 'Api', { regions, ...FUNCTIONS, ...props });
    const { primary, secondary, healthCheckIds, url } = api;
    scope.addOverride('locals', { primary, secondary, healthCheckIds, url });
  }, pair);
  return { stack, api: api as Api };
}

const REGIONS = ['us-east-1', 'us-east-2'];
const noticesOf = (props: Json): unknown[] =>
  build(props).api.node.metadata.map(({ type, data, trace }) => [type, data, trace]);

/** Methods by "VERB /path", with their integration. */
function methodsOf(stack: Synthesized, region: string): Record<string, { method: Json; integration: Json }> {
  const pathOf = (reference: string): string => {
    if (reference.includes('root_resource_id')) return '';
    const { body } = stack.target(reference);
    return `${pathOf(body.parent_id)}/${body.path_part}`;
  };
  const integrations = stack.resources('aws_api_gateway_integration', region);
  return Object.fromEntries(
    stack.resources('aws_api_gateway_method', region).map((method) => {
      const [integration] = integrations.filter(({ body }) => stack.target(body.http_method) === method);
      expect(integration.body.resource_id).toBe(method.body.resource_id);
      return [
        `${method.body.http_method} ${pathOf(method.body.resource_id)}`,
        { method: method.body, integration: integration.body },
      ];
    }),
  );
}

describe('Api', () => {
  const { stack } = build();
  const { stack: named } = build({ ...NAMED, ...ZONE, ...ALARMS, ...KEYS });

  test.each(REGIONS)('is regional in %s (R-API-1)', (region) => {
    expect(named.only('aws_api_gateway_rest_api', region).body).toMatchObject({
      endpoint_configuration: { types: ['REGIONAL'] },
      disable_execute_api_endpoint: false,
    });
    const { body } = named.only('aws_api_gateway_domain_name', region);
    expect(body).toMatchObject({
      regional_certificate_arn: certificate(region),
      endpoint_configuration: { types: ['REGIONAL'] },
      security_policy: 'TLS_1_2',
    });
    expect(body).not.toHaveProperty('certificate_arn');
  });

  test.each(REGIONS)('answers three methods in %s with a function of the region and nothing else', (region) => {
    const methods = methodsOf(stack, region);
    const uris = Object.entries(methods).map(([name, { integration }]) => [name, integration.uri]);
    const uri = (name: string): string =>
      `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn(region, name)}/invocations`;
    expect(Object.fromEntries(uris)).toEqual({
      'GET /health': uri('health'),
      'POST /transactions': uri('processor'),
      'GET /transactions/{id}': uri('processor'),
    });
    for (const { integration } of Object.values(methods)) {
      expect(integration).toMatchObject({ type: 'AWS_PROXY', integration_http_method: 'POST' });
    }
  });

  test.each(REGIONS)('may invoke each function of %s for its own method only (R-LAM-10, R-API-6)', (region) => {
    const api = stack.only('aws_api_gateway_rest_api', region);
    const permissions = stack.resources('aws_lambda_permission', region).map(({ body }) => {
      expect(body).toMatchObject({ principal: 'apigateway.amazonaws.com', action: 'lambda:InvokeFunction' });
      expect(stack.target(body.source_arn)).toBe(api);
      return [body.statement_id, body.function_name, body.source_arn.replace(/^\$\{.*execution_arn\}/, '')];
    });
    expect(permissions.sort()).toEqual([
      ['api-health', 'health', '/*/GET/health'],
      ['api-read', 'processor', '/*/GET/transactions/*'],
      ['api-submit', 'processor', '/*/POST/transactions'],
    ]);
  });

  test('refuses bodies that are no transaction before a function runs', () => {
    const methods = methodsOf(stack, 'us-east-1');
    const submit = methods['POST /transactions'].method;
    const model = stack.target(submit.request_models['application/json']);
    expect(JSON.parse(model.body.schema)).toMatchObject({
      type: 'object',
      required: ['orderId', 'customerId', 'amount'],
      properties: { amount: { type: ['number', 'string'] } },
    });
    expect(stack.target(submit.request_validator_id).body).toMatchObject({
      validate_request_body: true,
      validate_request_parameters: true,
    });
    expect(methods['GET /transactions/{id}'].method.request_parameters).toEqual({ 'method.request.path.id': true });
    expect(methods['GET /health'].method).not.toHaveProperty('request_validator_id');
  });

  describe.each(REGIONS)('the deployment in %s', (region) => {
    const deployment = stack.only('aws_api_gateway_deployment', region);

    test('waits for every method and integration, and is replaced without a gap (R-API-5)', () => {
      const parts = ['aws_api_gateway_method', 'aws_api_gateway_integration'].flatMap((type) =>
        stack.resources(type, region).map(({ address }) => address),
      );
      expect(parts).toHaveLength(6);
      expect([...deployment.body.depends_on].sort()).toEqual(parts.sort());
      expect(deployment.body.lifecycle).toEqual({ create_before_destroy: true });
    });

    test('is replaced when the methods change, and only then (R-API-5)', () => {
      const definition = (props: Json): string =>
        build(props).stack.only('aws_api_gateway_deployment', region).body.triggers.definition;
      expect(deployment.body.triggers).toEqual({
        definition: expect.stringMatching(/^[0-9a-f]{64}$/),
        processor: functionArn(region, 'processor'),
        health: functionArn(region, 'health'),
      });
      const unchanged = deployment.body.triggers.definition;
      expect(definition({ tracing: false, throttlingRateLimit: 5, authorization: 'NONE', apiKey: false })).toBe(
        unchanged,
      );
      expect(definition({ apiKey: true })).not.toBe(unchanged);
      expect(definition({ authorization: 'IAM' })).not.toBe(unchanged);
    });
  });

  describe.each(REGIONS)('the stage in %s', (region) => {
    const role = region === 'us-east-1' ? 'primary' : 'secondary';
    const stage = named.only('aws_api_gateway_stage', region);

    test('has traces, metrics and a throttle, and no cache', () => {
      expect(stage.body).toMatchObject({
        stage_name: 'live',
        xray_tracing_enabled: true,
        cache_cluster_enabled: false,
      });
      const settings = named.only('aws_api_gateway_method_settings', region);
      expect(named.target(settings.body.stage_name)).toBe(stage);
      expect(settings.body).toMatchObject({
        method_path: '*/*',
        settings: {
          metrics_enabled: true,
          caching_enabled: false,
          data_trace_enabled: false,
          logging_level: 'OFF',
          throttling_rate_limit: 1000,
          throttling_burst_limit: 1000,
        },
      });
      const other = build({ stageName: 'v1', tracing: false, throttlingRateLimit: 5, throttlingBurstLimit: 7 }).stack;
      expect(other.only('aws_api_gateway_stage', region).body).toMatchObject({
        stage_name: 'v1',
        xray_tracing_enabled: false,
      });
      expect(other.only('aws_api_gateway_method_settings', region).body.settings).toMatchObject({
        throttling_rate_limit: 5,
        throttling_burst_limit: 7,
      });
    });

    test('writes JSON to an encrypted log group made beforehand (R-KMS-3)', () => {
      const { destination_arn, format } = stage.body.access_log_settings;
      expect(named.target(destination_arn).body).toMatchObject({
        name: `/aws/apigateway/api-${role}-dev`,
        kms_key_id: key(region),
        retention_in_days: 30,
      });
      expect(JSON.parse(format)).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
      expect(format).not.toContain('\n');
    });

    test('waits for the role by which API Gateway logs: one in a region (R-API-5)', () => {
      const account = named.only('aws_api_gateway_account', region);
      expect(stage.body.depends_on).toEqual([account.address]);
      const iamRole = named.target(account.body.cloudwatch_role_arn);
      expect(iamRole.body.name).toBe(`api-logs-${role}-dev`);
      expect(JSON.parse(iamRole.body.assume_role_policy).Statement[0].Principal).toEqual({
        Service: 'apigateway.amazonaws.com',
      });
      const [policy] = referencesIn(account.body.depends_on).map((address) =>
        named.all.find((one) => one.address === address),
      );
      expect(JSON.parse(policy?.body.policy).Statement[0].Action).toContain('logs:PutLogEvents');
      const other = build({ manageAccountSettings: false }).stack;
      expect(other.resources('aws_api_gateway_account')).toEqual([]);
      expect(other.resources('aws_iam_role')).toEqual([]);
      expect(other.only('aws_api_gateway_stage', region).body).not.toHaveProperty('depends_on');
    });
  });

  test('keeps logs for a year under the protected profile (R-DEL-15)', () => {
    for (const { body } of build({}, { protection: 'protected' }).stack.resources('aws_cloudwatch_log_group')) {
      expect(body.retention_in_days).toBe(365);
    }
  });

  describe('with a name', () => {
    test('answers the same one in both regions, from its own stage (R-API-2, R-R53-23, R-DEL-15)', () => {
      for (const region of REGIONS) {
        const domain = named.only('aws_api_gateway_domain_name', region);
        expect(domain.body.domain_name).toBe('api.dr.your-company.com');
        const mapping = named.only('aws_api_gateway_base_path_mapping', region).body;
        expect(named.target(mapping.domain_name)).toBe(domain);
        expect(named.target(mapping.api_id)).toBe(named.only('aws_api_gateway_rest_api', region));
        expect(named.target(mapping.stage_name)).toBe(named.only('aws_api_gateway_stage', region));
        expect(mapping).not.toHaveProperty('base_path');
      }
    });

    test('has one PRIMARY and one SECONDARY, to the regional names (R-API-2, R-R53-1, R-R53-2)', () => {
      const records = named.resources('aws_route53_record').map(({ body }) => body);
      expect(
        records.map((body) => [body.name, body.type, body.set_identifier, body.failover_routing_policy.type]),
      ).toEqual([
        ['api.dr.your-company.com', 'A', 'primary', 'PRIMARY'],
        ['api.dr.your-company.com', 'A', 'secondary', 'SECONDARY'],
      ]);
      records.forEach(({ alias, zone_id }, index) => {
        const domain = named.only('aws_api_gateway_domain_name', REGIONS[index]).address;
        expect(zone_id).toBe(ZONE.zoneId);
        expect(alias).toEqual({
          name: `\${${domain}.regional_domain_name}`,
          zone_id: `\${${domain}.regional_zone_id}`,
          evaluate_target_health: true,
        });
      });
    });

    test('the primary follows a health check, the secondary none (R-R53-3, R-R53-4)', () => {
      const [primary, secondary] = named.resources('aws_route53_record');
      expect(named.target(primary.body.health_check_id).body.tags.Name).toBe('api-primary-dev');
      expect(secondary.body).not.toHaveProperty('health_check_id');
    });

    test('or follows the check of the whole system, and has none of its own', () => {
      const { stack: switched, api } = build({ ...NAMED, ...ZONE, ...SWITCH, disableExecuteApiEndpoint: true });
      const [primary, secondary] = switched.resources('aws_route53_record');
      expect(primary.body.health_check_id).toBe(SWITCH.failoverHealthCheckId);
      expect(secondary.body).not.toHaveProperty('health_check_id');
      expect(switched.resources('aws_route53_health_check')).toEqual([]);
      expect(api.healthCheckIds).toEqual([]);
      for (const { body } of switched.resources('aws_api_gateway_rest_api')) {
        expect(body.disable_execute_api_endpoint).toBe(true);
      }
    });
  });

  test('asks each region by its own execute-api name, never by the shared one (R-API-4, R-R53-5, R-R53-6)', () => {
    const checks = named.resources('aws_route53_health_check').map(({ body }) => body);
    expect(checks).toHaveLength(2);
    REGIONS.forEach((region, index) => {
      expect(checks[index]).toMatchObject({
        type: 'HTTPS',
        fqdn: `\${${named.only('aws_api_gateway_rest_api', region).address}.id}.execute-api.${region}.amazonaws.com`,
        port: 443,
        resource_path: '/live/health',
        enable_sni: true,
        request_interval: 10,
        failure_threshold: 3,
      });
      expect(checks[index]).not.toHaveProperty('disabled');
    });
    const slower = build({ stageName: 'v1', requestInterval: 30, failureThreshold: 5 }).stack;
    expect(slower.resources('aws_route53_health_check')[1].body).toMatchObject({
      resource_path: '/v1/health',
      request_interval: 30,
      failure_threshold: 5,
    });
  });

  test('sounds alarms in the region of each metric (R-CW-1, R-CW-2, R-CW-8, R-SNS-1)', () => {
    const alarms = build(
      {
        ...NAMED,
        ...ZONE,
        alarmTopicArn: topic('us-east-1'),
        primaryTopicArn: topic('eu-west-1'),
        secondaryTopicArn: topic('eu-central-1'),
        ...functionsOf('eu-west-1', 'eu-central-1'),
        ...namedIn('eu-west-1', 'eu-central-1'),
        serverErrors: 3,
      },
      EUROPE,
    ).stack.resources('aws_cloudwatch_metric_alarm');
    expect(
      alarms.map(({ region, body }) => [
        region,
        body.metric_name,
        body.comparison_operator,
        body.threshold,
        body.treat_missing_data,
        body.alarm_actions,
      ]),
    ).toEqual([
      ['us-east-1', 'HealthCheckStatus', 'LessThanThreshold', 1, 'breaching', [topic('us-east-1')]],
      ['eu-west-1', '5XXError', 'GreaterThanThreshold', 3, 'notBreaching', [topic('eu-west-1')]],
      ['us-east-1', 'HealthCheckStatus', 'LessThanThreshold', 1, 'breaching', [topic('us-east-1')]],
      ['eu-central-1', '5XXError', 'GreaterThanThreshold', 3, 'notBreaching', [topic('eu-central-1')]],
    ]);
    expect(new Set(alarms.map(({ region, body }) => `${region} ${body.alarm_name}`)).size).toBe(4);
    const [errors] = named.resources('aws_cloudwatch_metric_alarm', 'us-east-2');
    expect(errors.body).toMatchObject({
      namespace: 'AWS/ApiGateway',
      period: 300,
      threshold: 10,
      dimensions: { ApiName: 'api-secondary-dev', Stage: expect.stringContaining('aws_api_gateway_stage') },
    });
    expect(stack.resources('aws_cloudwatch_metric_alarm')).toEqual([]);
  });

  describe('authorization', () => {
    test.each([
      ['NONE', {}, 'NONE'],
      ['IAM', {}, 'AWS_IAM'],
      ['COGNITO', POOLS, 'COGNITO_USER_POOLS'],
    ])('%s guards the transactions and leaves /health open', (authorization, pools, expected) => {
      const methods = methodsOf(build({ authorization, ...pools }).stack, 'us-east-2');
      expect(methods['GET /health'].method).toMatchObject({ authorization: 'NONE' });
      expect(methods['POST /transactions'].method).toMatchObject({ authorization: expected, api_key_required: false });
      expect(methods['GET /transactions/{id}'].method).toMatchObject({ authorization: expected });
    });

    test.each(REGIONS)('COGNITO asks the user pool of %s', (region) => {
      const { stack: guarded } = build({ authorization: 'COGNITO', ...POOLS });
      const authorizer = guarded.target(methodsOf(guarded, region)['POST /transactions'].method.authorizer_id);
      const [, , , , , poolId] = pool(region, region === 'us-east-1' ? 'us-east-1_One' : 'us-east-2_Two').split(':');
      expect(authorizer.body.provider_arns[0]).toMatch(new RegExp(`:${region}:.*${poolId}$`));
      expect(guarded.only('aws_api_gateway_deployment', region).body.triggers.userPool).toContain(`:${region}:`);
      expect(methodsOf(guarded, region)['GET /health'].method).not.toHaveProperty('authorizer_id');
    });
  });

  describe('API keys', () => {
    test.each(REGIONS)('are made by API Gateway in %s, without a value in the code', (region) => {
      const { stack: keyed } = build({ apiKey: true });
      const apiKey = keyed.only('aws_api_gateway_api_key', region);
      expect(apiKey.body).not.toHaveProperty('value');
      const plan = keyed.only('aws_api_gateway_usage_plan', region);
      expect(plan.body.throttle_settings).toEqual({ rate_limit: 1000, burst_limit: 1000 });
      expect(keyed.target(plan.body.api_stages[0].stage)).toBe(keyed.only('aws_api_gateway_stage', region));
      const link = keyed.only('aws_api_gateway_usage_plan_key', region).body;
      expect([keyed.target(link.key_id), keyed.target(link.usage_plan_id)]).toEqual([apiKey, plan]);
      const methods = methodsOf(keyed, region);
      expect(methods['GET /health'].method).not.toHaveProperty('api_key_required');
      expect(methods['POST /transactions'].method.api_key_required).toBe(true);
      expect(keyed.json.locals.primary).toMatchObject({
        usagePlanId: expect.stringContaining('aws_api_gateway_usage_plan'),
        apiKeyId: expect.stringContaining('aws_api_gateway_api_key'),
      });
    });

    test('of your own join the usage plan', () => {
      const { stack: keyed } = build(OWN_KEYS);
      expect(keyed.resources('aws_api_gateway_api_key')).toEqual([]);
      expect(keyed.resources('aws_api_gateway_usage_plan_key').map(({ body }) => body.key_id)).toEqual([
        'key1',
        'key2',
      ]);
    });
  });

  test('says what a failover would show too late', () => {
    const warn = (data: string): unknown[] => ['@cdktf/warn', data, undefined];
    const quiet = { ...NAMED, ...ZONE };
    expect(noticesOf(quiet)).toEqual([]);
    expect(noticesOf({})).toEqual([
      warn(
        'The API has only a URL of its own in each region: its clients do not fail over. Give domainName, certificates and zoneId.',
      ),
    ]);
    expect(noticesOf(NAMED)).toEqual([
      warn(
        'The API answers its shared name in both regions, but nothing leads there: give zoneId, or make failover records.',
      ),
    ]);
    expect(noticesOf({ ...quiet, authorization: 'IAM' })).toEqual([
      warn(
        'Signatures (SigV4) are for one region: after a failover the API refuses them. Let clients sign with SigV4A.',
      ),
    ]);
    expect(noticesOf({ ...quiet, authorization: 'COGNITO', ...POOLS })).toEqual([
      warn(
        'User pools are regional: unless one is the replica of the other, tokens and users of the primary are unknown after a failover.',
      ),
    ]);
    const replica = { ...POOLS, secondaryUserPoolArn: pool('us-east-2', 'us-east-1_One') };
    expect(noticesOf({ ...quiet, authorization: 'COGNITO', ...replica })).toEqual([]);
    expect(noticesOf({ ...quiet, apiKey: true })).toEqual([
      warn(
        'Each region makes an API key with a value of its own, which is in the Terraform state: clients need both. Give primaryApiKeyId and secondaryApiKeyId of keys with one value.',
      ),
    ]);
    expect(noticesOf({ ...quiet, ...OWN_KEYS })).toEqual([]);
  });

  test('tells others what they need of each region', () => {
    for (const [role, region] of [
      ['primary', 'us-east-1'],
      ['secondary', 'us-east-2'],
    ]) {
      const ref = (type: string, attribute: string): string => `\${${named.only(type, region).address}.${attribute}}`;
      expect(named.json.locals[role]).toEqual({
        restApiId: ref('aws_api_gateway_rest_api', 'id'),
        apiName: `api-${role}-dev`,
        stageName: ref('aws_api_gateway_stage', 'stage_name'),
        stageArn: ref('aws_api_gateway_stage', 'arn'),
        executionArn: ref('aws_api_gateway_rest_api', 'execution_arn'),
        executeApiUrl: ref('aws_api_gateway_stage', 'invoke_url'),
        healthPath: '/live/health',
        regionalDomainName: ref('aws_api_gateway_domain_name', 'regional_domain_name'),
        regionalZoneId: ref('aws_api_gateway_domain_name', 'regional_zone_id'),
        logGroupName: ref('aws_cloudwatch_log_group', 'name'),
      });
    }
    expect(named.json.locals.url).toBe('https://api.dr.your-company.com');
    expect(named.json.locals.healthCheckIds).toEqual(
      named.resources('aws_route53_health_check').map(({ address }) => `\${${address}.id}`),
    );
    expect(build().api.url).toBeUndefined();
  });

  test('two of them stand side by side', () => {
    const both = synth((scope, regions) => {
      new Api(scope, 'Public', { regions, ...FUNCTIONS });
      new Api(scope, 'Partner', { regions, ...FUNCTIONS, apiName: 'partner', manageAccountSettings: false });
    });
    const names = both.resources('aws_api_gateway_rest_api').map(({ body }) => body.name);
    expect(new Set(names).size).toBe(4);
    const permissions = both.resources('aws_lambda_permission', 'us-east-1').map(({ body }) => body.statement_id);
    expect(new Set(permissions).size).toBe(6);
    expect(both.resources('aws_api_gateway_account')).toHaveLength(2);
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    for (const synthesized of [named, build({ authorization: 'COGNITO', ...POOLS, apiKey: true }).stack]) {
      expect(withoutProvider(synthesized)).toEqual([]);
      expect(foreignReferences(synthesized)).toEqual([]);
    }
  });

  const wrongRegion = (region: string): string =>
    `give the ARN of one in ${region}: AWS does not accept, or does not reach, one of another region here`;
  const ownChecksWay = 'remove it: with failoverHealthCheckId, no health checks are made here';
  const poolsWay = 'set authorization to "COGNITO", or remove the user pools: nothing would check their tokens';
  test.each<[string, Json, string]>([
    [
      'one certificate',
      { ...NAMED, secondaryCertificateArn: undefined },
      'secondaryCertificateArn is missing; give a certificate of each region, or of neither',
    ],
    [
      'a certificate of the other region (R-API-1)',
      { ...NAMED, secondaryCertificateArn: certificate('us-east-1') },
      `secondaryCertificateArn is "${certificate('us-east-1')}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'a name without certificates',
      { domainName: 'api.dr.your-company.com' },
      'domainName is "api.dr.your-company.com"; give the certificates of both regions as well: an API answers its name with TLS only',
    ],
    [
      'certificates without a name',
      { ...NAMED, domainName: undefined },
      `primaryCertificateArn is "${certificate('us-east-1')}"; give domainName as well, or remove the certificates`,
    ],
    [
      'a name that AWS reserves (R-R53-15)',
      { ...NAMED, domainName: 'api.example.com' },
      'domainName is "api.example.com"; choose a domain that you own: AWS and the DNS standards reserve this one',
    ],
    [
      'records without a name',
      ZONE,
      'zoneId is "Z0123456789ABCDEFGHIJ"; give domainName and certificates as well: an execute-api URL can have no record',
    ],
    [
      'the name of a zone',
      { ...NAMED, zoneId: 'your-company.com' },
      'zoneId is "your-company.com"; give the id of a zone, such as "Z0123456789ABCDEFGHIJ"',
    ],
    [
      'a health check that no record follows',
      { ...NAMED, ...SWITCH },
      `failoverHealthCheckId is "${SWITCH.failoverHealthCheckId}"; give zoneId as well, or remove it: no record would follow it`,
    ],
    [
      'the name of a health check',
      { ...NAMED, ...ZONE, failoverHealthCheckId: 'failover-dev' },
      'failoverHealthCheckId is "failover-dev"; give the id of a health check, not its name or ARN',
    ],
    [
      'a disabled endpoint that its own health checks ask (R-API-4)',
      { ...NAMED, ...ZONE, disableExecuteApiEndpoint: true },
      'disableExecuteApiEndpoint is true; give failoverHealthCheckId as well: the health checks made here ask the execute-api endpoint (rule R-API-4)',
    ],
    [
      'an interval of no checks',
      { ...NAMED, ...ZONE, ...SWITCH, requestInterval: 30 },
      `requestInterval is 30; ${ownChecksWay}`,
    ],
    [
      'an alarm on no checks',
      { ...NAMED, ...ZONE, ...SWITCH, alarmTopicArn: topic('us-east-1') },
      `alarmTopicArn is "${topic('us-east-1')}"; ${ownChecksWay}`,
    ],
    [
      'an interval that Route 53 has not',
      { requestInterval: 20 },
      'requestInterval is 20; use 10 or 30 seconds: Route 53 has no other interval',
    ],
    [
      'a threshold that Route 53 has not',
      { failureThreshold: 11 },
      'failureThreshold is 11; give a whole number from 1 to 10 requests',
    ],
    [
      'a topic outside us-east-1 for health checks (R-CW-2)',
      { alarmTopicArn: topic('us-east-2') },
      `alarmTopicArn is "${topic('us-east-2')}"; ${wrongRegion('us-east-1')}`,
    ],
    [
      'a topic of the other region (R-SNS-1)',
      { ...TOPICS, secondaryTopicArn: topic('us-east-1') },
      `secondaryTopicArn is "${topic('us-east-1')}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'one topic',
      { primaryTopicArn: topic('us-east-1') },
      'secondaryTopicArn is missing; give a topic of each region, or of neither',
    ],
    [
      'a threshold of no alarm',
      { serverErrors: 5 },
      'serverErrors is 5; give the topics of both regions as well: there is no alarm without',
    ],
    [
      'a function of the other region (R-LAM-5)',
      { secondaryProcessorArn: functionArn('us-east-1', 'processor') },
      `secondaryProcessorArn is "${functionArn('us-east-1', 'processor')}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'something that is no function',
      { primaryHealthArn: 'health' },
      'primaryHealthArn is "health"; give the ARN of a resource of this kind (arn:aws:lambda:...)',
    ],
    [
      'a word for authorization',
      { authorization: 'JWT' },
      'authorization is "JWT"; use one of "NONE", "IAM", "COGNITO"',
    ],
    [
      'COGNITO without user pools',
      { authorization: 'COGNITO' },
      'primaryUserPoolArn is missing; give a user pool of each region: COGNITO checks their tokens',
    ],
    ['user pools that nothing asks', { ...POOLS, authorization: 'IAM' }, `authorization is "IAM"; ${poolsWay}`],
    ['user pools and no authorization', POOLS, `authorization is missing; ${poolsWay}`],
    [
      'a user pool of the other region',
      { ...POOLS, authorization: 'COGNITO', secondaryUserPoolArn: POOLS.primaryUserPoolArn },
      `secondaryUserPoolArn is "${POOLS.primaryUserPoolArn}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'keys that nothing asks for',
      { ...OWN_KEYS, apiKey: false },
      'primaryApiKeyId is "key1"; set apiKey to true as well, or remove the keys',
    ],
    [
      'a key of one region',
      { apiKey: true, secondaryApiKeyId: 'key2' },
      'primaryApiKeyId is missing; give an API key of each region, or of neither',
    ],
    [
      'a throttle of nothing',
      { throttlingRateLimit: 0 },
      'throttlingRateLimit is 0; give a whole number from 1 to 100000 requests per second',
    ],
    [
      'a burst of too much',
      { throttlingBurstLimit: 50_001 },
      'throttlingBurstLimit is 50001; give a whole number from 1 to 50000 requests',
    ],
    [
      'a stage with a slash',
      { stageName: 'v1/' },
      'stageName is "v1/"; use 1 to 128 letters, digits, hyphens and underscores',
    ],
    ['a name with a space', { apiName: 'my api' }, 'apiName is "my api"; use letters, digits, hyphens and underscores'],
    [
      'one encryption key',
      { secondaryKeyArn: key('us-east-2') },
      'primaryKeyArn is missing; give a key of each region, or of neither',
    ],
    ['text for a flag', { tracing: 'yes' }, 'tracing is "yes"; give true or false'],
    ['an unknown prop', { cors: true }, 'cors is true; there is no such prop, remove it or correct its spelling'],
  ])('fails on %s', (_, props, message) => {
    expect(errorOf((scope, regions) => new Api(scope, 'A', { regions, ...FUNCTIONS, ...props }))).toBe(
      `test/A: ${message}`,
    );
  });
});

/** Both front doors, behind one web ACL per region. */
function together(pair: Partial<RegionPairProps>): Synthesized {
  const { primaryRegion = 'us-east-1', secondaryRegion = 'us-east-2' } = pair;
  const network = (name: string): RegionalNetwork => ({
    vpcId: `vpc-${name}`,
    cidrBlock: '10.0.0.0/16',
    privateSubnetIds: [],
    publicSubnetIds: [`subnet-${name}0`, `subnet-${name}1`],
    gatewayPrefixListIds: [],
    internetEgress: false,
  });
  return synth((scope, regions) => {
    const functions = functionsOf(primaryRegion, secondaryRegion);
    const balancers = new LoadBalancing(scope, 'LoadBalancing', {
      regions,
      ...functions,
      primaryNetwork: network('p'),
      secondaryNetwork: network('s'),
    });
    const api = new Api(scope, 'Api', { regions, ...functions, ...namedIn(primaryRegion, secondaryRegion), ...ZONE });
    new WebAcl(scope, 'WebAcl', {
      regions,
      primaryResourceArns: [balancers.primary.loadBalancerArn, api.primary.stageArn],
      secondaryResourceArns: [balancers.secondary.loadBalancerArn, api.secondary.stageArn],
      healthCheckPaths: ['/health', api.primary.healthPath],
    });
  }, pair);
}

test('stands behind one web ACL with the load balancer, without a link between the regions (R-LB-3, R-TF-3)', () => {
  const stack = together({});
  expect(withoutProvider(stack)).toEqual([]);
  expect(foreignReferences(stack)).toEqual([]);
  for (const region of REGIONS) {
    const protectedTypes = stack
      .resources('aws_wafv2_web_acl_association', region)
      .map(({ body }) => stack.target(body.resource_arn));
    expect(protectedTypes.map((one) => [one.type, one.region]).sort()).toEqual([
      ['aws_api_gateway_stage', region],
      ['aws_lb', region],
    ]);
  }
});

terraformTest(
  'the real AWS provider accepts it plain, with everything, and behind a web ACL in both pairs of regions',
  () => {
    expect(validate(build().stack)).toEqual([]);
    expect(
      validate(build({ ...NAMED, ...ZONE, ...ALARMS, ...KEYS, apiKey: true, authorization: 'IAM' }).stack),
    ).toEqual([]);
    expect(
      validate(
        build({
          ...NAMED,
          ...ZONE,
          ...SWITCH,
          disableExecuteApiEndpoint: true,
          authorization: 'COGNITO',
          ...POOLS,
          ...OWN_KEYS,
        }).stack,
      ),
    ).toEqual([]);
    expect(validate(together({}))).toEqual([]);
    expect(validate(together(EUROPE))).toEqual([]);
  },
  180_000,
);
