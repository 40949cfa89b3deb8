import { Answer } from './answer';
import { LoadBalancers, WebRequest } from './load-balancer';
import { Json } from './wire';
import { World } from './world';

/**
 * Traffic of accelerators: to the first endpoint group, by the name of its region, that has a healthy endpoint. Which of
 * several healthy regions is nearest to a user is not modelled.
 * https://docs.aws.amazon.com/global-accelerator/latest/dg/introduction-how-it-works.html
 */
export class Accelerators {
  /** Accelerators, listeners and endpoint groups, by ARN. */
  public readonly resources = new Map<string, Json>();

  constructor(
    private readonly world: World,
    private readonly loadBalancers: LoadBalancers,
  ) {}

  /**
   * Answers a request to the name of an accelerator.
   *
   * @returns undefined where the name is of none, or no endpoint is healthy
   */
  public async handle(dnsName: string, request: WebRequest): Promise<Answer | undefined> {
    const all = [...this.resources.values()];
    const accelerator = all.find(({ DnsName }) => DnsName?.toLowerCase() === dnsName);
    if (!accelerator?.Enabled) return undefined;
    const [endpoint] = all
      .filter(({ EndpointGroupArn }) => EndpointGroupArn?.startsWith(`${accelerator.AcceleratorArn}/`))
      .filter(({ TrafficDialPercentage }) => TrafficDialPercentage > 0)
      .sort((a, b) => String(a.EndpointGroupRegion).localeCompare(b.EndpointGroupRegion))
      .flatMap((group) => this.withHealth(group).EndpointDescriptions)
      .filter(({ HealthState, Weight }) => HealthState === 'HEALTHY' && Weight > 0);
    if (!endpoint) return undefined;
    const { EndpointId: balancer } = endpoint;
    return this.loadBalancers.pass(balancer.split(':')[3], balancer, request);
  }

  /** An endpoint group with the health of its endpoints: a load balancer is healthy as long as its region serves it. */
  public withHealth(resource: Json): Json {
    if (!resource.EndpointDescriptions) return resource;
    const isHealthy = this.world.faults.isServing(resource.EndpointGroupRegion, 'elasticloadbalancing');
    return {
      ...resource,
      EndpointDescriptions: resource.EndpointDescriptions.map((endpoint: Json) => ({
        ...endpoint,
        HealthState: isHealthy ? 'HEALTHY' : 'UNHEALTHY',
      })),
    };
  }
}
