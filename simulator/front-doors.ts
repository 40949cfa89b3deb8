import { Answer } from './answer';
import { Dns } from './dns';
import { answers } from './endpoints';
import { WebRequest } from './load-balancer';
import { World } from './world';

/** What answers users under names that AWS gave: undefined where a name is none of its own. */
export interface FrontDoor {
  handle(dnsName: string, request: WebRequest): Promise<Answer | undefined>;
}

/** Requests of users, by the name in their Host header: that of a front door, or one of a hosted zone that leads to it. */
export class FrontDoors {
  constructor(
    private readonly world: World,
    private readonly dns: Dns,
    private readonly doors: readonly FrontDoor[],
  ) {}

  /** @returns `silence` where what stands behind the name does not answer, undefined where the name leads nowhere */
  public async handle(host: string, request: WebRequest): Promise<Answer | 'silence' | undefined> {
    const target = /^(localhost|[\d.]+)?$/.test(host) ? undefined : await this.dns.targetOf(host);
    if (!target) return undefined;
    if (!answers(this.world.faults, target)) return 'silence';
    for (const door of this.doors) {
      const answer = await door.handle(target, request);
      if (answer) return answer;
    }
    return undefined;
  }
}
