import { WebAcl, WebAclProps } from '../../lib/constructs/web-acl';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const loadBalancer = (region: string, name = 'alb'): string =>
  `arn:aws:elasticloadbalancing:${region}:123456789012:loadbalancer/app/${name}/50dc6c495c0c9188`;
const stage = (region: string): string => `arn:aws:apigateway:${region}::/restapis/a1b2c3d4e5/stages/live`;
const ruleGroup = (region: string): string => `arn:aws:wafv2:${region}:123456789012:regional/rulegroup/own/1`;
const key = (region: string): string => `arn:aws:kms:${region}:123456789012:key/mrk-1`;

const propsFor = (primary: string, secondary: string): Omit<WebAclProps, 'regions'> => ({
  primaryResourceArns: [loadBalancer(primary)],
  secondaryResourceArns: [loadBalancer(secondary)],
});
const PROPS = propsFor('us-east-1', 'us-east-2');
const OWN_GROUPS = {
  primaryRuleGroupArns: [ruleGroup('us-east-1')],
  secondaryRuleGroupArns: [ruleGroup('us-east-2')],
  ruleGroupCapacity: 100,
};
const EVERYTHING = {
  ...OWN_GROUPS,
  primaryResourceArns: [loadBalancer('us-east-1'), stage('us-east-1')],
  secondaryResourceArns: [loadBalancer('us-east-2'), stage('us-east-2')],
  primaryKeyArn: key('us-east-1'),
  secondaryKeyArn: key('us-east-2'),
  blockedCountries: ['RU', 'KP', 'CN'],
  trustedCidrBlocks: ['203.0.113.0/24', '2001:db8::/32'],
  blockedCidrBlocks: ['198.51.100.0/24'],
  managedRuleGroups: ['AWSManagedRulesBotControlRuleSet', 'AWSManagedRulesCommonRuleSet'],
  countOnly: ['AWSManagedRulesCommonRuleSet'],
  healthCheckPaths: ['/health', '/live/health'],
  rateLimit: 500,
};

function build(props: Json = {}, pair: Partial<RegionPairProps> = {}): { stack: Synthesized; construct: WebAcl } {
  let construct: WebAcl | undefined;
  const stack = synth((scope, regions) => {
    construct = new WebAcl(scope, 'WebAcl', { regions, ...PROPS, ...props });
    scope.addOverride('locals', { primary: construct.primary, secondary: construct.secondary });
  }, pair);
  return { stack, construct: construct as WebAcl };
}

const REGIONS = ['us-east-1', 'us-east-2'];
const HEALTH_CHECK = { label_match_statement: { scope: 'LABEL', key: 'health-check' } };
const NO_HEALTH_CHECK = { not_statement: { statement: [HEALTH_CHECK] } };

const rulesOf = (stack: Synthesized, region: string): Record<string, Json> =>
  Object.fromEntries(stack.only('aws_wafv2_web_acl', region).body.rule.map((rule: Json) => [rule.name, rule]));
const ruleOf = (props: Json, name: string): Json => rulesOf(build(props).stack, 'us-east-1')[name];
const noticesOf = (props: Json): unknown[] =>
  build(props).construct.node.metadata.map(({ type, data, trace }) => [type, data, trace]);

describe('WebAcl', () => {
  const { stack, construct } = build();
  const { stack: full } = build(EVERYTHING);

  test('what is associated stays associated when something else comes first or goes', () => {
    const associated = (...arns: string[]): Map<string, string> =>
      new Map(
        build({
          primaryResourceArns: arns,
          secondaryResourceArns: arns.map((arn) => arn.replace('us-east-1', 'us-east-2')),
        })
          .stack.resources('aws_wafv2_web_acl_association', 'us-east-1')
          .map(({ id, body }) => [id, body.resource_arn]),
      );
    const [first, second] = [loadBalancer('us-east-1'), stage('us-east-1')];
    const both = associated(first, second);
    for (const few of [associated(second), associated(first)]) {
      for (const [id, arn] of few) expect(both.get(id)).toBe(arn);
    }
    expect(associated(second, first)).toEqual(both);
  });

  test.each(REGIONS)('is regional and in %s, with the resources of that region (R-LB-3)', (region) => {
    const acl = full.only('aws_wafv2_web_acl', region);
    expect(acl.body).toMatchObject({ scope: 'REGIONAL', default_action: { allow: {} } });
    const associations = full.resources('aws_wafv2_web_acl_association', region);
    expect(associations.map(({ body }) => body.resource_arn).sort()).toEqual([stage(region), loadBalancer(region)]);
    for (const { body } of associations) expect(full.target(body.web_acl_arn)).toBe(acl);
  });

  test('has the same rules in both regions, whatever is configured (R-LB-3)', () => {
    for (const synthesized of [stack, full]) {
      const [primary, secondary] = synthesized.resources('aws_wafv2_web_acl').map(({ body }) =>
        JSON.stringify(body.rule)
          .replace(/Primary_(Trusted|Blocked)(IPV\d)_[0-9A-F]+/g, '$1$2')
          .replace(/Secondary_(Trusted|Blocked)(IPV\d)_[0-9A-F]+/g, '$1$2')
          .replace(/us-east-[12]/g, 'region'),
      );
      expect(primary).toBe(secondary);
    }
  });

  test('evaluates in a fixed order, in which a new rule renumbers no other', () => {
    const priorities = (synthesized: Synthesized): Json[] =>
      Object.values(rulesOf(synthesized, 'us-east-1')).map(({ name, priority }) => [priority, name]);
    expect(priorities(stack).sort(([one], [other]) => one - other)).toEqual([
      [0, 'health-check'],
      [40, 'health-rate-limit'],
      [50, 'rate-limit'],
      [100, 'AWSManagedRulesAmazonIpReputationList'],
      [110, 'AWSManagedRulesCommonRuleSet'],
      [120, 'AWSManagedRulesKnownBadInputsRuleSet'],
    ]);
    expect(priorities(full).sort(([one], [other]) => one - other)).toEqual([
      [0, 'health-check'],
      [10, 'trusted-addresses'],
      [20, 'blocked-addresses'],
      [30, 'blocked-countries'],
      [40, 'health-rate-limit'],
      [50, 'rate-limit'],
      [100, 'AWSManagedRulesBotControlRuleSet'],
      [110, 'AWSManagedRulesCommonRuleSet'],
      [500, 'own-rules-1'],
    ]);
  });

  describe('lets health checkers through (R-R53-21)', () => {
    const match = (text: string, field: string): Json => ({
      byte_match_statement: {
        search_string: text,
        positional_constraint: 'EXACTLY',
        field_to_match: { [field]: {} },
        text_transformation: [{ priority: 0, type: 'NONE' }],
      },
    });

    test('labels GET requests to the paths before anything else, and goes on', () => {
      const rule = rulesOf(stack, 'us-east-1')['health-check'];
      expect(rule).toMatchObject({ priority: 0, action: { count: {} }, rule_label: [{ name: 'health-check' }] });
      expect(rule.statement).toEqual({
        and_statement: { statement: [match('GET', 'method'), match('/health', 'uri_path')] },
      });
      expect(rulesOf(full, 'us-east-2')['health-check'].statement.and_statement.statement[1]).toEqual({
        or_statement: { statement: [match('/health', 'uri_path'), match('/live/health', 'uri_path')] },
      });
    });

    test.each([
      ['blocked countries', { blockedCountries: ['US'] }],
      ['countries that are not allowed', { allowedCountries: ['DE'] }],
      ['the rate limit', {}],
      ['managed rule groups', {}],
    ])('%s leave them alone', (_, props) => {
      const rules = Object.values(rulesOf(build(props).stack, 'us-east-1'));
      const refusing = rules.filter(({ name }) => !/^health-/.test(name));
      expect(refusing.length).toBeGreaterThanOrEqual(4);
      for (const { statement } of refusing) {
        const scope =
          statement.and_statement?.statement.at(-1) ??
          (statement.rate_based_statement ?? statement.managed_rule_group_statement).scope_down_statement;
        expect(scope).toEqual(NO_HEALTH_CHECK);
      }
    });

    test('have a limit of their own that no checker reaches, however low the other is', () => {
      const rule = ruleOf({ rateLimit: 10 }, 'health-rate-limit');
      expect(rule.statement.rate_based_statement).toEqual({
        limit: 2000,
        aggregate_key_type: 'IP',
        evaluation_window_sec: 300,
        scope_down_statement: HEALTH_CHECK,
      });
    });

    test('can be turned off', () => {
      expect(Object.keys(rulesOf(build({ healthCheckPaths: [] }).stack, 'us-east-1'))).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^health-/)]),
      );
    });
  });

  test('limits every address to 2000 requests in 5 minutes and answers 429', () => {
    const rule = rulesOf(stack, 'us-east-1')['rate-limit'];
    expect(rule.action).toEqual({ block: { custom_response: { response_code: 429 } } });
    expect(rule.statement.rate_based_statement).toEqual({
      limit: 2000,
      aggregate_key_type: 'IP',
      evaluation_window_sec: 300,
      scope_down_statement: NO_HEALTH_CHECK,
    });
    expect(rulesOf(full, 'us-east-2')['rate-limit'].statement.rate_based_statement.limit).toBe(500);
  });

  test('refuses blocked countries, or all but the allowed ones', () => {
    expect(rulesOf(full, 'us-east-2')['blocked-countries']).toMatchObject({ action: { block: {} } });
    const geo = { geo_match_statement: { country_codes: ['CN', 'KP', 'RU'] } };
    expect(rulesOf(full, 'us-east-2')['blocked-countries'].statement.and_statement.statement).toEqual([
      geo,
      NO_HEALTH_CHECK,
    ]);
    const allowed = ruleOf({ allowedCountries: ['RU', 'KP', 'CN'] }, 'allowed-countries');
    expect(allowed.action).toEqual({ block: {} });
    expect(allowed.statement.and_statement.statement).toEqual([
      { not_statement: { statement: [geo] } },
      NO_HEALTH_CHECK,
    ]);
  });

  test.each(REGIONS)('keeps ranges in sets of one version of IP in %s', (region) => {
    const sets = full.resources('aws_wafv2_ip_set', region);
    expect(sets.map(({ body }) => [body.scope, body.ip_address_version, body.addresses])).toEqual([
      ['REGIONAL', 'IPV4', ['198.51.100.0/24']],
      ['REGIONAL', 'IPV4', ['203.0.113.0/24']],
      ['REGIONAL', 'IPV6', ['2001:db8::/32']],
    ]);
    const rules = rulesOf(full, region);
    expect(rules['trusted-addresses'].action).toEqual({ allow: {} });
    expect(
      rules['trusted-addresses'].statement.or_statement.statement.map((one: Json) =>
        full.target(one.ip_set_reference_statement.arn),
      ),
    ).toEqual([sets[1], sets[2]]);
    expect(rules['blocked-addresses'].action).toEqual({ block: {} });
    expect(full.target(rules['blocked-addresses'].statement.ip_set_reference_statement.arn)).toBe(sets[0]);
  });

  test('runs the rule groups of AWS, or only counts', () => {
    const rules = rulesOf(full, 'us-east-1');
    expect(rules.AWSManagedRulesBotControlRuleSet).toMatchObject({
      override_action: { none: {} },
      statement: {
        managed_rule_group_statement: {
          vendor_name: 'AWS',
          managed_rule_group_configs: [{ aws_managed_rules_bot_control_rule_set: { inspection_level: 'COMMON' } }],
        },
      },
    });
    expect(rules.AWSManagedRulesCommonRuleSet.override_action).toEqual({ count: {} });
    expect(rules['own-rules-1']).toMatchObject({
      override_action: { none: {} },
      statement: { rule_group_reference_statement: { arn: ruleGroup('us-east-1') } },
    });
  });

  test('measures every rule, and samples no request: redaction does not reach samples (R-CW-1)', () => {
    for (const { body } of full.resources('aws_wafv2_web_acl')) {
      for (const { name, visibility_config } of [...body.rule, body]) {
        expect(visibility_config).toEqual({
          cloudwatch_metrics_enabled: true,
          metric_name: name,
          sampled_requests_enabled: false,
        });
      }
    }
  });

  describe.each(REGIONS)('logs in %s', (region) => {
    const role = region === 'us-east-1' ? 'primary' : 'secondary';
    const logging = full.only('aws_wafv2_web_acl_logging_configuration', region);
    const logGroup = full.only('aws_cloudwatch_log_group', region);

    test('go to an encrypted group of the name that WAF wants (R-KMS-3)', () => {
      expect(logGroup.body).toMatchObject({
        name: `aws-waf-logs-waf-${role}-dev`,
        kms_key_id: key(region),
        retention_in_days: 30,
      });
      expect(full.target(logging.body.log_destination_configs[0])).toBe(logGroup);
      expect(full.target(logging.body.resource_arn)).toBe(full.only('aws_wafv2_web_acl', region));
    });

    test('may be written before they are turned on, by log delivery for this account only', () => {
      const policy = full.only('aws_cloudwatch_log_resource_policy', region);
      expect(logging.body.depends_on).toEqual([policy.address]);
      const [statement] = JSON.parse(policy.body.policy_document).Statement;
      expect(statement).toMatchObject({
        Effect: 'Allow',
        Principal: { Service: 'delivery.logs.amazonaws.com' },
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [`\${${logGroup.address}.arn}:*`],
      });
      expect(statement.Condition.StringEquals['aws:SourceAccount']).toMatch(/account_id\}$/);
      expect(statement.Condition.ArnLike['aws:SourceArn']).toContain(`arn:aws:logs:${region}:`);
    });

    test('hold no credentials and no health check that passes', () => {
      expect(logging.body.redacted_fields.map((field: Json) => field.single_header.name)).toEqual([
        'authorization',
        'cookie',
        'x-api-key',
      ]);
      const { default_behavior, filter } = logging.body.logging_filter;
      expect(default_behavior).toBe('KEEP');
      expect(filter).toEqual([
        {
          behavior: 'DROP',
          requirement: 'MEETS_ALL',
          condition: [
            { action_condition: { action: 'ALLOW' } },
            {
              label_name_condition: {
                label_name: expect.stringMatching(
                  new RegExp(`^awswaf:\\$\\{.*account_id\\}:webacl:waf-${role}-dev:health-check$`),
                ),
              },
            },
          ],
        },
      ]);
    });
  });

  test('keeps logs for a year under the protected profile (R-DEL-15)', () => {
    for (const { body } of build({}, { protection: 'protected' }).stack.resources('aws_cloudwatch_log_group')) {
      expect(body.retention_in_days).toBe(365);
      expect(body).not.toHaveProperty('kms_key_id');
    }
  });

  test('tells others what they need of each region', () => {
    for (const [role, region] of [
      ['primary', 'us-east-1'],
      ['secondary', 'us-east-2'],
    ]) {
      expect(stack.json.locals[role]).toEqual({
        webAclArn: `\${${stack.only('aws_wafv2_web_acl', region).address}.arn}`,
        webAclName: `waf-${role}-dev`,
        logGroupName: `\${${stack.only('aws_cloudwatch_log_group', region).address}.name}`,
        capacity: 938,
      });
    }
    expect(build({ aclName: 'front' }).stack.only('aws_wafv2_web_acl', 'us-east-1').body.name).toBe(
      'front-primary-dev',
    );
  });

  test('estimates its capacity units and says when they cost more', () => {
    expect(construct.node.metadata).toEqual([]);
    expect(build(EVERYTHING).construct.primary.capacity).toBe(869);
    expect(noticesOf({ ...OWN_GROUPS, ruleGroupCapacity: 1000 })).toEqual([
      [
        '@cdktf/info',
        'The web ACL needs about 1938 capacity units: AWS charges more for every request above 1500.',
        undefined,
      ],
    ]);
  });

  test('warns of what differs in the secondary, and does it (R-LB-3)', () => {
    const props = {
      blockedCountries: ['RU', 'CN'],
      secondarySettings: { blockedCountries: ['CN', 'IR', 'RU'], rateLimit: 1000 },
    };
    expect(noticesOf(props)).toEqual([
      [
        '@cdktf/warn',
        'test/WebAcl: the regions differ in rateLimit, blockedCountries: a failover changes who is served (rule R-LB-3). ' +
          'Remove it from secondarySettings unless it must be so.',
        undefined,
      ],
    ]);
    const codes = (region: string): Json =>
      rulesOf(build(props).stack, region)['blocked-countries'].statement.and_statement.statement[0].geo_match_statement
        .country_codes;
    expect(codes('us-east-1')).toEqual(['CN', 'RU']);
    expect(codes('us-east-2')).toEqual(['CN', 'IR', 'RU']);
    expect(noticesOf({ ...props, secondarySettings: { blockedCountries: ['CN', 'RU'] } })).toEqual([]);
  });

  test('gives the same bytes whatever the order of countries and ranges', () => {
    const other = {
      ...EVERYTHING,
      blockedCountries: ['CN', 'RU', 'KP'],
      trustedCidrBlocks: ['2001:db8::/32', '203.0.113.0/24'],
    };
    expect(JSON.stringify(build(other).stack.json)).toBe(JSON.stringify(full.json));
  });

  test('has descriptions that AWS accepts', () => {
    for (const { body } of [...full.resources('aws_wafv2_web_acl'), ...full.resources('aws_wafv2_ip_set')]) {
      expect(body.description).toMatch(/^[\w+=:#@/\-,.][\w+=:#@/\-,.\s]+[\w+=:#@/\-,.]$/);
    }
  });

  test('has names that AWS accepts with the longest suffix (R-TF-4)', () => {
    const suffix = 'a2345678901234567890';
    const { stack: long } = build(EVERYTHING, { environmentSuffix: suffix });
    expect(long.only('aws_wafv2_web_acl', 'us-east-2').body.name).toBe(`waf-secondary-${suffix}`);
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(full)).toEqual([]);
    expect(foreignReferences(full)).toEqual([]);
  });

  const resourceWay =
    'give the ARN of an application load balancer or of a stage of a REST API: WAF does not protect network load balancers and HTTP APIs';
  const countryWay = 'give a code of ISO 3166 in two capital letters, such as "KP" (the United Kingdom is "GB")';
  const cidrWay = 'give ranges such as "203.0.113.0/24" or "2001:db8::/32", from the first address of the range';
  const eitherWay = 'give either allowedCountries or blockedCountries: all others are refused or served anyway';
  const wrongRegion = (region: string): string =>
    `give the ARN of one in ${region}: AWS does not accept, or does not reach, one of another region here`;
  const networkLoadBalancer = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/nlb/1';
  test.each<[string, Json, string]>([
    [
      'nothing to protect',
      { primaryResourceArns: [], secondaryResourceArns: [] },
      'primaryResourceArns is []; give at least one: a web ACL that is associated with nothing protects nothing\n' +
        'test/W: secondaryResourceArns is []; give at least one: a web ACL that is associated with nothing protects nothing',
    ],
    [
      'a secondary with less protection (R-LB-3)',
      { primaryResourceArns: [loadBalancer('us-east-1'), stage('us-east-1')] },
      `secondaryResourceArns is ["${loadBalancer('us-east-2')}"]; protect as many resources in each region: what is protected in one region only changes with a failover`,
    ],
    [
      'a primary with fewer rule groups (R-LB-3)',
      { ...OWN_GROUPS, primaryRuleGroupArns: [] },
      'primaryRuleGroupArns is []; give as many rule groups in each region: what applies in one region only changes with a failover',
    ],
    [
      'a resource of the other region (R-LB-3)',
      { secondaryResourceArns: [loadBalancer('us-east-1')] },
      `secondaryResourceArns[0] is "${loadBalancer('us-east-1')}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'a stage of the other region (R-LB-3)',
      { primaryResourceArns: [stage('us-east-2')] },
      `primaryResourceArns[0] is "${stage('us-east-2')}"; ${wrongRegion('us-east-1')}`,
    ],
    [
      'a network load balancer',
      { primaryResourceArns: [networkLoadBalancer] },
      `primaryResourceArns[0] is "${networkLoadBalancer}"; ${resourceWay}`,
    ],
    [
      'a resource twice',
      { primaryResourceArns: [loadBalancer('us-east-1'), loadBalancer('us-east-1')] },
      `primaryResourceArns is ${JSON.stringify([loadBalancer('us-east-1'), loadBalancer('us-east-1')])}; ` +
        'name each resource once: it can have one web ACL and one association',
    ],
    [
      'a country that ISO 3166 knows by another code',
      { blockedCountries: ['CN', 'UK'] },
      `blockedCountries[1] is "UK"; ${countryWay}`,
    ],
    ['a country in small letters', { allowedCountries: ['de'] }, `allowedCountries[0] is "de"; ${countryWay}`],
    ['a country twice', { blockedCountries: ['CN', 'CN'] }, 'blockedCountries is ["CN","CN"]; name each one once'],
    [
      'both lists of countries',
      { allowedCountries: ['DE'], blockedCountries: ['CN'] },
      `allowedCountries is ["DE"]; ${eitherWay}`,
    ],
    [
      'both lists in the secondary',
      { blockedCountries: ['CN'], secondarySettings: { allowedCountries: ['DE'] } },
      `secondarySettings.allowedCountries is ["DE"]; ${eitherWay}`,
    ],
    [
      'a rate limit below what AWS accepts',
      { rateLimit: 9 },
      'rateLimit is 9; give a whole number from 10 to 2000000000 requests in 5 minutes',
    ],
    [
      'a rate limit above what AWS accepts',
      { secondarySettings: { rateLimit: 2_000_000_001 } },
      'secondarySettings.rateLimit is 2000000001; give a whole number from 10 to 2000000000 requests in 5 minutes',
    ],
    ['the whole internet', { blockedCidrBlocks: ['0.0.0.0/0'] }, `blockedCidrBlocks[0] is "0.0.0.0/0"; ${cidrWay}`],
    [
      'an address without length',
      { blockedCidrBlocks: ['10.0.0.1'] },
      `blockedCidrBlocks[0] is "10.0.0.1"; ${cidrWay}`,
    ],
    [
      'an address that is none',
      { trustedCidrBlocks: ['10.0.0.256/32'] },
      `trustedCidrBlocks[0] is "10.0.0.256/32"; ${cidrWay}`,
    ],
    [
      'a length that IPv4 has not',
      { trustedCidrBlocks: ['10.0.0.0/33'] },
      `trustedCidrBlocks[0] is "10.0.0.0/33"; ${cidrWay}`,
    ],
    ['a length that IPv6 has not', { trustedCidrBlocks: ['::/129'] }, `trustedCidrBlocks[0] is "::/129"; ${cidrWay}`],
    [
      'a range from its middle',
      { trustedCidrBlocks: ['10.0.0.1/24'] },
      `trustedCidrBlocks[0] is "10.0.0.1/24"; ${cidrWay}`,
    ],
    [
      'a rule group that AWS has not',
      { managedRuleGroups: ['AWSManagedRulesCoreRuleSet'] },
      'managedRuleGroups[0] is "AWSManagedRulesCoreRuleSet"; use some of AWSManagedRulesAdminProtectionRuleSet, ' +
        'AWSManagedRulesAmazonIpReputationList, AWSManagedRulesAnonymousIpList, AWSManagedRulesBotControlRuleSet, ' +
        'AWSManagedRulesCommonRuleSet, AWSManagedRulesKnownBadInputsRuleSet, AWSManagedRulesLinuxRuleSet, ' +
        'AWSManagedRulesPHPRuleSet, AWSManagedRulesSQLiRuleSet, AWSManagedRulesUnixRuleSet, ' +
        'AWSManagedRulesWindowsRuleSet, AWSManagedRulesWordPressRuleSet: AWS has no other',
    ],
    [
      'a name that every object has',
      { managedRuleGroups: ['constructor'] },
      expect.stringContaining('managedRuleGroups[0] is "constructor"; use some of ') as never,
    ],
    [
      'a rule group that needs a configuration',
      { managedRuleGroups: ['AWSManagedRulesATPRuleSet'] },
      'managedRuleGroups[0] is "AWSManagedRulesATPRuleSet"; remove it: this rule group needs a configuration that is not offered here; put it into a web ACL of your own',
    ],
    [
      'counting what does not run',
      { countOnly: ['AWSManagedRulesSQLiRuleSet'] },
      'countOnly[0] is "AWSManagedRulesSQLiRuleSet"; use some of managedRuleGroups: AWSManagedRulesAmazonIpReputationList, ' +
        'AWSManagedRulesCommonRuleSet, AWSManagedRulesKnownBadInputsRuleSet',
    ],
    [
      'rule groups in one region only (R-LB-3)',
      { ...OWN_GROUPS, secondaryRuleGroupArns: undefined },
      'secondaryRuleGroupArns is missing; give as many rule groups in each region: what applies in one region only changes with a failover',
    ],
    [
      'a rule group of the other region',
      { ...OWN_GROUPS, secondaryRuleGroupArns: [ruleGroup('us-east-1')] },
      `secondaryRuleGroupArns[0] is "${ruleGroup('us-east-1')}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'rule groups of unknown capacity',
      { ...OWN_GROUPS, ruleGroupCapacity: undefined },
      'ruleGroupCapacity is missing; give the capacity units of your rule groups together',
    ],
    [
      'a capacity of no rule groups',
      { ruleGroupCapacity: 5 },
      'ruleGroupCapacity is 5; give primaryRuleGroupArns and secondaryRuleGroupArns, or remove it',
    ],
    [
      'more capacity units than AWS allows',
      { ...OWN_GROUPS, ruleGroupCapacity: 4500 },
      'ruleGroupCapacity is 4500; remove rule groups: the web ACL needs 5438 capacity units, and AWS allows 5000',
    ],
    [
      'a health check path with a query',
      { healthCheckPaths: ['/health?deep=1'] },
      'healthCheckPaths[0] is "/health?deep=1"; give a path that starts with "/", of at most 200 characters without spaces and query',
    ],
    [
      'a key of one region',
      { primaryKeyArn: key('us-east-1') },
      'secondaryKeyArn is missing; give a key of each region, or of neither',
    ],
    ['a name with a dot', { aclName: 'a.b' }, 'aclName is "a.b"; use letters, digits, hyphens and underscores'],
    [
      'an unknown prop',
      { blockedCountrys: ['CN'] },
      'blockedCountrys is ["CN"]; there is no such prop, remove it or correct its spelling',
    ],
    [
      'an unknown setting of the secondary',
      { secondarySettings: { countOnly: [] } },
      'secondarySettings.countOnly is []; there is no such prop, remove it or correct its spelling',
    ],
  ])('fails on %s', (_, props, message) => {
    const error = errorOf((scope, regions) => new WebAcl(scope, 'W', { regions, ...PROPS, ...props }));
    expect(error.replace(/^test\/W: /, '')).toEqual(message);
  });
});

terraformTest(
  'the real AWS provider accepts the default, everything at once, and a pair without us-east-1',
  () => {
    expect(validate(build().stack)).toEqual([]);
    expect(validate(build(EVERYTHING).stack)).toEqual([]);
    expect(validate(build({ allowedCountries: ['DE'], healthCheckPaths: [] }).stack)).toEqual([]);
    const europe = { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };
    expect(validate(build(propsFor('eu-west-1', 'eu-central-1'), europe).stack)).toEqual([]);
  },
  120_000,
);
