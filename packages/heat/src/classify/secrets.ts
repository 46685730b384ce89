import { attributeCall, attributeTarget, callsIn, type HotCall, namedTarget } from '../model/hot.ts';
import { groupTypes } from '../model/nested.ts';
import type { Template, TemplateResource } from '../model/template.ts';
import { entryOf } from '../read/data.ts';
import { table } from '../read/table.ts';

/** Attributes that hold a secret by what they are. */
const secretAttributes = table<readonly string[]>({
  'AWS::IAM::AccessKey': ['SecretAccessKey'],
  'OS::Barbican::Secret': ['decrypted_payload'],
  'OS::Heat::RandomString': ['value'],
  'OS::Heat::ScalingPolicy': ['alarm_url'],
  'OS::Heat::WaitConditionHandle': ['curl_cli', 'signal', 'token'],
  'OS::Neutron::IPsecSiteConnection': ['psk'],
  'OS::Nova::KeyPair': ['private_key'],
  'OS::Zaqar::SignedQueueURL': ['signature'],
});

/** Types whose attributes tell what their properties are. */
const toldByProperties: readonly string[] = [
  'OS::Heat::CloudConfig',
  'OS::Heat::MultipartMime',
  'OS::Heat::SoftwareConfig',
  'OS::Heat::StructuredConfig',
  'OS::Heat::Value',
];

/** Finds the calls that give a secret: a hidden parameter, a random string, a key, or a value made of one. */
export class SecretFinder {
  readonly #template: Template;
  readonly #made = new Map<TemplateResource, boolean>();

  constructor(template: Template) {
    this.#template = template;
  }

  among(calls: readonly HotCall[]): readonly HotCall[] {
    return calls.filter((call) => this.#isSecret(call));
  }

  #isSecret(call: HotCall): boolean {
    const { parameters, resources } = this.#template;
    if (call.name === 'get_param') return parameters.get(namedTarget(call) ?? '')?.isHidden === true;
    // What stands for a random string where its id is asked for is its value.
    if (call.name === 'get_resource') return resources.get(namedTarget(call) ?? '')?.type === 'OS::Heat::RandomString';
    if (call.name !== 'get_attr') return false;
    const read = attributeCall(call);
    const resource = resources.get(attributeTarget(call) ?? '');
    if (resource === undefined) return false;
    if (secretAttributes[memberType(resource) ?? ''] !== undefined) return true;
    if (toldByProperties.includes(resource.type)) return this.#isMadeOfSecret(resource);
    const secrets = secretAttributes[resource.type];
    // `show` is everything that the service tells of a resource.
    return secrets !== undefined && [undefined, 'show', ...secrets].includes(read?.attribute);
  }

  #isMadeOfSecret(resource: TemplateResource): boolean {
    const known = this.#made.get(resource);
    if (known !== undefined) return known;
    // A template may have them in a circle, which Heat refuses.
    this.#made.set(resource, false);
    const isMade = callsIn(resource.readProperties()).some((part) => this.#isSecret(part));
    this.#made.set(resource, isMade);
    return isMade;
  }
}

/** The type of a group's members: there are many ways to write a read of one of them. */
function memberType({ type, data }: TemplateResource): string | undefined {
  const member = entryOf(entryOf(data.properties, groupTypes[type] ?? ''), 'type');
  return typeof member === 'string' ? member : undefined;
}
