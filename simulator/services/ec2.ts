import { Answer, succeeded, withBody } from '../answer';
import { Call, inputOf, listOf } from '../request';
import { Handler, Service } from '../world';
import { toXml, Xml } from '../xml';

type Form = Readonly<Record<string, string>>;
type Tags = Readonly<Record<string, string>>;

/**
 * EC2: tags of peering connections, which each region has of its own, descriptions of rules for groups and prefix lists,
 * and the types of ICMP in network ACLs.
 */
export function ec2(): Service {
  const tags = new Map<string, Tags>();
  const descriptions = new Map<string, string>();
  const icmp = new Map<string, Xml>();

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

  const authorizing: Handler = async (call, pass) => {
    const form = inputOf<Form>(call);
    const described = DESCRIBED.map((source) => form[`IpPermissions.1.${source}.1.Description`]).find(Boolean);
    const given = await pass();
    const rule = /<securityGroupRuleId>([^<]*)</.exec(given.body.toString())?.[1];
    if (rule && described) descriptions.set(rule, described);
    return withDescriptions(given);
  };

  const withIcmp = ({ region }: Call, given: Answer): Answer =>
    edit(given, ACL_ENTRIES, (part, id: string) =>
      part.replace(/<item>(?:(?!<\/item>)[\s\S])*<\/item>/g, (entry) => {
        const number = /<ruleNumber>(\d+)</.exec(entry)?.[1];
        const icmpTypeCode = icmp.get(`${region} ${id} ${number} ${/<egress>(\w+)</.exec(entry)?.[1]}`);
        return entry.replace(/<\/item>$/, `${toXml({ icmpTypeCode })}</item>`);
      }),
    );
  const entering: Handler = async (call, pass) => {
    const form = inputOf<Form>(call);
    const key = `${call.region} ${form.NetworkAclId} ${form.RuleNumber} ${form.Egress}`;
    const { 'Icmp.Code': code, 'Icmp.Type': type } = form;
    icmp.set(key, type === undefined ? undefined : { code, type });
    return pass();
  };

  return {
    CreateNetworkAclEntry: entering,
    ReplaceNetworkAclEntry: entering,
    DescribeNetworkAcls: async (call, pass) => withIcmp(call, await pass()),
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
    AuthorizeSecurityGroupEgress: authorizing,
    AuthorizeSecurityGroupIngress: authorizing,
    DescribeSecurityGroupRules: async (_call, pass) => withDescriptions(await pass()),
  };
}

/** Sources and destinations of rules whose description moto drops. */
const DESCRIBED = ['Groups', 'PrefixListIds'];

/** moto writes the tags of a connection right before its id. */
const PEERING_TAGS =
  /(?:<tagSet\s*\/>|<tagSet>(?:(?!<tagSet)[\s\S])*?<\/tagSet>)<vpcPeeringConnectionId>([^<]*)<\/vpcPeeringConnectionId>/g;
/** moto writes the entries of an ACL before its id. */
const ACL_ENTRIES = /<entrySet>(?:(?!<entrySet>)[\s\S])*?<networkAclId>([^<]*)<\/networkAclId>/g;
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
