import { attributeCall, attributeTarget, callsIn, type Hot, type HotCall, namedTarget } from '../model/hot.ts';
import { groupTypes } from '../model/nested.ts';
import type { Template, TemplateResource } from '../model/template.ts';
import { entryOf } from '../read/data.ts';

/** Attributes that hold a secret by what they are. */
const secretAttributes: Readonly<Record<string, string>> = {
  'AWS::IAM::AccessKey': 'SecretAccessKey',
  'OS::Barbican::Secret': 'decrypted_payload',
  'OS::Heat::RandomString': 'value',
  'OS::Nova::KeyPair': 'private_key',
};

/** Find the calls in an expression that give a secret: a hidden parameter, a random string, a key, or a value made of one. */
export function secretsIn(hot: Hot, template: Template): readonly HotCall[] {
  return [...callsIn(hot)].filter((call) => isSecret(call, template, new Set()));
}

/** @param seen  The values that are looked into already: a template may have them in a circle, which Heat refuses. */
function isSecret(call: HotCall, template: Template, seen: ReadonlySet<TemplateResource>): boolean {
  const { parameters, resources } = template;
  if (call.name === 'get_param') return parameters.get(namedTarget(call) ?? '')?.isHidden === true;
  // What stands for a random string where its id is asked for is its value.
  if (call.name === 'get_resource') return resources.get(namedTarget(call) ?? '')?.type === 'OS::Heat::RandomString';
  if (call.name !== 'get_attr') return false;
  const read = attributeCall(call);
  const resource = resources.get(attributeTarget(call) ?? '');
  if (resource === undefined) return false;
  if (secretAttributes[memberType(resource) ?? ''] !== undefined) return true;
  if (resource.type === 'OS::Heat::Value') {
    if (seen.has(resource)) return false;
    const inside = new Set([...seen, resource]);
    return [...callsIn(resource.properties)].some((part) => isSecret(part, template, inside));
  }
  const secret = secretAttributes[resource.type];
  // `show` is everything that the service tells of a resource.
  return secret !== undefined && [undefined, 'show', secret].includes(read?.attribute);
}

/** The type of a group's members: there are many ways to write a read of one of them. */
function memberType({ type, data }: TemplateResource): string | undefined {
  const member = entryOf(entryOf(data.properties, groupTypes[type] ?? ''), 'type');
  return typeof member === 'string' ? member : undefined;
}
