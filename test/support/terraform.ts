import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { initOnce, shareInit, terraformEnv } from '../../scripts/terraform-init';
import { Synthesized } from './synth';

const SHARED = join(__dirname, '../../node_modules/.cache/terraform-init');

let unavailable: string | undefined | null = null;

/** Why Terraform or the AWS provider cannot be used here; undefined when they can. */
export function whyNoTerraform(): string | undefined {
  if (unavailable === null) unavailable = initOnce(SHARED);
  return unavailable;
}

/** `test` where Terraform and the provider can be had; a skipped test, and one line that says why, where not. */
export const terraformTest: jest.It = (() => {
  const reason = whyNoTerraform();
  if (reason === undefined) return test;
  process.stderr.write(`skipped, Terraform cannot be used here: ${reason}\n`);
  return test.skip as jest.It;
})();

/** What `terraform validate` says of a stack with the real provider: one line per diagnostic, errors first. */
export function validate(synthesized: Synthesized): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'validate-'));
  try {
    shareInit(SHARED, folder);
    writeFileSync(join(folder, 'cdk.tf.json'), JSON.stringify(synthesized.json));
    const { stdout } = spawnSync('terraform', ['validate', '-json', '-no-color'], {
      cwd: folder,
      env: terraformEnv(),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return (
      JSON.parse(stdout).diagnostics as { severity: string; summary: string; detail?: string; address?: string }[]
    )
      .map(({ severity, summary, detail, address }) =>
        `${severity}: ${address ?? ''} ${summary} ${detail ?? ''}`.trim(),
      )
      .sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
