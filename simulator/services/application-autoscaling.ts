import { answer, jsonOf, succeeded } from '../answer';
import { inputOf } from '../request';
import { Json } from '../wire';
import { Service } from '../world';

/** Application Auto Scaling: tags, which moto does not have. */
export function applicationAutoscaling(): Service {
  const tags = new Map<string, Record<string, string>>();
  const tagsOf = (arn: string): Record<string, string> => tags.get(arn) ?? {};
  const addTags = (arn: string, added: Record<string, string>): unknown => tags.set(arn, { ...tagsOf(arn), ...added });
  return {
    RegisterScalableTarget: async (call, pass) => {
      const given = await pass();
      if (succeeded(given)) addTags(jsonOf<Json>(given).ScalableTargetARN, inputOf<Json>(call).Tags);
      return given;
    },
    ListTagsForResource: async (call) => answer(call, { Tags: tagsOf(inputOf<Json>(call).ResourceARN) }),
    TagResource: async (call) => {
      const { ResourceARN, Tags } = inputOf<Json>(call);
      addTags(ResourceARN, Tags);
      return answer(call, {});
    },
    UntagResource: async (call) => {
      const { ResourceARN, TagKeys } = inputOf<Json>(call);
      const kept = Object.entries(tagsOf(ResourceARN)).filter(([name]) => !TagKeys.includes(name));
      tags.set(ResourceARN, Object.fromEntries(kept));
      return answer(call, {});
    },
  };
}
