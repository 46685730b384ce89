/** Types that have attributes which only what they are made of tells: a group has those of its members, a deployment the outputs of its configuration. */
const openTypes: ReadonlySet<string> = new Set([
  'AWS::AutoScaling::AutoScalingGroup',
  'AWS::CloudFormation::Stack',
  'OS::Heat::AutoScalingGroup',
  'OS::Heat::InstanceGroup',
  'OS::Heat::None',
  'OS::Heat::ResourceChain',
  'OS::Heat::ResourceGroup',
  'OS::Heat::SoftwareDeployment',
  'OS::Heat::SoftwareDeploymentGroup',
  'OS::Heat::SoftwareDeployments',
  'OS::Heat::StructuredDeployment',
  'OS::Heat::StructuredDeploymentGroup',
  'OS::Heat::StructuredDeployments',
]);

/** True when a resource of this type may have attributes besides those that Heat lists for the type. */
export function hasOpenAttributes(type: string): boolean {
  return openTypes.has(type);
}
