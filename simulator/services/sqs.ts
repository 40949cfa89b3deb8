import { answer, jsonOf, succeeded, withBody } from '../answer';
import { EventSources } from '../event-sources';
import { inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service } from '../world';

/** SQS: moto keeps queues and messages; functions that poll them are told of what comes in. */
export function sqs(sources: EventSources): Service {
  const announcing: Handler = async (call, pass) => {
    const given = await pass();
    const { QueueUrl } = inputOf<Json>(call);
    sources.announce(call.region, String(QueueUrl).split('/').pop());
    return given;
  };
  return {
    // moto writes the redrive policy with spaces, which Terraform takes for a change.
    GetQueueAttributes: async (call, pass) => {
      const given = await pass();
      const { Attributes, ...more } = succeeded(given) && call.protocol === 'json' ? jsonOf<Json>(given) : {};
      if (!Attributes?.RedrivePolicy) return given;
      const RedrivePolicy = JSON.stringify(JSON.parse(Attributes.RedrivePolicy));
      return withBody(given, { ...more, Attributes: { ...Attributes, RedrivePolicy } });
    },
    SendMessage: announcing,
    SendMessageBatch: announcing,
    ChangeMessageVisibility: async (call, pass) => {
      const { ReceiptHandle, VisibilityTimeout } = inputOf<Json>(call);
      return sources.hide(ReceiptHandle, Number(VisibilityTimeout)) ? answer(call, {}) : announcing(call, pass);
    },
  };
}
