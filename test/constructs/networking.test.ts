import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Networking, NetworkingProps } from '../../lib/constructs/networking';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized, SynthesizedResource } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const REGIONS = ['us-east-1', 'us-east-2'];
const PEER_RANGE: Record<string, string> = { 'us-east-1': '10.1.0.0/16', 'us-east-2': '10.0.0.0/16' };
const KEYS = {
  primaryKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/mrk-1',
  secondaryKeyArn: 'arn:aws:kms:us-east-2:111111111111:key/mrk-1',
};
const FULL = { ...KEYS, natGateways: 'perZone', interfaceEndpoints: ['states', 'ecr.api', 'sts'] };

function networking(props: Partial<NetworkingProps> = {}, pair: Partial<RegionPairProps> = {}): Synthesized {
  return synth((scope, regions) => new Networking(scope, 'Networking', { regions, ...props }), pair);
}

function built(props: Partial<NetworkingProps> = {}): Networking {
  let result: Networking | undefined;
  synth((scope, regions) => (result = new Networking(scope, 'Networking', { regions, ...props })));
  if (!result) throw new Error('nothing was built');
  return result;
}

/** First and last address of a range, by another way than the code under test. */
function bounds(range: string): [bigint, bigint] {
  const [address, prefix] = range.split('/');
  const bits = address
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
  const network = bits.slice(0, Number(prefix));
  return [BigInt(`0b${network.padEnd(32, '0')}`), BigInt(`0b${network.padEnd(32, '1')}`)];
}

function subnets(synthesized: Synthesized, region: string, kind: string): SynthesizedResource[] {
  return synthesized.resources('aws_subnet', region).filter((s) => s.body.tags.Name.startsWith(`${kind}-`));
}

function tableOf(synthesized: Synthesized, subnet: SynthesizedResource): SynthesizedResource {
  const found = synthesized
    .resources('aws_route_table_association')
    .filter((association) => synthesized.target(association.body.subnet_id) === subnet);
  expect(found).toHaveLength(1);
  return synthesized.target(found[0].body.route_table_id);
}

function routesOf(synthesized: Synthesized, table: SynthesizedResource): Json[] {
  return synthesized
    .resources('aws_route')
    .filter((route) => synthesized.target(route.body.route_table_id) === table)
    .map((route) => route.body);
}

function defaultRoutes(synthesized: Synthesized, table: SynthesizedResource): Json[] {
  return routesOf(synthesized, table).filter((route) => route.destination_cidr_block === '0.0.0.0/0');
}

function endpoint(synthesized: Synthesized, region: string, service: string): Json {
  const name = `${service}-${region === 'us-east-1' ? 'primary' : 'secondary'}-dev`;
  const found = synthesized.resources('aws_vpc_endpoint', region).filter(({ body }) => body.tags.Name === name);
  expect(found).toHaveLength(1);
  return found[0].body;
}

describe('Networking', () => {
  const synthesized = networking();
  const full = networking(FULL);

  test('has one VPC with DNS in each region, in ranges that do not overlap (R-NET-1, R-NET-6)', () => {
    expect(synthesized.resources('aws_vpc').map(({ region, body }) => [region, body.cidr_block])).toEqual([
      ['us-east-1', '10.0.0.0/16'],
      ['us-east-2', '10.1.0.0/16'],
    ]);
    for (const { body } of synthesized.resources('aws_vpc')) {
      expect(body).toMatchObject({ enable_dns_support: true, enable_dns_hostnames: true });
    }
  });

  test.each(REGIONS)('has a public and a private subnet in each zone of %s, none with public addresses', (region) => {
    for (const kind of ['public', 'private']) {
      expect(subnets(synthesized, region, kind).map(({ body }) => body.availability_zone.at(-3))).toEqual([
        '0',
        '1',
        '2',
      ]);
    }
    expect(synthesized.resources('aws_subnet', region)).toHaveLength(6);
    for (const { body } of synthesized.resources('aws_subnet', region)) {
      expect(body.map_public_ip_on_launch).toBe(false);
    }
  });

  describe.each([16, 17, 18, 19, 20, 21, 22, 23, 24])('subnets of a /%i', (prefix) => {
    const counts = [2, 3, 4, 5, 6].filter((count) => prefix < 24 || count <= 4);
    const ranges = counts.map((availabilityZoneCount) =>
      networking({
        primaryCidrBlock: `10.200.0.0/${prefix}`,
        secondaryCidrBlock: `172.31.${prefix === 24 ? 255 : 0}.0/${prefix}`,
        availabilityZoneCount,
        peering: false,
        flowLogs: false,
      }),
    );

    test('lie inside the VPC, never overlap, and are neither smaller than AWS takes nor beyond their half (R-NET-1)', () => {
      ranges.forEach((one, index) => {
        for (const region of REGIONS) {
          const [first, last] = bounds(one.only('aws_vpc', region).body.cidr_block);
          const all = one.resources('aws_subnet', region).map(({ body }) => body.cidr_block as string);
          expect(all).toHaveLength(2 * counts[index]);
          const sorted = all.map(bounds).sort(([a], [b]) => (a < b ? -1 : 1));
          sorted.forEach(([from, to], position) => {
            expect(from >= first && to <= last).toBe(true);
            expect(position === 0 || sorted[position - 1][1] < from).toBe(true);
            expect(to - from + 1n >= 16n).toBe(true);
          });
          for (const range of all) {
            const [address, length] = range.split('/');
            const [from] = bounds(range);
            expect(address.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)).toBe(from);
            expect(Number(length)).toBeLessThanOrEqual(28);
          }
          const middle = first + (last - first + 1n) / 2n;
          expect(subnets(one, region, 'private').every(({ body }) => bounds(body.cidr_block)[1] < middle)).toBe(true);
          expect(subnets(one, region, 'public').every(({ body }) => bounds(body.cidr_block)[0] >= middle)).toBe(true);
        }
      });
    });

    test('stay where they are when zones are added', () => {
      const byName = (one: Synthesized): Record<string, string> =>
        Object.fromEntries(one.resources('aws_subnet').map(({ body }) => [body.tags.Name, body.cidr_block]));
      const most = byName(ranges[ranges.length - 1]);
      for (const one of ranges) expect(most).toMatchObject(byName(one));
    });
  });

  test('the ranges of the default VPC are these', () => {
    expect(subnets(synthesized, 'us-east-2', 'private').map(({ body }) => body.cidr_block)).toEqual([
      '10.1.0.0/20',
      '10.1.16.0/20',
      '10.1.32.0/20',
    ]);
    expect(subnets(synthesized, 'us-east-2', 'public').map(({ body }) => body.cidr_block)).toEqual([
      '10.1.128.0/21',
      '10.1.136.0/21',
      '10.1.144.0/21',
    ]);
  });

  test.each(REGIONS)('takes the zones of %s from the region itself, never from a literal (R-NET-7)', (region) => {
    const [zones] = synthesized.dataSources('aws_availability_zones', region);
    expect(zones.body).toMatchObject({
      state: 'available',
      exclude_zone_ids: ['apne1-az3', 'use1-az3'],
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    });
    for (const { body } of synthesized.resources('aws_subnet', region)) {
      expect(body.availability_zone).toMatch(/^\$\{element\(data\.aws_availability_zones\..*\.names, \d\)\}$/);
      expect(synthesized.target(body.availability_zone)).toBe(zones);
    }
    expect(JSON.stringify(synthesized.json)).not.toMatch(/[a-z]{2}-[a-z]+-\d[a-f]"/);
  });

  test('a region with too few zones fails the plan instead of sharing one silently', () => {
    const [zones] = networking({ availabilityZoneCount: 4 }).dataSources('aws_availability_zones', 'us-east-2');
    expect(zones.body.lifecycle.postcondition).toEqual([
      {
        condition: '${length(self.names) >= 4}',
        error_message:
          'us-east-2 offers this account fewer than 4 suitable availability zones. Lower availabilityZoneCount or choose another region.',
      },
    ]);
  });

  test('a subnet that exists stays in its zone when the list of zones changes', () => {
    for (const { body } of synthesized.resources('aws_subnet')) {
      expect(body.lifecycle).toEqual({ ignore_changes: ['availability_zone'] });
    }
  });

  test.each(REGIONS)('public subnets of %s wait for the internet gateway and lead to it', (region) => {
    const gateway = synthesized.only('aws_internet_gateway', region);
    for (const subnet of subnets(synthesized, region, 'public')) {
      expect(subnet.body.depends_on).toEqual([gateway.address]);
      const routes = defaultRoutes(synthesized, tableOf(synthesized, subnet));
      expect(routes.map((route) => synthesized.target(route.gateway_id))).toEqual([gateway]);
    }
  });

  test.each(REGIONS)('private subnets of %s have a route table each and no way to the internet', (region) => {
    const tables = subnets(synthesized, region, 'private').map((subnet) => tableOf(synthesized, subnet));
    expect(new Set(tables).size).toBe(3);
    expect(tables.flatMap((table) => defaultRoutes(synthesized, table))).toEqual([]);
    expect(synthesized.resources('aws_nat_gateway')).toEqual([]);
    expect(synthesized.resources('aws_eip')).toEqual([]);
  });

  test.each(REGIONS)('each zone of %s has its own NAT gateway when asked (R-NET-8)', (region) => {
    const gateway = full.only('aws_internet_gateway', region);
    const zones = subnets(full, region, 'private').map((subnet, index) => {
      const [route, ...others] = defaultRoutes(full, tableOf(full, subnet));
      expect(others).toEqual([]);
      const nat = full.target(route.nat_gateway_id);
      const address = full.target(nat.body.allocation_id);
      expect(nat.region).toBe(region);
      expect(address.body.domain).toBe('vpc');
      expect([nat.body.depends_on, address.body.depends_on]).toEqual([[gateway.address], [gateway.address]]);
      const home = full.target(nat.body.subnet_id);
      expect(home).toBe(subnets(full, region, 'public')[index]);
      expect(home.body.availability_zone).toBe(subnet.body.availability_zone);
      return nat.address;
    });
    expect(new Set(zones).size).toBe(3);
  });

  test.each(REGIONS)('one NAT gateway serves all zones of %s when asked, one in each region (R-NET-8)', (region) => {
    const single = networking({ natGateways: 'single' });
    const nat = single.only('aws_nat_gateway', region);
    const routes = subnets(single, region, 'private').flatMap((subnet) =>
      defaultRoutes(single, tableOf(single, subnet)),
    );
    expect(routes.map((route) => single.target(route.nat_gateway_id))).toEqual([nat, nat, nat]);
  });

  test.each([['none'], ['single'], ['perZone']])(
    'with NAT %s no default route crosses the peering (R-NET-11)',
    (nat) => {
      const one = networking({ natGateways: nat });
      const peering = one.resources('aws_route').filter(({ body }) => body.vpc_peering_connection_id);
      expect(new Set(peering.map(({ body }) => body.destination_cidr_block))).toEqual(
        new Set(['10.0.0.0/16', '10.1.0.0/16']),
      );
      for (const { body, region } of one.resources('aws_route')) {
        const target = body.gateway_id ?? body.nat_gateway_id;
        expect(Boolean(target)).toBe(body.destination_cidr_block === '0.0.0.0/0');
        if (target) expect(one.target(target).region).toBe(region);
      }
    },
  );

  test('the primary asks for the peering and the secondary accepts it (R-NET-2)', () => {
    const connection = synthesized.only('aws_vpc_peering_connection');
    const accepter = synthesized.only('aws_vpc_peering_connection_accepter');
    expect(connection.region).toBe('us-east-1');
    expect(connection.body).toMatchObject({ peer_region: 'us-east-2', auto_accept: false });
    expect(synthesized.target(connection.body.vpc_id)).toBe(synthesized.only('aws_vpc', 'us-east-1'));
    expect(synthesized.target(connection.body.peer_vpc_id)).toBe(synthesized.only('aws_vpc', 'us-east-2'));
    expect(accepter.region).toBe('us-east-2');
    expect(accepter.body.auto_accept).toBe(true);
    expect(synthesized.target(accepter.body.vpc_peering_connection_id)).toBe(connection);
  });

  test.each(REGIONS)(
    'every route table of %s leads to the peer through the accepted connection (R-NET-3)',
    (region) => {
      const accepter = synthesized.only('aws_vpc_peering_connection_accepter');
      const tables = synthesized.resources('aws_route_table', region);
      expect(tables).toHaveLength(4);
      for (const table of tables) {
        const routes = routesOf(synthesized, table).filter((route) => route.vpc_peering_connection_id);
        expect(routes.map((route) => route.destination_cidr_block)).toEqual([PEER_RANGE[region]]);
        expect(synthesized.target(routes[0].vpc_peering_connection_id)).toBe(accepter);
      }
    },
  );

  test('each side resolves the other with options of its own, after the acceptance (R-NET-4)', () => {
    const accepter = synthesized.only('aws_vpc_peering_connection_accepter');
    const connection = synthesized.only('aws_vpc_peering_connection');
    const [requesting] = synthesized.resources('aws_vpc_peering_connection_options', 'us-east-1');
    const [accepting] = synthesized.resources('aws_vpc_peering_connection_options', 'us-east-2');
    expect(synthesized.resources('aws_vpc_peering_connection_options')).toHaveLength(2);
    expect(requesting.body.requester).toEqual({ allow_remote_vpc_dns_resolution: true });
    expect(requesting.body.accepter).toBeUndefined();
    expect(accepting.body.accepter).toEqual({ allow_remote_vpc_dns_resolution: true });
    expect(accepting.body.requester).toBeUndefined();
    for (const { body } of [requesting, accepting]) {
      expect(synthesized.target(body.vpc_peering_connection_id)).toBe(accepter);
    }
    for (const { body } of [connection, accepter]) {
      expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['requester']));
      expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['accepter']));
    }
  });

  test('without peering nothing links the regions', () => {
    const apart = networking({ peering: false });
    expect(apart.all.filter(({ type }) => type.includes('peering'))).toEqual([]);
    expect(apart.resources('aws_route').filter(({ body }) => body.vpc_peering_connection_id)).toEqual([]);
    expect(built({ peering: false }).peeringConnectionId).toBeUndefined();
  });

  test('opens its endpoints to the VPC by range, never by a security group of the peer (R-NET-5, R-NET-10)', () => {
    for (const region of REGIONS) {
      const group = full.only('aws_security_group', region);
      expect(Object.keys(group.body)).not.toEqual(expect.arrayContaining(['ingress']));
      expect(full.target(group.body.vpc_id).region).toBe(region);
      const rule = full.only('aws_vpc_security_group_ingress_rule', region);
      expect(full.target(rule.body.security_group_id)).toBe(group);
      expect(rule.body).toMatchObject({
        cidr_ipv4: full.only('aws_vpc', region).body.cidr_block,
        ip_protocol: 'tcp',
        from_port: 443,
        to_port: 443,
      });
      expect(rule.body.referenced_security_group_id).toBeUndefined();
    }
    expect(full.resources('aws_vpc_security_group_egress_rule')).toEqual([]);
  });

  test.each(REGIONS)('has gateway endpoints for S3 and DynamoDB in every route table of %s (R-NET-6)', (region) => {
    const tables = synthesized.resources('aws_route_table', region).map(({ address }) => address);
    for (const service of ['s3', 'dynamodb']) {
      const gateway = endpoint(synthesized, region, service);
      expect(gateway).toMatchObject({
        vpc_endpoint_type: 'Gateway',
        service_name: `com.amazonaws.${region}.${service}`,
      });
      expect(gateway.route_table_ids.map((id: string) => synthesized.target(id).address).sort()).toEqual(tables.sort());
    }
  });

  test('its gateway endpoints are for this account, and for reading what AWS publishes', () => {
    const own = {
      Sid: 'PrincipalsOfThisAccount',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Resource: ['*'],
      Condition: {
        StringEquals: {
          'aws:PrincipalAccount': expect.stringMatching(/^\$\{data\.aws_caller_identity\..*\.account_id\}$/),
        },
      },
    };
    expect(JSON.parse(endpoint(synthesized, 'us-east-2', 's3').policy).Statement).toEqual([
      { ...own, Action: ['s3:*'] },
      { Sid: 'AnyoneReads', Effect: 'Allow', Principal: { AWS: '*' }, Action: ['s3:GetObject'], Resource: ['*'] },
    ]);
    expect(JSON.parse(endpoint(synthesized, 'us-east-2', 'dynamodb').policy).Statement).toEqual([
      { ...own, Action: ['dynamodb:*'] },
    ]);
  });

  test.each(REGIONS)('gives %s the interface endpoints asked for, with private DNS (R-NET-6, R-LAM-6)', (region) => {
    expect(full.resources('aws_vpc_endpoint', region)).toHaveLength(5);
    const group = full.only('aws_security_group', region);
    for (const service of ['states', 'ecr.api', 'sts']) {
      const one = endpoint(full, region, service);
      expect(one).toMatchObject({ vpc_endpoint_type: 'Interface', private_dns_enabled: true });
      const offer = full.target(one.service_name);
      expect([offer.region, offer.body.service, offer.body.service_type]).toEqual([region, service, 'Interface']);
      expect(one.security_group_ids.map((id: string) => full.target(id))).toEqual([group]);
    }
  });

  test('places an endpoint only in zones its service supports', () => {
    const one = endpoint(full, 'us-east-2', 'states');
    const [offer] = full
      .dataSources('aws_vpc_endpoint_service', 'us-east-2')
      .filter((s) => s.body.service === 'states');
    const choices = subnets(full, 'us-east-2', 'private').map(
      ({ address }) =>
        `contains(tolist(${offer.address}.availability_zones), ${address}.availability_zone) ? ${address}.id : ""`,
    );
    expect(one.subnet_ids).toBe(`\${compact([${choices.join(', ')}])}`);
  });

  test('restricts an endpoint to this account where its service takes a policy and knows its callers', () => {
    expect(endpoint(full, 'us-east-1', 'ecr.api').policy).toMatch(
      /^\$\{data\.aws_vpc_endpoint_service\..*\.vpc_endpoint_policy_supported \? jsonencode\(.*"aws:PrincipalAccount" = data\.aws_caller_identity\..*\.account_id.*\) : null\}$/,
    );
    expect(endpoint(full, 'us-east-1', 'sts').policy).toBeUndefined();
  });

  test('asks nobody about endpoints it does not build', () => {
    expect(synthesized.dataSources('aws_vpc_endpoint_service')).toEqual([]);
    expect(synthesized.resources('aws_security_group')).toEqual([]);
  });

  test.each(REGIONS)('closes the default security group of %s (R-NET-9)', (region) => {
    const group = synthesized.only('aws_default_security_group', region);
    expect(group.body).toMatchObject({ ingress: [], egress: [] });
    expect(synthesized.target(group.body.vpc_id)).toBe(synthesized.only('aws_vpc', region));
  });

  test.each(REGIONS)('writes the flow logs of %s with a role of its own (R-NET-9)', (region) => {
    const flowLog = full.only('aws_flow_log', region);
    const logGroup = full.only('aws_cloudwatch_log_group', region);
    const role = full.only('aws_iam_role', region);
    const policy = full.only('aws_iam_role_policy', region);
    expect(flowLog.body).toMatchObject({ traffic_type: 'ALL', log_destination_type: 'cloud-watch-logs' });
    expect(full.target(flowLog.body.vpc_id)).toBe(full.only('aws_vpc', region));
    expect(full.target(flowLog.body.log_destination)).toBe(logGroup);
    expect(full.target(flowLog.body.iam_role_arn)).toBe(role);
    expect(flowLog.body.depends_on).toEqual([policy.address]);
    expect(logGroup.body.name).toBe(`/vpc/flow-logs-${region === 'us-east-1' ? 'primary' : 'secondary'}-dev`);

    const [trust] = JSON.parse(role.body.assume_role_policy).Statement;
    expect(trust.Principal).toEqual({ Service: 'vpc-flow-logs.amazonaws.com' });
    expect(trust.Condition.StringEquals['aws:SourceAccount']).toMatch(/^\$\{data\.aws_caller_identity\./);
    expect(trust.Condition.ArnLike['aws:SourceArn']).toMatch(
      new RegExp(`^arn:aws:ec2:${region}:\\$\\{data\\.aws_caller_identity\\..*\\}:vpc-flow-log/\\*$`),
    );
    const [statement] = JSON.parse(policy.body.policy).Statement;
    expect(statement.Action).not.toContain('logs:CreateLogGroup');
    expect(statement.Resource.map((resource: string) => full.target(resource))).toEqual([logGroup, logGroup]);
  });

  test('encrypts the flow logs of each region with the key of that region (R-KMS-3)', () => {
    expect(full.resources('aws_cloudwatch_log_group').map(({ body }) => body.kms_key_id)).toEqual([
      KEYS.primaryKeyArn,
      KEYS.secondaryKeyArn,
    ]);
    expect(synthesized.only('aws_cloudwatch_log_group', 'us-east-1').body.kms_key_id).toBeUndefined();
  });

  test.each([
    ['disposable', 30],
    ['protected', 365],
  ])('keeps the flow logs as the %s profile says (R-DEL-10)', (protection, days) => {
    for (const { body } of networking({}, { protection }).resources('aws_cloudwatch_log_group')) {
      expect(body.retention_in_days).toBe(days);
    }
  });

  test('without flow logs has neither log group nor role', () => {
    const quiet = networking({ flowLogs: false });
    for (const type of ['aws_flow_log', 'aws_cloudwatch_log_group', 'aws_iam_role']) {
      expect(quiet.resources(type)).toEqual([]);
    }
    expect(built({ flowLogs: false }).primary.flowLogGroupName).toBeUndefined();
  });

  test('gives everything that has tags a name', () => {
    const unnamed = full.all.filter(
      ({ mode, type, body }) =>
        mode === 'resource' &&
        !/^aws_(iam_.*|route|route_table_association|vpc_peering_connection_options)$/.test(type) &&
        !body.tags?.Name,
    );
    expect(unnamed).toEqual([]);
  });

  test('tells other constructs whether private code reaches other regions (R-LAM-7)', () => {
    expect(built().primary.internetEgress).toBe(false);
    expect(built().secondary.natPublicIps).toEqual([]);
    for (const network of [built(FULL).primary, built(FULL).secondary]) {
      expect(network.internetEgress).toBe(true);
      expect(network.natPublicIps).toHaveLength(3);
    }
  });

  test('shows what it has built in both regions alike', () => {
    const { primary, secondary, peeringConnectionId } = built();
    expect([primary.cidrBlock, secondary.cidrBlock]).toEqual(['10.0.0.0/16', '10.1.0.0/16']);
    for (const network of [primary, secondary]) {
      expect(network.privateSubnetIds).toHaveLength(3);
      expect(network.publicSubnetIds).toHaveLength(3);
      expect(network.availabilityZones).toHaveLength(3);
      expect(network.privateRouteTableIds).toHaveLength(3);
      expect(network.gatewayPrefixListIds).toHaveLength(2);
      expect(network.flowLogGroupName).toBeDefined();
    }
    expect(peeringConnectionId).toBeDefined();
  });

  test('needs nothing of a third region', () => {
    const europe = networking(
      { natGateways: 'perZone', interfaceEndpoints: ['states'] },
      { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' },
    );
    expect(new Set(europe.all.map(({ region }) => region))).toEqual(new Set(['eu-west-1', 'eu-central-1']));
  });

  test.each([
    ['default', {}],
    ['full', FULL],
  ])('every resource of the %s network names its provider and stays in its region (R-TF-1, R-TF-3)', (_, props) => {
    const one = networking(props);
    expect(withoutProvider(one)).toEqual([]);
    expect(foreignReferences(one)).toEqual([]);
  });

  test('the same props give the same bytes (R-TF-15)', () => {
    expect(JSON.stringify(networking(FULL).json)).toBe(JSON.stringify(full.json));
  });

  test('takes keys that are known only at apply', () => {
    const one = synth((scope, regions) => {
      const key = (id: string, provider: AwsProvider): string => new KmsKey(scope, id, { provider }).arn;
      new Networking(scope, 'Networking', {
        regions,
        primaryKeyArn: key('PrimaryKey', regions.primary.provider),
        secondaryKeyArn: key('SecondaryKey', regions.secondary.provider),
      });
    });
    for (const { body, region } of one.resources('aws_cloudwatch_log_group')) {
      expect(one.target(body.kms_key_id)).toBe(one.only('aws_kms_key', region));
    }
  });

  test.each([
    ['carrier-grade addresses', { primaryCidrBlock: '100.64.0.0/16', secondaryCidrBlock: '100.127.0.0/24' }],
    ['the end of each private range', { primaryCidrBlock: '172.31.0.0/16', secondaryCidrBlock: '192.168.255.0/24' }],
    ['neighbours', { primaryCidrBlock: '10.0.0.0/17', secondaryCidrBlock: '10.0.128.0/17' }],
  ])('accepts %s', (_, props) => {
    expect(networking(props).resources('aws_vpc')).toHaveLength(2);
  });
});

interface Packet {
  readonly protocol: string;
  /** Where it comes from, or where it goes. */
  readonly address: string;
  /** The port it goes to. */
  readonly port?: number;
}

/** Whether a network ACL lets a packet through: the first rule that fits decides, and at the end nothing does. */
function passes(rules: Json[], { protocol, address, port = 0 }: Packet): boolean {
  const [one] = bounds(`${address}/32`);
  const fits = (rule: Json): boolean => {
    const [first, last] = bounds(rule.cidr_block);
    if (one < first || one > last) return false;
    if (rule.protocol === '-1') return true;
    if (rule.protocol !== protocol) return false;
    return protocol === 'icmp'
      ? rule.icmp_type === 3 && rule.icmp_code === 4
      : rule.from_port <= port && port <= rule.to_port;
  };
  const decides = [...rules].sort((a, b) => a.rule_no - b.rule_no).find(fits);
  return decides?.action === 'allow';
}

describe('network ACLs', () => {
  const INTERNET = '203.0.113.9';
  const guarded = networking({ networkAcls: true });
  const withNat = networking({ networkAcls: true, natGateways: 'perZone' });
  const apart = networking({ networkAcls: true, peering: false });
  const acl = (one: Synthesized, region: string, kind: string): Json => {
    const [found, ...others] = one
      .resources('aws_network_acl', region)
      .filter(({ body }) => body.tags.Name.startsWith(`${kind}-`));
    expect(others).toEqual([]);
    return found.body;
  };
  const tcp = (address: string, port: number): Packet => ({ protocol: 'tcp', address, port });

  test('are not made unless asked for', () => {
    expect(networking().resources('aws_network_acl')).toEqual([]);
    expect(JSON.stringify(networking({ networkAcls: false }).json)).toBe(JSON.stringify(networking().json));
  });

  test.each(REGIONS)('of %s hold all subnets of their kind', (region) => {
    expect(guarded.resources('aws_network_acl', region)).toHaveLength(2);
    for (const kind of ['public', 'private']) {
      const { subnet_ids, vpc_id } = acl(guarded, region, kind);
      expect(subnet_ids.map((id: string) => guarded.target(id))).toEqual(subnets(guarded, region, kind));
      expect(guarded.target(vpc_id)).toBe(guarded.only('aws_vpc', region));
    }
  });

  test.each(REGIONS)('of %s let clients and health checkers reach load balancers, and their answers out', (region) => {
    const { ingress, egress } = acl(guarded, region, 'public');
    for (const port of [80, 443]) expect(passes(ingress, tcp(INTERNET, port))).toBe(true);
    for (const port of [1024, 32768, 65535]) expect(passes(egress, tcp(INTERNET, port))).toBe(true);
    for (const port of [22, 25, 110, 1023]) expect(passes(ingress, tcp(INTERNET, port))).toBe(false);
    expect(passes(ingress, { protocol: 'udp', address: INTERNET, port: 4500 })).toBe(false);
  });

  test.each(REGIONS)('of %s let nothing from the internet open a low port in private subnets', (region) => {
    for (const one of [guarded, withNat]) {
      const { ingress } = acl(one, region, 'private');
      for (const port of [22, 80, 443, 1023]) expect(passes(ingress, tcp(INTERNET, port))).toBe(false);
    }
  });

  test.each(REGIONS)('of %s let private code reach both VPCs on any port, both ways (R-NET-3)', (region) => {
    for (const kind of ['public', 'private']) {
      const { ingress, egress } = acl(guarded, region, kind);
      for (const address of ['10.0.7.7', '10.1.200.7']) {
        for (const rules of [ingress, egress]) {
          for (const port of [22, 443, 5432]) expect(passes(rules, tcp(address, port))).toBe(true);
        }
      }
    }
  });

  test.each(REGIONS)('of %s know no other VPC without peering (R-NET-11)', (region) => {
    const peer = region === 'us-east-1' ? '10.1.7.7' : '10.0.7.7';
    for (const kind of ['public', 'private']) {
      const { ingress, egress } = acl(apart, region, kind);
      expect(passes(ingress, tcp(peer, 22))).toBe(false);
      expect(passes(egress, tcp(peer, 22))).toBe(false);
    }
  });

  test.each(REGIONS)(
    'of %s let private code reach S3 and DynamoDB, which answer from public addresses (R-NET-6)',
    (region) => {
      const { ingress, egress } = acl(guarded, region, 'private');
      expect(passes(egress, tcp('52.216.0.1', 443))).toBe(true);
      expect(passes(ingress, tcp('52.216.0.1', 40000))).toBe(true);
      for (const port of [22, 80, 8443]) expect(passes(egress, tcp(INTERNET, port))).toBe(false);
      expect(passes(egress, { protocol: 'udp', address: INTERNET, port: 53 })).toBe(false);
    },
  );

  test.each(REGIONS)('of %s let anything out through NAT gateways, and the answers back (R-NET-8)', (region) => {
    for (const kind of ['private', 'public']) {
      const { ingress, egress } = acl(withNat, region, kind);
      for (const protocol of ['tcp', 'udp']) {
        for (const port of [22, 123, 8443]) expect(passes(egress, { protocol, address: INTERNET, port })).toBe(true);
        expect(passes(ingress, { protocol, address: INTERNET, port: 40000 })).toBe(true);
      }
    }
  });

  test.each(REGIONS)('of %s let the network say that a packet is too big', (region) => {
    for (const kind of ['public', 'private']) {
      const { ingress, egress } = acl(guarded, region, kind);
      for (const rules of [ingress, egress]) {
        expect(passes(rules, { protocol: 'icmp', address: INTERNET })).toBe(true);
      }
    }
  });

  test('number their rules apart and from 100 on, at most 20 in a direction', () => {
    for (const { body } of withNat.resources('aws_network_acl')) {
      for (const rules of [body.ingress, body.egress]) {
        const numbers = rules.map((rule: Json) => rule.rule_no);
        expect(numbers).toEqual(numbers.map((_: number, index: number) => 100 + 10 * index));
        expect(numbers.length).toBeLessThanOrEqual(20);
      }
    }
  });

  test('follow the ranges they are given', () => {
    const other = networking({ networkAcls: true, primaryCidrBlock: '10.9.0.0/20', secondaryCidrBlock: '10.8.0.0/20' });
    const { ingress } = acl(other, 'us-east-2', 'private');
    expect(ingress.map((rule: Json) => rule.cidr_block).slice(0, 2)).toEqual(['10.8.0.0/20', '10.9.0.0/20']);
  });

  test('name their provider and stay in their region (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(withNat)).toEqual([]);
    expect(foreignReferences(withNat)).toEqual([]);
  });
});

describe('Networking refuses', () => {
  const RANGE = 'give an IPv4 range such as "10.0.0.0/16" that is known at synth';
  const PRIVATE =
    'give a range within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10: other addresses belong to someone on the internet';
  const ZONES = 'give a whole number from 2 to 6 (in one zone alone, the loss of the zone is the loss of the region)';
  const SIZE = 'give a range from /16, the largest AWS allows, to /24';

  test.each<[string, Json, string]>([
    ['an unknown prop', { cidr: 'x' }, 'cidr is "x"; there is no such prop, remove it or correct its spelling'],
    ['no regions', { regions: undefined }, 'regions is missing; give a RegionPair'],
    ['a range of another type', { primaryCidrBlock: 10 }, `primaryCidrBlock is 10; ${RANGE}`],
    ['something that is no range', { primaryCidrBlock: '10.0.0.0' }, `primaryCidrBlock is "10.0.0.0"; ${RANGE}`],
    ['an octet above 255', { primaryCidrBlock: '10.256.0.0/16' }, `primaryCidrBlock is "10.256.0.0/16"; ${RANGE}`],
    ['a leading zero', { primaryCidrBlock: '10.01.0.0/16' }, `primaryCidrBlock is "10.01.0.0/16"; ${RANGE}`],
    ['IPv6', { secondaryCidrBlock: 'fd00::/56' }, `secondaryCidrBlock is "fd00::/56"; ${RANGE}`],
    ['a reference', { primaryCidrBlock: '${var.range}' }, `primaryCidrBlock is "\${var.range}"; ${RANGE}`],
    ['a VPC larger than AWS allows', { primaryCidrBlock: '10.0.0.0/15' }, `primaryCidrBlock is "10.0.0.0/15"; ${SIZE}`],
    ['a VPC too small', { secondaryCidrBlock: '10.1.0.0/25' }, `secondaryCidrBlock is "10.1.0.0/25"; ${SIZE}`],
    [
      'an address inside the range',
      { primaryCidrBlock: '10.0.1.0/16' },
      'primaryCidrBlock is "10.0.1.0/16"; give the first address of the range, "10.0.0.0/16"',
    ],
    ['public addresses', { primaryCidrBlock: '8.8.0.0/16' }, `primaryCidrBlock is "8.8.0.0/16"; ${PRIVATE}`],
    [
      'what follows a private range',
      { primaryCidrBlock: '172.32.0.0/16' },
      `primaryCidrBlock is "172.32.0.0/16"; ${PRIVATE}`,
    ],
    [
      'the same range twice',
      { primaryCidrBlock: '10.1.0.0/16' },
      'secondaryCidrBlock is "10.1.0.0/16"; choose a range that does not overlap primaryCidrBlock 10.1.0.0/16: overlapping VPCs cannot be peered',
    ],
    [
      'a range within the other',
      { secondaryCidrBlock: '10.0.64.0/20' },
      'secondaryCidrBlock is "10.0.64.0/20"; choose a range that does not overlap primaryCidrBlock 10.0.0.0/16: overlapping VPCs cannot be peered',
    ],
    [
      'a range around the other, even without peering',
      { primaryCidrBlock: '10.1.64.0/20', peering: false },
      'secondaryCidrBlock is "10.1.0.0/16"; choose a range that does not overlap primaryCidrBlock 10.1.64.0/20: overlapping VPCs cannot be peered',
    ],
    [
      'more zones than a small primary holds',
      { primaryCidrBlock: '10.0.0.0/24', availabilityZoneCount: 5 },
      'primaryCidrBlock is "10.0.0.0/24"; give a larger range or at most 4 as availabilityZoneCount: there is no room for the subnets of 5 zones',
    ],
    [
      'more zones than a small secondary holds',
      { secondaryCidrBlock: '10.1.0.0/24', availabilityZoneCount: 6 },
      'secondaryCidrBlock is "10.1.0.0/24"; give a larger range or at most 4 as availabilityZoneCount: there is no room for the subnets of 6 zones',
    ],
    ['one zone', { availabilityZoneCount: 1 }, `availabilityZoneCount is 1; ${ZONES}`],
    ['seven zones', { availabilityZoneCount: 7 }, `availabilityZoneCount is 7; ${ZONES}`],
    ['half a zone', { availabilityZoneCount: 2.5 }, `availabilityZoneCount is 2.5; ${ZONES}`],
    ['zones in words', { availabilityZoneCount: 'three' }, `availabilityZoneCount is "three"; ${ZONES}`],
    ['another word for NAT', { natGateways: 'all' }, 'natGateways is "all"; use one of "none", "single", "perZone"'],
    [
      'one endpoint that is no list',
      { interfaceEndpoints: 'states' },
      'interfaceEndpoints is "states"; give a list of service names, such as ["states"]',
    ],
    [
      'an endpoint of one region',
      { interfaceEndpoints: ['states', 'com.amazonaws.us-east-1.ssm'] },
      'interfaceEndpoints[1] is "com.amazonaws.us-east-1.ssm"; give what follows "com.amazonaws.<region>." in the name of the service, such as "ecr.api": it serves both regions',
    ],
    [
      'an endpoint for S3',
      { interfaceEndpoints: ['s3'] },
      'interfaceEndpoints[0] is "s3"; remove it: S3 and DynamoDB always have a gateway endpoint, which costs nothing',
    ],
    [
      'an endpoint listed twice',
      { interfaceEndpoints: ['ssm', 'sqs', 'ssm'] },
      'interfaceEndpoints[2] is "ssm"; remove it: the service is listed twice',
    ],
    ['peering in words', { peering: 'yes' }, 'peering is "yes"; give true or false'],
    ['flow logs in numbers', { flowLogs: 1 }, 'flowLogs is 1; give true or false'],
    ['network ACLs in words', { networkAcls: 'on' }, 'networkAcls is "on"; give true or false'],
    ['network ACLs as a list', { networkAcls: [] }, 'networkAcls is []; give true or false'],
    [
      'a key of another service',
      { ...KEYS, primaryKeyArn: 'arn:aws:s3:::bucket' },
      'primaryKeyArn is "arn:aws:s3:::bucket"; give the ARN of a resource of this kind (arn:aws:kms:...)',
    ],
    [
      'a key for the primary only',
      { primaryKeyArn: KEYS.primaryKeyArn },
      'secondaryKeyArn is missing; give a key of each region, or of neither',
    ],
    [
      'a key for the secondary only',
      { secondaryKeyArn: KEYS.secondaryKeyArn },
      'primaryKeyArn is missing; give a key of each region, or of neither',
    ],
    [
      'the primary key in the secondary (R-KMS-3)',
      { ...KEYS, secondaryKeyArn: KEYS.primaryKeyArn },
      `secondaryKeyArn is "${KEYS.primaryKeyArn}"; give a key of us-east-2`,
    ],
  ])('%s', (_, props, message) => {
    expect(errorOf((scope, regions) => new Networking(scope, 'N', { regions, ...props }))).toBe(`test/N: ${message}`);
  });

  test('one NAT gateway for all zones under the protected profile (R-NET-8)', () => {
    expect(
      errorOf((scope, regions) => new Networking(scope, 'N', { regions, natGateways: 'single' }), {
        protection: 'protected',
      }),
    ).toBe(
      'test/N: natGateways is "single"; use "perZone" or "none" under the protected profile: the loss of one zone would cut off all of them',
    );
  });

  test('before it has built anything', () => {
    const tree: string[] = [];
    errorOf((scope, regions) => {
      try {
        new Networking(scope, 'N', { regions, ...KEYS, secondaryKeyArn: KEYS.primaryKeyArn });
      } finally {
        tree.push(...(scope.node.tryFindChild('N')?.node.children ?? []).map(({ node }) => node.id));
      }
    });
    expect(tree).toEqual([]);
  });
});

describe('the real AWS provider accepts', () => {
  terraformTest.each<[string, Partial<NetworkingProps>, Partial<RegionPairProps>]>([
    ['the default', {}, {}],
    ['everything', { ...FULL, availabilityZoneCount: 6 }, { protection: 'protected' }],
    ['network ACLs', { networkAcls: true, flowLogs: false }, {}],
    [
      'network ACLs and NAT',
      { networkAcls: true, natGateways: 'perZone', flowLogs: false },
      { protection: 'protected' },
    ],
    ['one NAT gateway, no link, no logs', { natGateways: 'single', peering: false, flowLogs: false }, {}],
  ])(
    '%s',
    (_, props, pair) => {
      expect(validate(networking(props, pair))).toEqual([]);
    },
    60_000,
  );
});
