import { Json } from '../../simulator/wire';
import { findAll } from '../../simulator/xml';
import { ask } from '../../e2e/web';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';
const REGIONS = [P, S] as const;
const ACCOUNT = '123456789012';

motoDescribe('an accelerator in front of network load balancers in front of application load balancers', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const accelerator = (operation: string, input: object): Promise<Json> =>
    aws.wire.json('globalaccelerator', 'us-west-2', operation, input);
  const elb = async (region: string, operation: string, form: Record<string, string>, found: string): Promise<string> =>
    findAll(await aws.wire.query('elasticloadbalancing', region, operation, form), found)[0]?.text;

  const balancer = async (region: string, type: string, target: string, port: string): Promise<string> => {
    const subnets = findAll(await aws.wire.query('ec2', region, 'DescribeSubnets', {}), 'subnetId');
    const isNetwork = type === 'network';
    const LoadBalancerArn = await elb(
      region,
      'CreateLoadBalancer',
      { Name: type, Type: type, 'Subnets.member.1': subnets[0].text, 'Subnets.member.2': subnets[1].text },
      'LoadBalancerArn',
    );
    const vpc = findAll(await aws.wire.query('ec2', region, 'DescribeVpcs', {}), 'vpcId')[0].text;
    const own: Record<string, string> = isNetwork
      ? { TargetType: 'alb', Protocol: 'TCP', Port: '80', VpcId: vpc }
      : { TargetType: 'lambda' };
    const TargetGroupArn = await elb(region, 'CreateTargetGroup', { Name: type, ...own }, 'TargetGroupArn');
    await elb(
      region,
      'CreateListener',
      {
        LoadBalancerArn,
        Port: port,
        Protocol: isNetwork ? 'TCP' : 'HTTP',
        'DefaultActions.member.1.Type': 'forward',
        'DefaultActions.member.1.TargetGroupArn': TargetGroupArn,
      },
      'ListenerArn',
    );
    const toTarget = { TargetGroupArn, 'Targets.member.1.Id': target, 'Targets.member.1.Port': '80' };
    if (target) await elb(region, 'RegisterTargets', toTarget, 'RequestId');
    return LoadBalancerArn;
  };

  let arn = '';
  let name = '';
  const groups = new Map<string, string>();
  const regionOf = async (): Promise<string | undefined> =>
    (await ask(aws.simulator.url, name, 'GET', '/').catch(() => undefined))?.body.text;

  beforeAll(async () => {
    const made = await accelerator('CreateAccelerator', { Name: 'front', Enabled: true, IdempotencyToken: '1' });
    ({ AcceleratorArn: arn, DnsName: name } = made.Accelerator);
    const ports = [{ FromPort: 443, ToPort: 443 }];
    const { Listener } = await accelerator('CreateListener', {
      AcceleratorArn: arn,
      Protocol: 'TCP',
      PortRanges: ports,
    });
    for (const region of REGIONS) {
      await aws.deploy(region, 'web', `exports.handler = async () => ({ statusCode: 200, body: '${region}' });`);
      const application = await balancer(
        region,
        'application',
        `arn:aws:lambda:${region}:${ACCOUNT}:function:web`,
        '80',
      );
      const network = await balancer(region, 'network', application, '443');
      const { EndpointGroup } = await accelerator('CreateEndpointGroup', {
        ListenerArn: Listener.ListenerArn,
        EndpointGroupRegion: region,
        EndpointConfigurations: [{ EndpointId: network, Weight: 128 }],
      });
      groups.set(region, EndpointGroup.EndpointGroupArn);
    }
  });

  const healthIn = async (region: string): Promise<string> => {
    const { EndpointGroup } = await accelerator('DescribeEndpointGroup', { EndpointGroupArn: groups.get(region) });
    return EndpointGroup.EndpointDescriptions[0].HealthState;
  };

  test('leads to the first healthy region, and tells which is healthy', async () => {
    expect(await regionOf()).toBe(P);
    await aws.control.inject({ kind: 'service-down', region: P, service: 'elasticloadbalancing' });
    expect([await healthIn(P), await healthIn(S)]).toEqual(['UNHEALTHY', 'HEALTHY']);
    expect(await regionOf()).toBe(S);
    await aws.control.recover();
    expect(await regionOf()).toBe(P);
  });

  test('follows its traffic dial', async () => {
    await accelerator('UpdateEndpointGroup', { EndpointGroupArn: groups.get(P), TrafficDialPercentage: 0 });
    expect(await regionOf()).toBe(S);
    await accelerator('UpdateEndpointGroup', { EndpointGroupArn: groups.get(P), TrafficDialPercentage: 100 });
  });

  test('lists what it is made of', async () => {
    const { Accelerators } = await accelerator('ListAccelerators', {});
    expect(Accelerators.map(({ Name }: Json) => Name)).toEqual(['front']);
    const { Listeners } = await accelerator('ListListeners', { AcceleratorArn: arn });
    const { EndpointGroups } = await accelerator('ListEndpointGroups', { ListenerArn: Listeners[0].ListenerArn });
    expect(EndpointGroups.map(({ EndpointGroupRegion }: Json) => EndpointGroupRegion).sort()).toEqual(REGIONS);
  });

  test('answers nobody when no region is healthy, and while it is disabled', async () => {
    for (const region of REGIONS)
      await aws.control.inject({ kind: 'service-down', region, service: 'elasticloadbalancing' });
    expect(REGIONS).not.toContain(await regionOf());
    await aws.control.recover();
    await accelerator('UpdateAccelerator', { AcceleratorArn: arn, Enabled: false });
    expect(REGIONS).not.toContain(await regionOf());
  });
});
