import { HostedZone, HostedZoneProps } from '../../lib/constructs/hosted-zone';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const NAME = 'dr.your-company.com';
const VPCS = { primaryVpcId: 'vpc-1', secondaryVpcId: 'vpc-2' };

function build(
  props: Partial<HostedZoneProps> = {},
  protection = 'disposable',
): { synthesized: Synthesized; zone: HostedZone } {
  let zone: HostedZone | undefined;
  const synthesized = synth(
    (scope, regions) => {
      zone = new HostedZone(scope, 'HostedZone', { regions, domainName: NAME, ...props });
    },
    { protection },
  );
  return { synthesized, zone: zone as HostedZone };
}

const notices = ({ zone }: { zone: HostedZone }): string[] =>
  zone.node.metadata.filter(({ type }) => type === '@cdktf/info').map(({ data }) => data as string);

describe('HostedZone', () => {
  test('creates a public zone and says that it is not delegated (R-R53-15)', () => {
    const created = build();
    const zone = created.synthesized.only('aws_route53_zone');
    expect(zone.body).toMatchObject({ name: NAME, comment: 'Failover records of dev' });
    expect(zone.body).not.toHaveProperty('vpc');
    expect(created.zone.delegated).toBe(false);
    expect(created.zone.domainName).toBe(NAME);
    expect(created.zone.nameServers).toHaveLength(1);
    expect(notices(created)).toEqual([
      'The zone dr.your-company.com is created, not delegated: it answers nobody until its parent domain has NS records ' +
        'with its name servers. Give hostedZoneId to use a zone that is delegated.',
    ]);
  });

  test('uses a zone that exists, and creates nothing (R-R53-15)', () => {
    const given = build({ hostedZoneId: 'Z0123456789ABCDEFGHIJ' });
    expect(given.synthesized.all).toEqual([]);
    expect(given.zone).toMatchObject({ zoneId: 'Z0123456789ABCDEFGHIJ', delegated: true, nameServers: [] });
    expect(notices(given)).toEqual([]);
    expect(build({ hostedZoneId: 'Z0123456789ABCDEFGHIJ', privateZone: true }).zone.delegated).toBe(false);
  });

  test('creates a private zone that the VPCs of both regions ask', () => {
    const { synthesized, zone } = build({ privateZone: true, ...VPCS });
    expect(synthesized.only('aws_route53_zone').body.vpc).toEqual([
      { vpc_id: 'vpc-1', vpc_region: 'us-east-1' },
      { vpc_id: 'vpc-2', vpc_region: 'us-east-2' },
    ]);
    expect(zone.delegated).toBe(false);
    expect(notices({ zone })).toEqual([]);
  });

  test.each([
    ['disposable', true],
    ['protected', false],
  ])('is emptied on destroy under the %s profile: %s (R-DEL-9)', (protection, emptied) => {
    const { body } = build({}, protection).synthesized.only('aws_route53_zone');
    expect(body.force_destroy).toBe(emptied);
    expect(body).not.toHaveProperty('enable_accelerated_recovery');
  });

  test.each([
    ['protected', true],
    ['protected', false],
    ['disposable', false],
  ])('under the %s profile sets accelerated recovery to %s on request (R-R53-19)', (protection, value) => {
    const { json } = build({ acceleratedRecovery: value }, protection).synthesized;
    const [zone] = Object.values<Json>(json.resource.aws_route53_zone);
    expect(zone.enable_accelerated_recovery).toBe(value);
    expect(json.terraform.required_providers.aws.version).toBe('>= 6.25.0, < 7.0.0');
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    const { synthesized } = build({ privateZone: true, ...VPCS });
    expect(withoutProvider(synthesized)).toEqual([]);
    expect(foreignReferences(synthesized)).toEqual([]);
    expect(build().synthesized.json.terraform.required_providers.aws.version).toBe('>= 5.100.0, < 7.0.0');
  });

  const malformed =
    'give a name such as "dr.your-company.com": two or more labels of lower-case letters, digits and hyphens, without scheme, path, port or final dot';
  const tied = 'remove it: only a private zone that is created here is tied to VPCs';
  const both = 'give the VPCs of both regions: a private zone answers only in the VPCs it names';
  test.each<[string, Json, string]>([
    [
      'a reserved name (R-R53-15)',
      { domainName: 'dr.example.com' },
      'domainName is "dr.example.com"; choose a domain that you own: AWS and the DNS standards reserve this one',
    ],
    ['a final dot', { domainName: 'corp.io.' }, `domainName is "corp.io."; ${malformed}`],
    ['no name', { domainName: undefined }, 'domainName is missing; give a domain name such as "dr.your-company.com"'],
    [
      'something that is no zone id',
      { hostedZoneId: '/hostedzone/Z1' },
      'hostedZoneId is "/hostedzone/Z1"; give the id of a zone, such as "Z0123456789ABCDEFGHIJ"',
    ],
    ['an unknown prop', { zone: 1 }, 'zone is 1; there is no such prop, remove it or correct its spelling'],
    ['a private zone without VPCs', { privateZone: true }, `primaryVpcId is missing; ${both}`],
    ['a private zone of one VPC', { privateZone: true, primaryVpcId: 'vpc-1' }, `secondaryVpcId is missing; ${both}`],
    ['VPCs of a public zone', VPCS, `primaryVpcId is "vpc-1"; ${tied}`],
    [
      'VPCs of a zone that exists',
      { hostedZoneId: 'Z1', privateZone: true, secondaryVpcId: 'vpc-2' },
      `secondaryVpcId is "vpc-2"; ${tied}`,
    ],
    [
      'accelerated recovery of a zone that exists',
      { hostedZoneId: 'Z1', acceleratedRecovery: true },
      'acceleratedRecovery is true; remove it and set it where the zone is managed',
    ],
    [
      'accelerated recovery of a private zone (R-R53-19)',
      { privateZone: true, ...VPCS, acceleratedRecovery: true },
      'acceleratedRecovery is true; remove it: AWS has it for public zones only',
    ],
    [
      'accelerated recovery of a disposable zone (R-DEL-9)',
      { acceleratedRecovery: true },
      'acceleratedRecovery is true; set protection to "protected" as well, or remove it: a zone that has it cannot be deleted',
    ],
  ])('fails on %s', (_, props, message) => {
    expect(errorOf((scope, regions) => new HostedZone(scope, 'Z', { regions, domainName: NAME, ...props }))).toBe(
      `test/Z: ${message}`,
    );
  });
});

terraformTest(
  'the real AWS provider accepts a public and a private zone',
  () => {
    expect(validate(build().synthesized)).toEqual([]);
    expect(validate(build({ privateZone: true, ...VPCS }).synthesized)).toEqual([]);
  },
  60_000,
);
