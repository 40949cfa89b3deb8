import { AwsError } from './answer';
import { HealthChecks } from './health';
import { Call, inputOf } from './request';
import { Json } from './wire';

/** Where the events of an endpoint go, and where their copies go. */
export interface EndpointRoute {
  readonly region: string;
  readonly copy: string | undefined;
}

/** EventBridge's global endpoints: which bus takes the events is up to a health check. */
export class GlobalEndpoints {
  /** As the API describes them, by region and name. */
  public readonly all = new Map<string, Json>();

  constructor(private readonly health: HealthChecks) {}

  /** @throws AwsError when there is no such endpoint */
  public routeOf(endpointId: string): EndpointRoute {
    const endpoint = [...this.all.values()].find(({ EndpointId }) => EndpointId === endpointId);
    if (!endpoint) throw new AwsError('ResourceNotFoundException', `Endpoint ${endpointId} does not exist.`);
    const { Primary, Secondary } = endpoint.RoutingConfig.FailoverConfig;
    const regions: string[] = endpoint.EventBuses.map(({ EventBusArn }: Json) => EventBusArn.split(':')[3]);
    const primary = regions.find((region) => region !== Secondary.Route) ?? regions[0];
    const isPrimary = this.health.isHealthy(Primary.HealthCheck.split('/').pop());
    const [region, other] = isPrimary ? [primary, Secondary.Route] : [Secondary.Route, primary];
    return { region, copy: endpoint.ReplicationConfig.State === 'ENABLED' ? other : undefined };
  }

  /**
   * The region in which a call of EventBridge does its work. One to an endpoint is signed for all regions, and goes where
   * the endpoint leads: it must not fail with the region that the simulator takes such a signature for.
   */
  public regionOf(call: Call): string {
    if (call.operation !== 'PutEvents') return call.region;
    try {
      const { EndpointId } = inputOf<Json>(call);
      return EndpointId ? this.routeOf(EndpointId).region : call.region;
    } catch {
      return call.region;
    }
  }
}
