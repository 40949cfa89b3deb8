import { TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';

/** The oldest AWS provider every test proves, and the first major that may break us. */
export const AWS_PROVIDER_VERSION = '>= 5.100.0, < 7.0.0';

/** Write-only arguments and ephemeral blocks need 1.11 (rule R-TF-14). */
export const TERRAFORM_VERSION = '>= 1.11';

/**
 * States which Terraform and AWS provider the stack of this construct needs. The bindings pin one exact provider
 * version; what is synthesized here is accepted by every version in the range.
 */
export function requireProviders(scope: IConstruct): void {
  const stack = TerraformStack.of(scope);
  stack.addOverride('terraform.required_version', TERRAFORM_VERSION);
  stack.addOverride('terraform.required_providers.aws.version', AWS_PROVIDER_VERSION);
}
