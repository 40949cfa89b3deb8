import { AwsError } from '../answer';
import { FrontDoors } from '../front-doors';
import { EVERY_OTHER, Service } from '../world';

/** Signed requests of users to a REST API, which reach it by their Host header as those of everybody do. */
export function executeApi(frontDoors: FrontDoors): Service {
  return {
    [EVERY_OTHER]: async ({ method, url, headers, body }) => {
      const [host] = String(headers.host ?? '').split(':');
      const single = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      const given = await frontDoors.handle(host, { method, path: url, headers: single, body });
      if (given === undefined || given === 'silence') {
        throw new AwsError('ServiceUnavailable', `${host} does not answer`, 503);
      }
      return given;
    },
  };
}
