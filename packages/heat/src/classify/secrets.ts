import { attributeCall, callsIn, type Hot, type HotCall, namedTarget } from '../model/hot.ts';
import type { Template } from '../model/template.ts';

/** Attributes that hold a secret by what they are. */
const secretAttributes: Readonly<Record<string, string>> = {
  'OS::Heat::RandomString': 'value',
  'OS::Nova::KeyPair': 'private_key',
};

/** Find the calls in an expression that give a secret: a hidden parameter, a random string, a private key. */
export function secretsIn(hot: Hot, template: Template): readonly HotCall[] {
  return [...callsIn(hot)].filter((call) => isSecret(call, template));
}

function isSecret(call: HotCall, { parameters, resources }: Template): boolean {
  if (call.name === 'get_param') return parameters.get(namedTarget(call) ?? '')?.isHidden === true;
  if (call.name !== 'get_attr') return false;
  const read = attributeCall(call);
  const secret = secretAttributes[resources.get(read?.resource ?? '')?.type ?? ''];
  return secret !== undefined && (read?.attribute === undefined || read.attribute === secret);
}
