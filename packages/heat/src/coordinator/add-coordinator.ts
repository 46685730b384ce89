import { HeddleError, type Plan } from '@heddle/core';
import { stackNode } from '../emit/late-values.ts';
import type { SignalTransport } from '../emit/signal-transport.ts';
import { writeTemplate } from '../emit/write-template.ts';
import { groupTypes } from '../model/nested.ts';
import { type Data, type DataMap, entryOf, isDataList, isDataMap, writeData } from '../read/data.ts';
import { readTemplateSource } from '../read/source.ts';
import { type PlanSource, packed } from './cloud-config.ts';
import { coordinatorAddress, coordinatorPassword, coordinatorResources } from './coordinator-resources.ts';
import { type CoordinatorKind, coordinatorUrl } from './kinds.ts';
import { serverProperties } from './server-properties.ts';

export interface AddCoordinatorOptions {
  readonly kind: CoordinatorKind;
  /** What it seeds, as `heddle compile` writes it. */
  readonly plan: Plan;
  /** The text of the plan, and its digest. */
  readonly planText: string;
  readonly planSha256: string;
  /** Where it fetches the plan; absent: the plan stands in its user data. */
  readonly planUrl?: string;
  /** How it tells Heat that it is ready. @default TOKEN_SIGNAL */
  readonly signalTransport?: SignalTransport;
}

/** Bytes of a packed plan that fit into user data beside all else. */
const mostPackedBytes = 30_000;

/**
 * Add a coordinator to an emitted template: a server that starts a store and seeds the plan. All machines get its address by Heat.
 *
 * The parameters about a store go: one of its own is new, so its epoch is 1.
 * @param text  The template as JSON.
 * @returns The same with more in it.
 * @throws usage for a template without roles or in CloudFormation's format, for a plan that is too large to stand in the template without a URL, and for
 *   one with sensitive outputs: the store is reached without encryption; and for one whose roles wait for outputs of the stack.
 */
export function addCoordinator(text: string, options: AddCoordinatorOptions): string {
  const { kind, plan } = options;
  const template = readTemplateSource(text, 'the emitted template').data;
  if (plan.nodes.length === 0) throw new HeddleError('usage', 'no server has roles, so nobody needs a coordinator');
  if (entryOf(template, 'heat_template_version') === undefined)
    throw new HeddleError('usage', 'a coordinator can be added to a template with heat_template_version only');
  refuseSensitive(plan);
  refuseLate(plan);
  const source = planSource(options);
  const resources = entryOf(template, 'resources') as DataMap;
  const hasPackages = entryOf(entryOf(template, 'parameters'), 'heddle_packages') !== undefined;
  const packages = hasPackages ? { packages: { get_param: 'heddle_packages' } } : {};
  const bundle = { url: { get_param: 'heddle_bundle_url' }, sha256: { get_param: 'heddle_bundle_sha256' } };
  const given: Readonly<Record<string, Data>> = {
    heddle_store: coordinatorUrl(kind, coordinatorAddress, coordinatorPassword),
    heddle_epoch: '1',
    // All machines have the one password that is in the URL.
    heddle_credentials: '',
    heddle_store_ca: '',
  };
  const others = replaced(resources, given) as DataMap;
  const { properties, parameters } = serverProperties(serverWithRoles(resources), others);
  const kept = Object.entries(entryOf(template, 'parameters') as DataMap).filter(([name]) => given[name] === undefined);
  const fetched = source.kind === 'fetched' ? planParameters(options) : {};
  const written = {
    ...template,
    parameters: { ...Object.fromEntries(kept), ...parameters, ...fetched },
    resources: {
      ...coordinatorResources(
        { kind, seed: { plan: source, bundle, ...packages } },
        properties,
        options.signalTransport ?? 'TOKEN_SIGNAL',
      ),
      ...others,
    },
  };
  return writeTemplate(written);
}

function refuseSensitive({ nodes }: Plan): void {
  for (const { name, roles } of nodes) {
    for (const { outputs } of roles) {
      const output = outputs.find(({ sensitive }) => sensitive);
      if (output === undefined) continue;
      throw new HeddleError(
        'usage',
        `the output ${name}.${output.name} is sensitive, and machines reach the coordinator that is added without encryption`,
        {
          next: ['run a store with TLS, and compile with --store zks://HOST:2281/heddle'],
        },
      );
    }
  }
}

function refuseLate({ nodes }: Plan): void {
  const node = nodes.find(
    ({ name, roles }) => name === stackNode && roles.some(({ adapter }) => adapter === stackNode),
  );
  const [output] = node?.roles[0]?.outputs ?? [];
  if (output === undefined) return;
  throw new HeddleError(
    'usage',
    `roles wait for ${output.name}, an output of the stack, and nobody copies outputs to the coordinator that is added`,
    { next: ['run a store of your own, compile with --store URL, and let heddle seed --watch copy them'] },
  );
}

function planSource({ planText, planUrl }: AddCoordinatorOptions): PlanSource {
  if (planUrl !== undefined) {
    return { kind: 'fetched', url: { get_param: 'heddle_plan_url' }, sha256: { get_param: 'heddle_plan_sha256' } };
  }
  const sizeBytes = packed(planText).length;
  if (sizeBytes <= mostPackedBytes) return { kind: 'packed', text: planText };
  throw new HeddleError(
    'usage',
    `the plan has ${sizeBytes} bytes when it is packed, more than fit into the coordinator's user data`,
    {
      next: ['put the plan where the machines can fetch it, and say --plan-url URL'],
    },
  );
}

function planParameters({ planUrl, planSha256 }: AddCoordinatorOptions): DataMap {
  return {
    heddle_plan_url: {
      type: 'string',
      description: 'Where the coordinator fetches the plan',
      default: planUrl ?? '',
      hidden: true,
    },
    heddle_plan_sha256: { type: 'string', description: 'Digest of the plan', default: planSha256 },
  };
}

/** Give the properties of the first server with roles, of a group those of its members. */
function serverWithRoles(resources: DataMap): Data | undefined {
  for (const [name, resource] of Object.entries(resources)) {
    const member = entryOf(entryOf(resource, 'properties'), memberKey(entryOf(resource, 'type')));
    const server = member ?? resource;
    if (entryOf(server, 'type') !== 'OS::Nova::Server') continue;
    const properties = entryOf(server, 'properties');
    // Its user data may be a resource of its own.
    const isOurs = Object.hasOwn(resources, `heddle_wait_${name}`) || writeData(properties ?? null).includes('heddle_');
    if (isOurs) return properties;
  }
  return undefined;
}

/** Put what is given in the place of every reference to a parameter. */
function replaced(data: Data, given: Readonly<Record<string, Data>>): Data {
  if (isDataList(data)) return data.map((item) => replaced(item, given));
  if (!isDataMap(data)) return data;
  const entries = Object.entries(data);
  const [[key, value] = ['', null]] = entries;
  if (entries.length === 1 && key === 'get_param') {
    const name = isDataList(value) ? value[0] : value;
    return typeof name === 'string' ? (entryOf(given, name) ?? data) : data;
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, replaced(item, given)]));
}

/** The property in which a group has the definition of its members. */
function memberKey(type: Data | undefined): string {
  return typeof type === 'string' ? (groupTypes[type] ?? '') : '';
}
