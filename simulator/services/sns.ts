import { succeeded, withBody } from '../answer';
import { EventSources } from '../event-sources';
import { inputOf } from '../request';
import { Handler, Service } from '../world';
import { toXml } from '../xml';

type Form = Readonly<Record<string, string>>;

/** SNS: the signature version of topics, which moto drops; functions behind subscribed queues are told of messages. */
export function sns(sources: EventSources): Service {
  const versions = new Map<string, string>();
  const announcing: Handler = async (call, pass) => {
    const given = await pass();
    sources.announce(call.region);
    return given;
  };
  return {
    Publish: announcing,
    PublishBatch: announcing,
    CreateTopic: async (call, pass) => {
      const given = await pass();
      const form = inputOf<Form>(call);
      const entry = Object.entries(form).find(([name, value]) => name.endsWith('.key') && value === 'SignatureVersion');
      const arn = /<TopicArn>([^<]*)</.exec(given.body.toString())?.[1];
      if (arn && entry) versions.set(arn, form[entry[0].replace(/key$/, 'value')]);
      return given;
    },
    SetTopicAttributes: async (call, pass) => {
      const { TopicArn, AttributeName, AttributeValue } = inputOf<Form>(call);
      const given = await pass();
      if (succeeded(given) && AttributeName === 'SignatureVersion') versions.set(TopicArn, AttributeValue);
      return given;
    },
    GetTopicAttributes: async (call, pass) => {
      const given = await pass();
      const version = versions.get(inputOf<Form>(call).TopicArn);
      const body = given.body.toString();
      if (!version || /SignatureVersion/.test(body)) return given;
      const entry = toXml({ entry: { key: 'SignatureVersion', value: version } });
      return withBody(given, body.replace('</Attributes>', `${entry}</Attributes>`));
    },
  };
}
