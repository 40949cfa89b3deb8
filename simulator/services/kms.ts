import { ACCOUNT_ID } from '../account';
import { Answer, answer, AwsError, jsonOf, succeeded, withBody } from '../answer';
import { EncryptionContext, keyIn, open, seal } from '../multi-region-cipher';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { EVERY_OTHER, Service, World } from '../world';

/**
 * KMS: multi-Region keys, of which moto forgets which is the primary one and what a replica has of its own; and aliases,
 * which in moto a key shares with its replicas; and what such keys encrypt, which moto does not decrypt again.
 */
export function kms({ moto, clock }: World): Service {
  const aliases = new Map<string, { readonly keyId: string; readonly since: number }>();
  const id = ({ region }: Call, name: string): string => `${region} ${name.replace(/^arn:.*:alias\//, 'alias/')}`;
  const keyOf = (call: Call, key: string): string => aliases.get(id(call, key))?.keyId ?? key;
  const point = (call: Call): void => {
    const { AliasName, TargetKeyId } = inputOf<Json>(call);
    aliases.set(id(call, AliasName), { keyId: TargetKeyId.replace(/^arn:.*:key\//, ''), since: clock.now() / 1000 });
  };
  const need = (call: Call): string => {
    const { AliasName } = inputOf<Json>(call);
    const found = id(call, AliasName);
    if (!aliases.has(found)) throw new AwsError('NotFoundException', `Alias ${AliasName} is not found.`);
    return found;
  };
  /** The call with the key in place of its alias. */
  const resolved = (call: Call): Call => {
    const input = inputOf<Json>(call);
    const key = typeof input.KeyId === 'string' ? keyOf(call, input.KeyId) : undefined;
    return key === undefined || key === input.KeyId
      ? call
      : { ...call, body: Buffer.from(JSON.stringify({ ...input, KeyId: key })) };
  };

  return {
    CreateAlias: async (call) => {
      const { AliasName, TargetKeyId } = inputOf<Json>(call);
      if (aliases.has(id(call, AliasName))) {
        throw new AwsError('AlreadyExistsException', `An alias with the name ${AliasName} already exists`);
      }
      await moto.json('kms', call.region, 'DescribeKey', { KeyId: TargetKeyId });
      point(call);
      return answer(call, {});
    },
    UpdateAlias: async (call) => {
      need(call);
      point(call);
      return answer(call, {});
    },
    DeleteAlias: async (call) => {
      aliases.delete(need(call));
      return answer(call, {});
    },
    ListAliases: async (call, pass) => {
      const given = await pass();
      const { KeyId } = inputOf<Json>(call);
      const own = [...aliases.entries()]
        .filter(([key, { keyId }]) => key.startsWith(`${call.region} `) && (!KeyId || KeyId.endsWith(keyId)))
        .map(([key, { keyId, since }]) => {
          const AliasName = key.split(' ')[1];
          const AliasArn = `arn:aws:kms:${call.region}:${ACCOUNT_ID}:${AliasName}`;
          return { AliasName, AliasArn, TargetKeyId: keyId, CreationDate: since, LastUpdatedDate: since };
        });
      const { Aliases: managed = [], ...rest } = jsonOf<Json>(given);
      return withBody(given, { ...rest, Aliases: [...managed, ...own] });
    },
    Encrypt: async (call, pass) => {
      const { Plaintext, EncryptionContext } = inputOf<Json>(call);
      return sealed(await pass(resolved(call)), Plaintext, EncryptionContext);
    },
    GenerateDataKey: async (call, pass) => {
      const given = await pass(resolved(call));
      return sealed(given, jsonOf<Json>(given).Plaintext, inputOf<Json>(call).EncryptionContext);
    },
    GenerateDataKeyWithoutPlaintext: async (call) => {
      const input = inputOf<Json>(resolved(call));
      const { Plaintext, ...output } = await moto.json('kms', call.region, 'GenerateDataKey', input);
      return sealed(answer(call, output), Plaintext, input.EncryptionContext);
    },
    Decrypt: async (call, pass) => {
      const { CiphertextBlob, EncryptionContext } = inputOf<Json>(call);
      const key = keyIn(CiphertextBlob);
      if (key === undefined) return pass(resolved(call));
      const { KeyMetadata } = await moto.json('kms', call.region, 'DescribeKey', { KeyId: key }).catch(() => {
        throw new AwsError(
          'AccessDeniedException',
          'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
        );
      });
      if (!KeyMetadata.Enabled) throw new AwsError('DisabledException', `${KeyMetadata.Arn} is disabled.`);
      const Plaintext = open(CiphertextBlob, EncryptionContext);
      if (Plaintext === undefined) throw new AwsError('InvalidCiphertextException', '');
      return answer(call, { KeyId: KeyMetadata.Arn, Plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    },
    DescribeKey: async (call, pass) => withRole(await pass(resolved(call)), 'KeyMetadata'),
    ReplicateKey: async (call, pass) => {
      const given = withRole(await pass(), 'ReplicaKeyMetadata');
      if (!succeeded(given)) return given;
      const { ReplicaRegion: region, Policy, Description = '', Tags = [] } = inputOf<Json>(call);
      const { KeyId } = jsonOf<Json>(given).ReplicaKeyMetadata;
      await moto.json('kms', region, 'UpdateKeyDescription', { KeyId, Description });
      if (Policy) await moto.json('kms', region, 'PutKeyPolicy', { KeyId, PolicyName: 'default', Policy });
      if (Tags.length > 0) await moto.json('kms', region, 'TagResource', { KeyId, Tags });
      return given;
    },
    [EVERY_OTHER]: (call, pass) => pass(resolved(call)),
  };
}

/** The answer with a ciphertext that every replica decrypts, where the key is a multi-Region key. */
function sealed(given: Answer, plaintext: string, context?: EncryptionContext): Answer {
  const output = succeeded(given) ? jsonOf<Json>(given) : {};
  const key = /key\/(mrk-.*)$/.exec(output.KeyId ?? '')?.[1];
  return key ? withBody(given, { ...output, CiphertextBlob: seal(key, plaintext, context) }) : given;
}

function withRole(given: Answer, member: string): Answer {
  if (!succeeded(given)) return given;
  const output = jsonOf<Json>(given);
  const { Arn, MultiRegionConfiguration: configuration } = output[member];
  if (!configuration) return given;
  configuration.MultiRegionKeyType = configuration.PrimaryKey.Arn === Arn ? 'PRIMARY' : 'REPLICA';
  return withBody(given, output);
}
