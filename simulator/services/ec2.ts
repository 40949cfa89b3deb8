import { Answer, succeeded, withBody } from '../answer';
import { Call, inputOf, listOf } from '../request';
import { Service } from '../world';
import { toXml } from '../xml';

type Form = Readonly<Record<string, string>>;
type Tags = Readonly<Record<string, string>>;

/** EC2: tags of peering connections, which each region has of its own, and descriptions of rules for prefix lists. */
export function ec2(): Service {
  const tags = new Map<string, Tags>();
  const descriptions = new Map<string, string>();

  const addTags = ({ region }: Call, id: string, added: Tags): void => {
    tags.set(`${region} ${id}`, { ...tags.get(`${region} ${id}`), ...added });
  };
  const withTags = ({ region }: Call, given: Answer): Answer =>
    edit(given, PEERING_TAGS, (_, id: string) => {
      const item = Object.entries(tags.get(`${region} ${id}`) ?? {}).map(([key, value]) => ({ key, value }));
      return toXml({ tagSet: { item }, vpcPeeringConnectionId: id });
    });
  const withDescriptions = (given: Answer): Answer =>
    edit(given, RULE_ID, (_, id: string) => toXml({ securityGroupRuleId: id, description: descriptions.get(id) }));

  return {
    CreateVpcPeeringConnection: async (call, pass) => {
      const given = await pass();
      const id = /<vpcPeeringConnectionId>([^<]*)</.exec(given.body.toString())?.[1];
      if (id) addTags(call, id, tagsIn(inputOf<Form>(call), 'TagSpecification.1.Tag'));
      return id ? withTags(call, given) : given;
    },
    DescribeVpcPeeringConnections: async (call, pass) => withTags(call, await pass()),
    CreateTags: async (call, pass) => {
      const form = inputOf<Form>(call);
      const given = await pass();
      if (succeeded(given)) listOf(form, 'ResourceId').forEach((id) => addTags(call, id, tagsIn(form, 'Tag')));
      return given;
    },
    DeleteTags: async (call, pass) => {
      const form = inputOf<Form>(call);
      const gone = Object.keys(tagsIn(form, 'Tag'));
      for (const id of listOf(form, 'ResourceId')) {
        const kept = Object.entries(tags.get(`${call.region} ${id}`) ?? {}).filter(([name]) => !gone.includes(name));
        tags.set(`${call.region} ${id}`, Object.fromEntries(kept));
      }
      return pass();
    },
    AuthorizeSecurityGroupEgress: async (call, pass) => {
      const description = inputOf<Form>(call)['IpPermissions.1.PrefixListIds.1.Description'];
      const given = await pass();
      const rule = /<securityGroupRuleId>([^<]*)</.exec(given.body.toString())?.[1];
      if (rule && description) descriptions.set(rule, description);
      return withDescriptions(given);
    },
    DescribeSecurityGroupRules: async (_call, pass) => withDescriptions(await pass()),
  };
}

/** moto writes the tags of a connection right before its id. */
const PEERING_TAGS =
  /(?:<tagSet\s*\/>|<tagSet>(?:(?!<tagSet)[\s\S])*?<\/tagSet>)<vpcPeeringConnectionId>([^<]*)<\/vpcPeeringConnectionId>/g;
const RULE_ID = /<securityGroupRuleId>([^<]*)<\/securityGroupRuleId>/g;

function edit(given: Answer, parts: RegExp, change: (part: string, id: string) => string): Answer {
  return succeeded(given) ? withBody(given, given.body.toString().replace(parts, change)) : given;
}

function tagsIn(form: Form, prefix: string): Tags {
  return Object.fromEntries(
    Object.entries(form)
      .filter(([name]) => name.startsWith(`${prefix}.`) && name.endsWith('.Key'))
      .map(([name, tag]) => [tag, form[name.replace(/Key$/, 'Value')] ?? '']),
  );
}
