import { isIPv4, isIPv6 } from 'net';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { CloudwatchLogResourcePolicy } from '@cdktf/provider-aws/lib/cloudwatch-log-resource-policy';
import { Wafv2IpSet } from '@cdktf/provider-aws/lib/wafv2-ip-set';
import { Wafv2WebAcl, Wafv2WebAclRule, Wafv2WebAclRuleAction } from '@cdktf/provider-aws/lib/wafv2-web-acl';
import { Wafv2WebAclAssociation } from '@cdktf/provider-aws/lib/wafv2-web-acl-association';
import { Wafv2WebAclLoggingConfiguration } from '@cdktf/provider-aws/lib/wafv2-web-acl-logging-configuration';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion } from '../core/arn-region';
import { ConfigurationError } from '../core/errors';
import { addNotice, bothHalves, halfOf } from '../core/halves';
import { policyDocument } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { RegionalSettings, warnOfDifferences, WebAclSettings } from '../core/regional-settings';
import { arn, instance, integer, known, validateProps } from '../core/validation';

export type { WebAclSettings } from '../core/regional-settings';
import { stableId } from '../core/stable-id';

/** Props of `WebAcl`. */
export interface WebAclProps extends WebAclSettings {
  /** The two regions. */
  readonly regions: RegionPair;
  /** What is protected in the primary region: application load balancers, stages of REST APIs. */
  readonly primaryResourceArns: readonly string[];
  /** The same in the secondary region: as many, or clients would meet no rules after a failover. */
  readonly secondaryResourceArns: readonly string[];
  /** First part of the names, so that a system can have several. @default 'waf' */
  readonly aclName?: string;
  /** Key of the primary region for the logs. @default - a key that AWS owns */
  readonly primaryKeyArn?: string;
  /** Key of the secondary region for the logs. @default - a key that AWS owns */
  readonly secondaryKeyArn?: string;
  /**
   * Rule groups that AWS keeps up to date, in the order of their evaluation.
   * @default ['AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesCommonRuleSet', 'AWSManagedRulesKnownBadInputsRuleSet']
   */
  readonly managedRuleGroups?: readonly string[];
  /** Those of `managedRuleGroups` that only count what they would block: the way to try one out. @default [] */
  readonly countOnly?: readonly string[];
  /** Rule groups of your own in the primary region, evaluated last. @default [] */
  readonly primaryRuleGroupArns?: readonly string[];
  /** The same rule groups in the secondary region. @default [] */
  readonly secondaryRuleGroupArns?: readonly string[];
  /** Capacity units of your own rule groups of one region together, as they were created. Needed with them. @default 0 */
  readonly ruleGroupCapacity?: number;
  /**
   * Paths that health checkers ask with GET: neither country, rate limit nor managed rules refuse them. The path of an
   * API Gateway stage starts with the name of the stage where the execute-api URL is asked. @default ['/health']
   */
  readonly healthCheckPaths?: readonly string[];
  /** What is different in the secondary region, after all. Gives a warning. @default - nothing */
  readonly secondarySettings?: RegionalSettings;
}

/** One region's web ACL. */
export interface RegionalWebAcl {
  readonly webAclArn: string;
  /** What CloudWatch knows it by: dimension `WebACL`. */
  readonly webAclName: string;
  readonly logGroupName: string;
  /** Capacity units, estimated from AWS's list. AWS allows 5000 and charges more above 1500. */
  readonly capacity: number;
}

/**
 * AWS's own rule groups that need no configuration, with their capacity units. Bot Control has a monthly price besides.
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
 */
const MANAGED_RULE_GROUPS: Record<string, number> = {
  AWSManagedRulesAdminProtectionRuleSet: 100,
  AWSManagedRulesAmazonIpReputationList: 25,
  AWSManagedRulesAnonymousIpList: 50,
  AWSManagedRulesBotControlRuleSet: 50,
  AWSManagedRulesCommonRuleSet: 700,
  AWSManagedRulesKnownBadInputsRuleSet: 200,
  AWSManagedRulesLinuxRuleSet: 200,
  AWSManagedRulesPHPRuleSet: 100,
  AWSManagedRulesSQLiRuleSet: 200,
  AWSManagedRulesUnixRuleSet: 100,
  AWSManagedRulesWindowsRuleSet: 200,
  AWSManagedRulesWordPressRuleSet: 100,
};
const BOT_CONTROL = 'AWSManagedRulesBotControlRuleSet';

/** They must be told of login pages, sign-up pages or challenges. */
const CONFIGURED_RULE_GROUPS = [
  'AWSManagedRulesACFPRuleSet',
  'AWSManagedRulesATPRuleSet',
  'AWSManagedRulesAntiDDoSRuleSet',
];

const DEFAULT_RULE_GROUPS = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesCommonRuleSet',
  'AWSManagedRulesKnownBadInputsRuleSet',
];

/** https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html */
const MAX_CAPACITY = 5000;
const CAPACITY_IN_PRICE = 1500;

/** Capacity units of statements. https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html */
const UNITS = { ipSet: 1, geo: 1, label: 1, exactMatch: 2, rate: 2 };

/**
 * Requests to the health check paths that one address may send within 5 minutes. A health checker sends 30 for each check
 * that asks every 10 seconds. Without any limit, a flood there would take a region out that everything else protects.
 */
const HEALTH_RATE_LIMIT = 2000;
const RATE_WINDOW_IN_SECONDS = 300;
const DEFAULT_RATE_LIMIT = 2000;

/** Label of requests to the health check paths: later rules leave them alone. */
const HEALTH_LABEL = 'health-check';

/** What must not be in logs: credentials. */
const REDACTED_HEADERS = ['authorization', 'cookie', 'x-api-key'];

/** Places in the order of evaluation, with room between them: a new rule does not renumber the others. */
const PRIORITY = {
  healthCheck: 0,
  trustedAddresses: 10,
  blockedAddresses: 20,
  countries: 30,
  healthRate: 40,
  rate: 50,
  managed: 100,
  own: 500,
};

/** ISO 3166-1 alpha-2 codes that WAF knows, and its XK for Kosovo. */
const COUNTRIES = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA ' +
    'CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA ' +
    'GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
    'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS ' +
    'MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS ' +
    'RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW ' +
    'TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW'
  ).split(' '),
);

const CIDR_WAY = 'give ranges such as "203.0.113.0/24" or "2001:db8::/32", from the first address of the range';

function each<T extends z.ZodType>(schema: T, what: string): z.ZodType {
  return z
    .array(schema, `give a list of ${what}`)
    .refine((values) => new Set(values).size === values.length, 'name each one once');
}

const countries = each(
  z
    .string('give the code of a country')
    .refine(
      (code) => COUNTRIES.has(code),
      'give a code of ISO 3166 in two capital letters, such as "KP" (the United Kingdom is "GB")',
    ),
  'countries',
);
const cidrBlocks = each(z.string(CIDR_WAY).refine(isCidrBlock, CIDR_WAY), 'ranges');
const settings = {
  rateLimit: integer(10, 2_000_000_000, 'requests in 5 minutes').optional(),
  blockedCountries: countries.optional(),
  allowedCountries: countries.optional(),
  trustedCidrBlocks: cidrBlocks.optional(),
  blockedCidrBlocks: cidrBlocks.optional(),
};

const resourceArns = z
  .array(
    known(
      z
        .string('give an ARN')
        .regex(
          /^arn:aws[a-z-]*:(elasticloadbalancing:[^:]*:[^:]*:loadbalancer\/app\/|apigateway:[^:]*::\/restapis\/[^/]+\/stages\/|appsync:|apprunner:|cognito-idp:)/,
          'give the ARN of an application load balancer or of a stage of a REST API: WAF does not protect network load balancers and HTTP APIs',
        ),
    ),
    'give a list of ARNs',
  )
  .min(1, 'give at least one: a web ACL that is associated with nothing protects nothing')
  .refine(
    (arns) => new Set(arns).size === arns.length,
    'name each resource once: it can have one web ACL and one association',
  );
const ruleGroupArns = each(arn('wafv2'), 'ARNs of rule groups');

const managedRuleGroup = z.string('give the name of a rule group').superRefine((name, context) => {
  if (Object.hasOwn(MANAGED_RULE_GROUPS, name)) return;
  const message = CONFIGURED_RULE_GROUPS.includes(name)
    ? 'remove it: this rule group needs a configuration that is not offered here; put it into a web ACL of your own'
    : `use some of ${Object.keys(MANAGED_RULE_GROUPS).join(', ')}: AWS has no other`;
  context.addIssue({ code: 'custom', message });
});

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryResourceArns: resourceArns,
  secondaryResourceArns: resourceArns,
  aclName: z
    .string('give a name')
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'use letters, digits, hyphens and underscores')
    .optional(),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  managedRuleGroups: each(managedRuleGroup, 'rule groups').optional(),
  countOnly: each(z.string('give the name of a rule group'), 'rule groups').optional(),
  primaryRuleGroupArns: ruleGroupArns.optional(),
  secondaryRuleGroupArns: ruleGroupArns.optional(),
  ruleGroupCapacity: integer(1, MAX_CAPACITY, 'units').optional(),
  healthCheckPaths: each(
    z
      .string('give a path')
      .regex(
        /^\/[\x21-\x3e\x40-\x7e]{0,199}$/,
        'give a path that starts with "/", of at most 200 characters without spaces and query',
      ),
    'paths',
  ).optional(),
  secondarySettings: z.strictObject(settings).optional(),
  ...settings,
});

/** Settings without gaps, in one order: equal settings are equal text. */
type CompleteSettings = Required<WebAclSettings>;

/** A part of a rule, as Terraform writes it: the bindings leave statements untyped. */
interface Statement {
  readonly [kind: string]: unknown;
}

/** A rule and what it costs. */
interface MeasuredRule {
  readonly rule: Wafv2WebAclRule;
  readonly units: number;
}

/** What one half is built from. */
interface HalfProps {
  readonly region: Region;
  readonly name: string;
  readonly settings: CompleteSettings;
  readonly resourceArns: readonly string[];
  readonly ruleGroupArns: readonly string[];
  readonly keyArn?: string;
  readonly logRetentionInDays: number;
  readonly shared: WebAclProps;
}

/**
 * A web application firewall (WAFv2, scope `REGIONAL`) per region, with the same rules in both (rule R-LB-3): a request
 * that is served before a failover is served after it.
 *
 * **Health checkers are let through** (rule R-R53-21). A firewall that refuses them takes a region out of service. So GET
 * requests to `healthCheckPaths` get a label first, and no rule on countries, rate or AWS's changing rule groups looks at
 * them: one that is wrong would be wrong in both regions at once. They have a rate limit of their own, far above what a
 * checker sends. Only `blockedCidrBlocks` and rule groups of your own can refuse them.
 *
 * **Order**: health checks, trusted ranges, blocked ranges, countries, rate limits, managed rule groups, your own.
 *
 * **Logs** go to a log group named `aws-waf-logs-...`, the only name WAF delivers to, with the resource policy it needs:
 * made here, because the one AWS adds by itself stays behind on destroy. A region has ten such policies. Credentials are
 * redacted, and no requests are sampled, because redaction does not reach samples. Health checks that pass are not logged.
 * https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
 *
 * @throws ConfigurationError for unknown countries and rule groups, both lists of countries, a protected secondary without
 * a protected primary or the other way round, ARNs of the wrong region, more than 5000 capacity units, malformed props
 */
export class WebAcl extends Construct {
  public readonly primary: RegionalWebAcl;
  public readonly secondary: RegionalWebAcl;

  constructor(scope: Construct, id: string, props: WebAclProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    this.checkPairs(props);
    this.checkCountOnly(props);
    const keys = keyHalves(this, regions, props);
    const given = {
      primary: {
        settings: completed(props),
        resourceArns: props.primaryResourceArns,
        ruleGroupArns: props.primaryRuleGroupArns ?? [],
      },
      secondary: {
        settings: completed({ ...props, ...props.secondarySettings }),
        resourceArns: props.secondaryResourceArns,
        ruleGroupArns: props.secondaryRuleGroupArns ?? [],
      },
    };
    for (const region of regions.both) {
      const half = halfOf(given, region);
      half.resourceArns.forEach((one, index) =>
        checkArnRegion(this, `${region.role}ResourceArns[${index}]`, one, region),
      );
      half.ruleGroupArns.forEach((one, index) =>
        checkArnRegion(this, `${region.role}RuleGroupArns[${index}]`, one, region),
      );
    }
    this.checkCountries('', given.primary.settings);
    this.checkCountries('secondarySettings.', given.secondary.settings);

    const halves = bothHalves(
      regions,
      (region, half) =>
        new RegionalFirewall(this, half, {
          region,
          name: props.aclName ?? 'waf',
          ...halfOf(given, region),
          keyArn: halfOf(keys, region),
          logRetentionInDays: regions.protection.logRetentionInDays,
          shared: props,
        }),
    );
    this.primary = halves.primary.outputs;
    this.secondary = halves.secondary.outputs;
    this.checkCapacity(Math.max(this.primary.capacity, this.secondary.capacity), props.ruleGroupCapacity);
    warnOfDifferences(
      this,
      given.primary.settings,
      given.secondary.settings,
      'a failover changes who is served (rule R-LB-3)',
    );
  }

  private checkPairs(props: WebAclProps): void {
    for (const [one, other, wayOut] of [
      [
        'primaryResourceArns',
        'secondaryResourceArns',
        'protect as many resources in each region: what is protected in',
      ],
      ['primaryRuleGroupArns', 'secondaryRuleGroupArns', 'give as many rule groups in each region: what applies in'],
    ] as const) {
      const counts = [props[one]?.length ?? 0, props[other]?.length ?? 0];
      if (counts[0] === counts[1]) continue;
      const prop = counts[0] < counts[1] ? one : other;
      throw this.problem(prop, props[prop], `${wayOut} one region only changes with a failover`);
    }
    const groups = props.primaryRuleGroupArns?.length ?? 0;
    if (groups > 0 && props.ruleGroupCapacity === undefined) {
      throw this.problem('ruleGroupCapacity', undefined, 'give the capacity units of your rule groups together');
    }
    if (groups === 0 && props.ruleGroupCapacity !== undefined) {
      const wayOut = 'give primaryRuleGroupArns and secondaryRuleGroupArns, or remove it';
      throw this.problem('ruleGroupCapacity', props.ruleGroupCapacity, wayOut);
    }
  }

  private checkCountOnly({ countOnly = [], managedRuleGroups = DEFAULT_RULE_GROUPS }: WebAclProps): void {
    countOnly.forEach((name, index) => {
      if (managedRuleGroups.includes(name)) return;
      throw this.problem(`countOnly[${index}]`, name, `use some of managedRuleGroups: ${managedRuleGroups.join(', ')}`);
    });
  }

  private checkCountries(path: string, { allowedCountries, blockedCountries }: CompleteSettings): void {
    if (allowedCountries.length === 0 || blockedCountries.length === 0) return;
    const wayOut = 'give either allowedCountries or blockedCountries: all others are refused or served anyway';
    throw this.problem(`${path}allowedCountries`, allowedCountries, wayOut);
  }

  private checkCapacity(capacity: number, ownCapacity?: number): void {
    if (capacity > MAX_CAPACITY) {
      throw this.problem(
        'ruleGroupCapacity',
        ownCapacity,
        `remove rule groups: the web ACL needs ${capacity} capacity units, and AWS allows ${MAX_CAPACITY}`,
      );
    }
    if (capacity > CAPACITY_IN_PRICE) {
      addNotice(
        this,
        'info',
        `The web ACL needs about ${capacity} capacity units: AWS charges more for every request above ${CAPACITY_IN_PRICE}.`,
      );
    }
  }

  private problem(prop: string, received: unknown, wayOut: string): ConfigurationError {
    return new ConfigurationError(this, { prop, received, wayOut });
  }
}

/** The web ACL of one region, with its logs and associations. */
class RegionalFirewall extends Construct {
  public readonly outputs: RegionalWebAcl;
  private readonly region: Region;
  private readonly name: string;

  constructor(scope: Construct, id: string, props: HalfProps) {
    super(scope, id);
    const { region, name } = props;
    this.region = region;
    this.name = name;
    const { provider } = region;
    const webAclName = region.resourceName('web acl', name);
    const rules = this.rules(props);

    const webAcl = new Wafv2WebAcl(this, 'Resource', {
      provider,
      name: webAclName,
      // WAF allows no parentheses here.
      description: `Requests to ${region.name}, ${region.role}`,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      rule: rules.map(({ rule }) => rule),
      visibilityConfig: visibility(webAclName),
    });
    for (const resourceArn of props.resourceArns) {
      const id = `Association-${stableId(this, resourceArn)}`;
      new Wafv2WebAclAssociation(this, id, { provider, resourceArn, webAclArn: webAcl.arn });
    }
    this.outputs = {
      webAclArn: webAcl.arn,
      webAclName,
      logGroupName: this.logs(webAcl.arn, webAclName, props),
      capacity: rules.reduce((sum, { units }) => sum + units, props.shared.ruleGroupCapacity ?? 0),
    };
  }

  private rules({ settings, ruleGroupArns, shared }: HalfProps): MeasuredRule[] {
    return [
      ...this.healthRules(shared.healthCheckPaths ?? ['/health']),
      ...this.addressRule('Trusted', PRIORITY.trustedAddresses, { allow: {} }, settings.trustedCidrBlocks),
      ...this.addressRule('Blocked', PRIORITY.blockedAddresses, { block: {} }, settings.blockedCidrBlocks),
      ...countryRule(settings),
      rateRule('rate-limit', PRIORITY.rate, settings.rateLimit, NO_HEALTH_CHECK),
      ...(shared.managedRuleGroups ?? DEFAULT_RULE_GROUPS).map((group, index) =>
        managedRule(group, PRIORITY.managed + 10 * index, shared.countOnly?.includes(group) ?? false),
      ),
      ...ruleGroupArns.map((groupArn, index) => ownRule(groupArn, index)),
    ];
  }

  /** Without paths there is nothing to leave alone: the label then is on no request. */
  private healthRules(paths: readonly string[]): MeasuredRule[] {
    if (paths.length === 0) return [];
    const isPath = paths.map((path) => exactly(path, { uri_path: {} }));
    const isHealthCheck = { and_statement: { statement: [exactly('GET', { method: {} }), anyOf(isPath)] } };
    return [
      {
        rule: {
          ...ruleBase('health-check', PRIORITY.healthCheck),
          action: { count: {} },
          ruleLabel: [{ name: HEALTH_LABEL }],
          statement: isHealthCheck,
        },
        units: (1 + paths.length) * UNITS.exactMatch,
      },
      rateRule('health-rate-limit', PRIORITY.healthRate, HEALTH_RATE_LIMIT, HEALTH_CHECK),
    ];
  }

  /** One set for each version of IP, because a set has one. */
  private addressRule(
    id: string,
    priority: number,
    action: Wafv2WebAclRuleAction,
    blocks: readonly string[],
  ): MeasuredRule[] {
    if (blocks.length === 0) return [];
    const name = `${id.toLowerCase()}-addresses`;
    const sets = [
      ['IPV4', blocks.filter((block) => !block.includes(':'))] as const,
      ['IPV6', blocks.filter((block) => block.includes(':'))] as const,
    ].filter(([, addresses]) => addresses.length > 0);
    const statements = sets.map(([version, addresses]) => {
      const set = new Wafv2IpSet(this, `${id}${version}`, {
        provider: this.region.provider,
        name: this.region.resourceName('ip set', `${this.name}-${name}-${version.toLowerCase()}`),
        description: `Of the web ACL: ${name}`,
        scope: 'REGIONAL',
        ipAddressVersion: version,
        addresses: [...addresses],
      });
      return { ip_set_reference_statement: { arn: set.arn } };
    });
    return [
      {
        rule: { ...ruleBase(name, priority), action, statement: anyOf(statements) },
        units: statements.length * UNITS.ipSet,
      },
    ];
  }

  private logs(webAclArn: string, webAclName: string, { keyArn, logRetentionInDays }: HalfProps): string {
    const { region } = this;
    const { provider } = region;
    const logGroup = new CloudwatchLogGroup(this, 'LogGroup', {
      provider,
      name: region.resourceName('log group', `aws-waf-logs-${this.name}`),
      kmsKeyId: keyArn,
      retentionInDays: logRetentionInDays,
    });
    const policy = new CloudwatchLogResourcePolicy(this, 'LogPolicy', {
      provider,
      policyName: `${webAclName}-logs`,
      policyDocument: policyDocument([
        {
          sid: 'WafDeliversLogs',
          principals: { Service: 'delivery.logs.amazonaws.com' },
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${logGroup.arn}:*`],
          conditions: {
            StringEquals: { 'aws:SourceAccount': region.accountId },
            ArnLike: { 'aws:SourceArn': region.arn('logs', '*') },
          },
        },
      ]),
    });
    new Wafv2WebAclLoggingConfiguration(this, 'Logging', {
      provider,
      resourceArn: webAclArn,
      logDestinationConfigs: [logGroup.arn],
      redactedFields: REDACTED_HEADERS.map((header) => ({ singleHeader: { name: header } })),
      loggingFilter: {
        defaultBehavior: 'KEEP',
        filter: [
          {
            behavior: 'DROP',
            requirement: 'MEETS_ALL',
            condition: [
              { actionCondition: { action: 'ALLOW' } },
              {
                labelNameCondition: { labelName: `awswaf:${region.accountId}:webacl:${webAclName}:${HEALTH_LABEL}` },
              },
            ],
          },
        ],
      },
      dependsOn: [policy],
    });
    return logGroup.name;
  }
}

const HEALTH_CHECK: Statement = { label_match_statement: { scope: 'LABEL', key: HEALTH_LABEL } };
const NO_HEALTH_CHECK: Statement = { not_statement: { statement: [HEALTH_CHECK] } };

function countryRule({ blockedCountries, allowedCountries }: CompleteSettings): MeasuredRule[] {
  const only = allowedCountries.length > 0;
  const codes = only ? allowedCountries : blockedCountries;
  if (codes.length === 0) return [];
  const isListed = { geo_match_statement: { country_codes: codes } };
  const isRefused = only ? { not_statement: { statement: [isListed] } } : isListed;
  return [
    {
      rule: {
        ...ruleBase(only ? 'allowed-countries' : 'blocked-countries', PRIORITY.countries),
        action: { block: {} },
        statement: { and_statement: { statement: [isRefused, NO_HEALTH_CHECK] } },
      },
      units: UNITS.geo + UNITS.label,
    },
  ];
}

/** 429 tells a client to come back later; WAF's own 403 would tell it to give up. */
function rateRule(name: string, priority: number, limit: number, scopeDown: Statement): MeasuredRule {
  return {
    rule: {
      ...ruleBase(name, priority),
      action: { block: { customResponse: { responseCode: 429 } } },
      statement: {
        rate_based_statement: {
          limit,
          aggregate_key_type: 'IP',
          evaluation_window_sec: RATE_WINDOW_IN_SECONDS,
          scope_down_statement: scopeDown,
        },
      },
    },
    units: UNITS.rate + UNITS.label,
  };
}

function managedRule(name: string, priority: number, countOnly: boolean): MeasuredRule {
  return {
    rule: {
      ...ruleBase(name, priority),
      overrideAction: countOnly ? { count: {} } : { none: {} },
      statement: {
        managed_rule_group_statement: {
          vendor_name: 'AWS',
          name,
          scope_down_statement: NO_HEALTH_CHECK,
          ...(name === BOT_CONTROL && {
            managed_rule_group_configs: [{ aws_managed_rules_bot_control_rule_set: { inspection_level: 'COMMON' } }],
          }),
        },
      },
    },
    units: MANAGED_RULE_GROUPS[name] + UNITS.label,
  };
}

/** AWS accepts no scope-down statement here, and its capacity is given for all groups together. */
function ownRule(groupArn: string, index: number): MeasuredRule {
  return {
    rule: {
      ...ruleBase(`own-rules-${index + 1}`, PRIORITY.own + 10 * index),
      overrideAction: { none: {} },
      statement: { rule_group_reference_statement: { arn: groupArn } },
    },
    units: 0,
  };
}

function ruleBase(name: string, priority: number): Pick<Wafv2WebAclRule, 'name' | 'priority' | 'visibilityConfig'> {
  return { name, priority, visibilityConfig: visibility(name) };
}

/** Samples hold whole requests, credentials included: what the logs redact, samples would show. */
function visibility(metricName: string): Wafv2WebAclRule['visibilityConfig'] {
  return { cloudwatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}

function exactly(text: string, field: Statement): Statement {
  return {
    byte_match_statement: {
      search_string: text,
      positional_constraint: 'EXACTLY',
      field_to_match: field,
      text_transformation: [{ priority: 0, type: 'NONE' }],
    },
  };
}

/** AWS refuses an "or" of one. */
function anyOf(statements: readonly Statement[]): Statement {
  return statements.length === 1 ? statements[0] : { or_statement: { statement: statements } };
}

function completed({
  rateLimit = DEFAULT_RATE_LIMIT,
  blockedCountries = [],
  allowedCountries = [],
  trustedCidrBlocks = [],
  blockedCidrBlocks = [],
}: WebAclSettings): CompleteSettings {
  return {
    rateLimit,
    blockedCountries: [...blockedCountries].sort(),
    allowedCountries: [...allowedCountries].sort(),
    trustedCidrBlocks: [...trustedCidrBlocks].sort(),
    blockedCidrBlocks: [...blockedCidrBlocks].sort(),
  };
}

/** A range that WAF takes: every length but 0, and of IPv4 from its first address. */
function isCidrBlock(text: string): boolean {
  const [, address, length] = /^([0-9a-fA-F.:]+)\/([1-9]\d{0,2})$/.exec(text) ?? [];
  if (address === undefined) return false;
  if (isIPv6(address)) return Number(length) <= 128;
  if (!isIPv4(address) || Number(length) > 32) return false;
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return number % 2 ** (32 - Number(length)) === 0;
}
