import { Answer } from './answer';
import { Clock } from './clock';
import { Faults } from './faults';
import { Replication } from './replication';
import { Call } from './request';
import { Wire } from './wire';

/** What every service of the simulated AWS shares. */
export interface World {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly replication: Replication;
  /** Calls as a client would make them: faults apply. */
  readonly aws: Wire;
  /** Calls straight to moto: the simulator's own book-keeping. */
  readonly moto: Wire;
}

/** Answers an operation, by itself or by amending what moto answers when the call, or a changed one, is passed on. */
export type Handler = (call: Call, pass: (changed?: Call) => Promise<Answer>) => Promise<Answer>;

/** The name under which a service handles the operations that it does not name. */
export const EVERY_OTHER = '*';

/** The operations of one service that moto alone does not answer as AWS does, by name. */
export type Service = Readonly<Record<string, Handler>>;
