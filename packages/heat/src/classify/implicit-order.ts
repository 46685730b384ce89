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
  return rules
    .filter((rule) => rule.type === type)
    .flatMap((rule) => {
      const own = valuesAt(data, rule.value);
      if (own.length === 0 && !(rule.orUnknown === true && entryOf(data.properties, 'networks') !== undefined))
        return [];
      return [...resources.values()].filter((other) => {
        if (other.type !== rule.after) return false;
        const theirs = valuesAt(other.data, rule.equals);
        if (theirs.length === 0) return rule.orUnknown === true;
        return theirs.some((text) => own.includes(text));
      });
    })
    .map(({ name }) => name);
}

/** The values at any of the paths, as text: two functions with the same text give the same value. */
function valuesAt(resource: Data, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    let found: readonly Data[] = [resource];
    for (const key of ['properties', ...path.split('.')])
      found = found.flatMap(itemsOf).flatMap((data) => entryOf(data, key) ?? []);
    return found.filter((data) => data !== null).map((data) => writeData(data));
  });
}

function itemsOf(data: Data): readonly Data[] {
  return isDataList(data) ? data : [data];
}
