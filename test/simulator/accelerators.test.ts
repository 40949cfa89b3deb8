import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateAcceleratorCommand,
  CreateEndpointGroupCommand,
  CreateListenerCommand as CreateAcceleratorListenerCommand,
  DescribeEndpointGroupCommand,
  GlobalAcceleratorClient,
  ListAcceleratorsCommand,
  ListEndpointGroupsCommand,
  ListListenersCommand,
  UpdateAcceleratorCommand,
  UpdateEndpointGroupCommand,
} from '@aws-sdk/client-global-accelerator';
import { ask } from '../../e2e/web';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';
const REGIONS = [P, S] as const;
const ACCOUNT = '123456789012';

motoDescribe('an accelerator in front of network load balancers in front of application load balancers', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const accelerators = (): GlobalAcceleratorClient => new GlobalAcceleratorClient(aws.sdk('us-west-2'));

  const balancer = async (
    region: string,
    type: 'application' | 'network',
    target: string,
    port: number,
  ): Promise<string> => {
    const ec2 = new EC2Client(aws.sdk(region));
    const elb = new ElasticLoadBalancingV2Client(aws.sdk(region));
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand({}));
    const isNetwork = type === 'network';
    const { LoadBalancers } = await elb.send(
      new CreateLoadBalancerCommand({
        Name: type,
        Type: type,
        Subnets: Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId),
      }),
    );
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        Name: type,
        ...(isNetwork
          ? { TargetType: 'alb', Protocol: 'TCP', Port: 80, VpcId: Vpcs?.[0].VpcId }
          : { TargetType: 'lambda' }),
      }),
    );
    const LoadBalancerArn = LoadBalancers?.[0].LoadBalancerArn ?? '';
    const TargetGroupArn = TargetGroups?.[0].TargetGroupArn ?? '';
    await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Port: port,
        Protocol: isNetwork ? 'TCP' : 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      }),
    );
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: target, Port: 80 }] }));
    return LoadBalancerArn;
  };

  let arn = '';
  let name = '';
  const groups = new Map<string, string>();
  const regionOf = async (): Promise<string | undefined> =>
    (await ask(aws.simulator.url, name, 'GET', '/').catch(() => undefined))?.body.text;

  beforeAll(async () => {
    const { Accelerator } = await accelerators().send(
      new CreateAcceleratorCommand({ Name: 'front', Enabled: true, IdempotencyToken: '1' }),
    );
    ({ AcceleratorArn: arn = '', DnsName: name = '' } = Accelerator ?? {});
    const { Listener } = await accelerators().send(
      new CreateAcceleratorListenerCommand({
        AcceleratorArn: arn,
        Protocol: 'TCP',
        PortRanges: [{ FromPort: 443, ToPort: 443 }],
      }),
    );
    for (const region of REGIONS) {
      await aws.deploy(region, 'web', `exports.handler = async () => ({ statusCode: 200, body: '${region}' });`);
      const application = await balancer(region, 'application', `arn:aws:lambda:${region}:${ACCOUNT}:function:web`, 80);
      const network = await balancer(region, 'network', application, 443);
      const { EndpointGroup } = await accelerators().send(
        new CreateEndpointGroupCommand({
          ListenerArn: Listener?.ListenerArn,
          EndpointGroupRegion: region,
          EndpointConfigurations: [{ EndpointId: network, Weight: 128 }],
        }),
      );
      groups.set(region, EndpointGroup?.EndpointGroupArn ?? '');
    }
  });

  const healthIn = async (region: string): Promise<string | undefined> => {
    const { EndpointGroup } = await accelerators().send(
      new DescribeEndpointGroupCommand({ EndpointGroupArn: groups.get(region) }),
    );
    return EndpointGroup?.EndpointDescriptions?.[0].HealthState;
  };

  const dial = (TrafficDialPercentage: number): Promise<unknown> =>
    accelerators().send(new UpdateEndpointGroupCommand({ EndpointGroupArn: groups.get(P), TrafficDialPercentage }));

  test('leads to the first healthy region, and tells which is healthy', async () => {
    expect(await regionOf()).toBe(P);
    await aws.control.inject({ kind: 'service-down', region: P, service: 'elasticloadbalancing' });
    expect([await healthIn(P), await healthIn(S)]).toEqual(['UNHEALTHY', 'HEALTHY']);
    expect(await regionOf()).toBe(S);
    await aws.control.recover();
    expect(await regionOf()).toBe(P);
  });

  test('follows its traffic dial', async () => {
    await dial(0);
    expect(await regionOf()).toBe(S);
    await dial(100);
  });

  test('lists what it is made of', async () => {
    const { Accelerators } = await accelerators().send(new ListAcceleratorsCommand({}));
    expect(Accelerators?.map(({ Name }) => Name)).toEqual(['front']);
    const { Listeners } = await accelerators().send(new ListListenersCommand({ AcceleratorArn: arn }));
    const { EndpointGroups } = await accelerators().send(
      new ListEndpointGroupsCommand({ ListenerArn: Listeners?.[0].ListenerArn }),
    );
    expect(EndpointGroups?.map(({ EndpointGroupRegion }) => EndpointGroupRegion).sort()).toEqual(REGIONS);
  });

  test('answers nobody when no region is healthy, and while it is disabled', async () => {
    for (const region of REGIONS)
      await aws.control.inject({ kind: 'service-down', region, service: 'elasticloadbalancing' });
    expect(REGIONS).not.toContain(await regionOf());
    await aws.control.recover();
    await accelerators().send(new UpdateAcceleratorCommand({ AcceleratorArn: arn, Enabled: false }));
    expect(REGIONS).not.toContain(await regionOf());
  });
});
