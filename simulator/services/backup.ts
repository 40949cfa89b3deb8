import { randomUUID } from 'crypto';
import { Answer, answer, AwsError, jsonOf, succeeded } from '../answer';
import { ACCOUNT_ID } from '../account';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { Service, World } from '../world';

/** The resource types whose opt-in a region has; all are on, as in a region whose settings nobody touched. */
const RESOURCE_TYPES = [
  'Aurora',
  'CloudFormation',
  'DocumentDB',
  'DynamoDB',
  'EBS',
  'EC2',
  'EFS',
  'FSx',
  'Neptune',
  'RDS',
  'Redshift',
  'S3',
  'SAP HANA on Amazon EC2',
  'Storage Gateway',
  'Timestream',
  'VirtualMachine',
];

/** AWS Backup: selections, settings of region and account, and restore testing, which moto does not have. */
export function backup({ clock }: World): Service {
  const selections = new Map<string, Json>();
  const settings = new Map<string, Json>();
  const plans = new Map<string, Json>();
  const tests = new Map<string, Json>();
  const tags = new Map<string, Record<string, string>>();
  let globalSettings: Record<string, string> = { isCrossAccountBackupEnabled: 'false' };
  const now = (): number => clock.now() / 1000;

  const settingsOf = (region: string): Json =>
    settings.get(region) ?? {
      ResourceTypeOptInPreference: Object.fromEntries(RESOURCE_TYPES.map((type) => [type, true])),
      ResourceTypeManagementPreference: { DynamoDB: false, EFS: false },
    };
  const key = (call: Call, ...labels: string[]): string =>
    [call.region, ...labels.map((label) => call.labels[label])].join(' ');
  const need = (from: Map<string, Json>, id: string): Json => {
    const found = from.get(id);
    if (!found) throw new AwsError('ResourceNotFoundException', `Cannot find ${id.split(' ').slice(1).join(' ')}`, 404);
    return found;
  };

  const tagging = async (call: Call, pass: () => Promise<Answer>, member: string, arn: string): Promise<Answer> => {
    const given = await pass();
    if (succeeded(given)) tags.set(jsonOf<Json>(given)[arn], inputOf<Json>(call)[member] ?? {});
    return given;
  };

  return {
    CreateBackupSelection: async (call) => {
      const { BackupSelection, CreatorRequestId } = inputOf<Json>(call);
      const id = randomUUID();
      const BackupPlanId = call.labels.backupPlanId;
      selections.set(`${call.region} ${BackupPlanId} ${id}`, {
        BackupSelection: { NotResources: [], Resources: [], Conditions: {}, ListOfTags: [], ...BackupSelection },
        BackupPlanId,
        SelectionId: id,
        CreationDate: now(),
        CreatorRequestId,
      });
      return answer(call, { SelectionId: id, BackupPlanId, CreationDate: now() });
    },
    GetBackupSelection: async (call) => answer(call, need(selections, key(call, 'backupPlanId', 'selectionId'))),
    DeleteBackupSelection: async (call) => {
      need(selections, key(call, 'backupPlanId', 'selectionId'));
      selections.delete(key(call, 'backupPlanId', 'selectionId'));
      return answer(call, {});
    },
    ListBackupSelections: async (call) =>
      answer(call, {
        BackupSelectionsList: [...selections.entries()]
          .filter(([id]) => id.startsWith(`${key(call, 'backupPlanId')} `))
          .map(([, { BackupSelection, ...rest }]) => ({
            ...rest,
            SelectionName: BackupSelection.SelectionName,
            IamRoleArn: BackupSelection.IamRoleArn,
          })),
      }),
    DescribeRegionSettings: async (call) => answer(call, settingsOf(call.region)),
    UpdateRegionSettings: async (call) => {
      const old = settingsOf(call.region);
      const change = inputOf<Json>(call);
      settings.set(call.region, {
        ResourceTypeOptInPreference: { ...old.ResourceTypeOptInPreference, ...change.ResourceTypeOptInPreference },
        ResourceTypeManagementPreference: {
          ...old.ResourceTypeManagementPreference,
          ...change.ResourceTypeManagementPreference,
        },
      });
      return answer(call, {});
    },
    DescribeGlobalSettings: async (call) => answer(call, { GlobalSettings: globalSettings, LastUpdateTime: now() }),
    UpdateGlobalSettings: async (call) => {
      globalSettings = { ...globalSettings, ...inputOf<Json>(call).GlobalSettings };
      return answer(call, {});
    },
    CreateRestoreTestingPlan: async (call) => {
      const { RestoreTestingPlan: plan, Tags = {} } = inputOf<Json>(call);
      const RestoreTestingPlanName = plan.RestoreTestingPlanName;
      const RestoreTestingPlanArn = `arn:aws:backup:${call.region}:${ACCOUNT_ID}:restore-testing-plan:${RestoreTestingPlanName}-${randomUUID()}`;
      tags.set(RestoreTestingPlanArn, Tags);
      plans.set(`${call.region} ${RestoreTestingPlanName}`, { ...plan, RestoreTestingPlanArn, CreationTime: now() });
      return answer(call, { RestoreTestingPlanArn, RestoreTestingPlanName, CreationTime: now() }, 201);
    },
    GetRestoreTestingPlan: async (call) =>
      answer(call, { RestoreTestingPlan: need(plans, key(call, 'RestoreTestingPlanName')) }),
    UpdateRestoreTestingPlan: async (call) => {
      const old = need(plans, key(call, 'RestoreTestingPlanName'));
      const plan = { ...old, ...inputOf<Json>(call).RestoreTestingPlan, LastUpdateTime: now() };
      plans.set(key(call, 'RestoreTestingPlanName'), plan);
      return answer(call, { ...plan, UpdateTime: now() });
    },
    DeleteRestoreTestingPlan: async (call) => {
      need(plans, key(call, 'RestoreTestingPlanName'));
      plans.delete(key(call, 'RestoreTestingPlanName'));
      return answer(call, {}, 204);
    },
    CreateRestoreTestingSelection: async (call) => {
      const plan = need(plans, key(call, 'RestoreTestingPlanName'));
      const { RestoreTestingSelection: selection } = inputOf<Json>(call);
      const { RestoreTestingPlanName, RestoreTestingPlanArn } = plan;
      tests.set(`${key(call, 'RestoreTestingPlanName')} ${selection.RestoreTestingSelectionName}`, {
        RestoreMetadataOverrides: {},
        ...selection,
        RestoreTestingPlanName,
        CreationTime: now(),
      });
      const { RestoreTestingSelectionName } = selection;
      return answer(
        call,
        { RestoreTestingPlanArn, RestoreTestingPlanName, RestoreTestingSelectionName, CreationTime: now() },
        201,
      );
    },
    GetRestoreTestingSelection: async (call) =>
      answer(call, {
        RestoreTestingSelection: need(tests, key(call, 'RestoreTestingPlanName', 'RestoreTestingSelectionName')),
      }),
    UpdateRestoreTestingSelection: async (call) => {
      const id = key(call, 'RestoreTestingPlanName', 'RestoreTestingSelectionName');
      const selection = { ...need(tests, id), ...inputOf<Json>(call).RestoreTestingSelection };
      tests.set(id, selection);
      const { RestoreTestingPlanArn } = need(plans, key(call, 'RestoreTestingPlanName'));
      return answer(call, { ...selection, RestoreTestingPlanArn, UpdateTime: now() });
    },
    DeleteRestoreTestingSelection: async (call) => {
      const id = key(call, 'RestoreTestingPlanName', 'RestoreTestingSelectionName');
      need(tests, id);
      tests.delete(id);
      return answer(call, {}, 204);
    },
    CreateBackupVault: (call, pass) => tagging(call, pass, 'BackupVaultTags', 'BackupVaultArn'),
    CreateBackupPlan: (call, pass) => tagging(call, pass, 'BackupPlanTags', 'BackupPlanArn'),
    ListTags: async (call) => answer(call, { Tags: tags.get(call.labels.resourceArn) ?? {} }),
    TagResource: async (call) => {
      const own = tags.get(call.labels.resourceArn);
      tags.set(call.labels.resourceArn, { ...own, ...inputOf<Json>(call).Tags });
      return answer(call, {});
    },
    UntagResource: async (call) => {
      const gone: string[] = inputOf<Json>(call).TagKeyList ?? [];
      const kept = Object.entries(tags.get(call.labels.resourceArn) ?? {}).filter(([name]) => !gone.includes(name));
      tags.set(call.labels.resourceArn, Object.fromEntries(kept));
      return answer(call, {});
    },
  };
}
