/** A resource of a CloudFormation template. */
export type CfnResource = Readonly<Record<string, unknown>>;

/** Write a CloudFormation template as JSON, one line an entry of a section. */
export function cfnTemplate(
  resources: Readonly<Record<string, CfnResource>>,
  more: Readonly<Record<string, unknown>> = {},
  version: Readonly<Record<string, string>> = { AWSTemplateFormatVersion: '2010-09-09' },
): string {
  const parameters = {
    Size: { Type: 'String', Default: 'm1.small' },
    Port: { Type: 'Number', Default: 3306 },
    Ratio: { Type: 'Number', Default: 1.5 },
    Key: { Type: 'String', Default: 'k', NoEcho: 'true' },
    Names: { Type: 'CommaDelimitedList', Default: 'a,b c' },
    Flag: { Type: 'Boolean', Default: 'true' },
    Tree: { Type: 'Json', Default: { one: '1' } },
  };
  const sections = { ...version, Parameters: parameters, Resources: resources, ...more };
  const lines = Object.entries(sections).map(([key, value]) => {
    if (typeof value === 'string') return `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    const entries = Object.entries(value as object).map(
      ([name, data]) => `    ${JSON.stringify(name)}: ${JSON.stringify(data)}`,
    );
    return `  ${JSON.stringify(key)}: {\n${entries.join(',\n')}\n  }`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** An instance with roles. */
export function instance(roles: readonly unknown[], properties: CfnResource = {}, more: CfnResource = {}): CfnResource {
  return {
    Type: 'AWS::EC2::Instance',
    Properties: { ImageId: 'i', InstanceType: { Ref: 'Size' }, ...properties },
    Metadata: { roles },
    ...more,
  };
}

/** A server of Nova with roles. */
export function novaServer(roles: readonly unknown[], properties: CfnResource = {}): CfnResource {
  const { Metadata } = instance(roles);
  return { Type: 'OS::Nova::Server', Properties: { image: 'i', flavor: { Ref: 'Size' }, ...properties }, Metadata };
}

/** A role with a command. */
export function cfnRole(name: string, inputs: CfnResource = {}, outputs: CfnResource = {}): CfnResource {
  return { name, command: ['true'], inputs, outputs };
}

export const ref = (name: string) => ({ Ref: name });
export const att = (...names: readonly unknown[]) => ({ 'Fn::GetAtt': names });
export const join = (...parts: readonly unknown[]) => ({ 'Fn::Join': ['', parts] });
