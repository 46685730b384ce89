import type { Template, TemplateResource } from '../model/template.ts';
import { type Data, entryOf, isDataList, writeData } from '../read/data.ts';

/** A type of which each resource is created after those of another type that have the same value in a property. */
interface Rule {
  readonly type: string;
  /** Where the value is; `a.b` is b in a, or in each item of the list a. Several: ways to write the same. */
  readonly value: readonly string[];
  readonly after: string;
  readonly equals: readonly string[];
  /** Also after those of which the value is not written. */
  readonly orUnknown?: boolean;
}

const [subnet, router, face] = ['OS::Neutron::Subnet', 'OS::Neutron::Router', 'OS::Neutron::RouterInterface'];
const gate = 'OS::Neutron::RouterGateway';
const network = ['network', 'network_id'];
const routerOf = ['router', 'router_id'];
const gateway = ['external_gateway_info.network', 'external_gateway_info.network_id'];
const floating = ['floating_network', 'floating_network_id'];

/** As `add_dependencies` of the resources of Heat 19 has it. ASSUMES: that a floating address after the interface of its port's subnet closes no cycle. */
const rules: readonly Rule[] = [
  {
    type: 'OS::Nova::Server',
    value: ['networks.network', 'networks.uuid'],
    after: subnet,
    equals: network,
    orUnknown: true,
  },
  { type: 'OS::Neutron::Port', value: network, after: subnet, equals: network },
  { type: router, value: gateway, after: subnet, equals: network },
  { type: gate, value: network, after: subnet, equals: network },
  { type: gate, value: routerOf, after: face, equals: routerOf },
  { type: 'OS::Neutron::ExtraRouteSet', value: routerOf, after: face, equals: routerOf },
  { type: 'OS::Neutron::FloatingIP', value: floating, after: gate, equals: network },
  { type: 'OS::Neutron::FloatingIP', value: floating, after: router, equals: gateway },
  { type: 'AWS::EC2::VPCGatewayAttachment', value: ['VpcId'], after: 'AWS::EC2::RouteTable', equals: ['VpcId'] },
];

/** The names of the resources after which Heat creates a resource although nothing in the template refers to them. */
export function implicitTargets({ type, data }: TemplateResource, { resources }: Template): readonly string[] {
  const targets = new Set<string>();
  for (const rule of rulesByType.get(type) ?? []) {
    const own = valuesAt(data, rule.value);
    if (own.length === 0 && !(rule.orUnknown === true && entryOf(data.properties, 'networks') !== undefined)) continue;
    const { byValue, unknown } = indexOf(resources, rule);
    for (const text of own) for (const name of byValue.get(text) ?? []) targets.add(name);
    if (rule.orUnknown === true) for (const name of unknown) targets.add(name);
  }
  return [...targets];
}

const rulesByType = new Map<string, Rule[]>();
for (const rule of rules) rulesByType.set(rule.type, [...(rulesByType.get(rule.type) ?? []), rule]);

/** The resources that others may come after by one rule. */
interface RuleIndex {
  readonly byValue: ReadonlyMap<string, readonly string[]>;
  /** Those of which the value is not written. */
  readonly unknown: readonly string[];
}

/** Looking through all resources for each of them would be quadratic. */
const indexes = new WeakMap<Template['resources'], Map<Rule, RuleIndex>>();

function indexOf(resources: Template['resources'], rule: Rule): RuleIndex {
  const ofTemplate = indexes.get(resources) ?? new Map<Rule, RuleIndex>();
  indexes.set(resources, ofTemplate);
  const known = ofTemplate.get(rule);
  if (known !== undefined) return known;
  const byValue = new Map<string, string[]>();
  const unknown: string[] = [];
  for (const { name, type, data } of resources.values()) {
    if (type !== rule.after) continue;
    const values = valuesAt(data, rule.equals);
    if (values.length === 0) unknown.push(name);
    for (const text of values) {
      const names = byValue.get(text);
      if (names === undefined) byValue.set(text, [name]);
      else names.push(name);
    }
  }
  const index = { byValue, unknown };
  ofTemplate.set(rule, index);
  return index;
}

/** The values at any of the paths, as text: two functions with the same text give the same value. */
function valuesAt(resource: Data, paths: readonly string[]): readonly string[] {
  const properties = entryOf(resource, 'properties');
  const values: string[] = [];
  for (const path of paths) collectValues(properties, path.split('.'), values);
  return values;
}

function collectValues(data: Data | undefined, [key, ...rest]: readonly string[], into: string[]): void {
  for (const item of isDataList(data) ? data : [data]) {
    if (key !== undefined) collectValues(entryOf(item, key), rest, into);
    else if (item !== undefined && item !== null) into.push(writeData(item));
  }
}
