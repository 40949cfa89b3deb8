import { Answer, withBody } from '../answer';
import { Call } from '../request';
import { EVERY_OTHER, Handler, Service } from '../world';

/** Ids of hosted zones begin with a Z, which moto's do not, and programs check it: callers see the letter, moto never does. */
export function withZoneIds(route53: Service): Service {
  const translated =
    (handler: Handler): Handler =>
    async (call, pass) =>
      toCaller(await handler(toMoto(call), pass));
  const handlers = Object.entries(route53).map(([operation, handler]) => [operation, translated(handler)]);
  return { ...Object.fromEntries(handlers), [EVERY_OTHER]: translated((call, pass) => pass(call)) };
}

function toMoto(call: Call): Call {
  const url = call.url.replace(/(hostedzone\/|hostedzoneid=)Z/, '$1');
  const query = new URLSearchParams(call.query);
  const id = query.get('hostedzoneid');
  if (id) query.set('hostedzoneid', id.replace(/^Z/, ''));
  return { ...call, url, query };
}

function toCaller(given: Answer): Answer {
  const headers = Object.fromEntries(
    Object.entries(given.headers).map(([name, value]) => [name, value.replace(/(hostedzone\/)(?=\w)/, '$1Z')]),
  );
  return withBody({ ...given, headers }, given.body.toString().replace(/(\/hostedzone\/)(?=\w)/g, '$1Z'));
}
