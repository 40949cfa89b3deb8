/**
 * What other constructs need to know of one region's network. `Networking` makes one per region; a network of your
 * own is a literal of this shape.
 */
export interface RegionalNetwork {
  readonly vpcId: string;
  /** The VPC's IPv4 range, such as `10.0.0.0/16`. */
  readonly cidrBlock: string;
  /** Subnets without a route from the internet, one per availability zone. */
  readonly privateSubnetIds: readonly string[];
  /** Subnets with a route to an internet gateway, one per availability zone. Needed by the load balancers. */
  readonly publicSubnetIds: readonly string[];
  /** Prefix lists of the S3 and DynamoDB gateway endpoints, which private code may talk to. */
  readonly gatewayPrefixListIds: readonly string[];
  /** True when private subnets reach the internet through NAT. */
  readonly internetEgress: boolean;
}
