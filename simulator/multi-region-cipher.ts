import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'crypto';

/** Additional data that must be the same for encryption and decryption. */
export type EncryptionContext = Readonly<Record<string, string>>;

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * What a multi-Region key encrypts, each of its replicas decrypts: moto keeps too few characters of such a key's id in the
 * ciphertext to find it again. The key material is made of the id, which is enough for a simulation and for nothing else.
 *
 * @returns the ciphertext in Base64
 */
export function seal(keyId: string, plaintext: string, context: EncryptionContext = {}): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, material(keyId), iv).setAAD(canonical(context));
  const sealed = Buffer.concat([cipher.update(Buffer.from(plaintext, 'base64')), cipher.final()]);
  return Buffer.concat([Buffer.from(`${keyId}\0`), iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** The id of the multi-Region key that a ciphertext names; undefined for a ciphertext of any other key. */
export function keyIn(ciphertext: string): string | undefined {
  return /^(mrk-[^\0]+)\0/.exec(Buffer.from(ciphertext, 'base64').toString('latin1', 0, 100))?.[1];
}

/**
 * The plaintext in Base64.
 *
 * @returns undefined where the ciphertext was changed, or belongs to another context
 */
export function open(ciphertext: string, context: EncryptionContext = {}): string | undefined {
  const bytes = Buffer.from(ciphertext, 'base64');
  const start = bytes.indexOf(0) + 1;
  const [iv, tag] = [bytes.subarray(start, start + IV_BYTES), bytes.subarray(start + IV_BYTES).subarray(0, TAG_BYTES)];
  try {
    const keyId = bytes.toString('latin1', 0, start - 1);
    const decipher = createDecipheriv(CIPHER, material(keyId), iv).setAAD(canonical(context)).setAuthTag(tag);
    const sealed = bytes.subarray(start + IV_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('base64');
  } catch {
    return undefined;
  }
}

function material(keyId: string): Buffer {
  return createHash('sha256').update(keyId).digest();
}

function canonical(context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}
