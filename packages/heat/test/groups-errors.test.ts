import { isHeddleError } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { type CompileTemplateOptions } from '../src/index.ts';
import { compiled, group, role, scalingGroup, server, template } from './support/compile.ts';
import { nfs, withCount } from './support/groups.ts';

function errorOf(text: string, options: Partial<CompileTemplateOptions> = {}): string {
  try {
    compiled(text, options);
  } catch (thrown) {
    if (isHeddleError(thrown)) return [thrown.message, ...thrown.notes].join('\n');
    throw thrown;
  }
  throw new Error('it compiles');
}

describe('an error of a group', () => {
  const one = { g: group(`[${nfs}]`) };
  const reads = (input: string) => template({ ...one, a: server(`[${role('app', `{ x: ${input} }`)}]`) });

  it.each<[string, string, string]>([
    [
      'E_GROUP_INDEX',
      reads('{ get_attr: [g, resource.2.path] }'),
      '5: E_GROUP_INDEX: there is no "resource.2.path": "g" has the members 0 to 1',
    ],
    [
      'E_GROUP_INDEX of a name',
      reads("{ get_attr: [g, 'resource.%index%', path] }"),
      '5: E_GROUP_INDEX: there is no "resource.%index%": "g" has the members 0 to 1',
    ],
    ...[
      ['{ get_param: size }', 'a computed segment'],
      ['-1', 'a number that counts from an end'],
    ].map(([segment, what]): [string, string, string] => [
      `E_RTFN of ${what}`,
      reads(`{ get_attr: [g, path, ${segment}] }`),
      '5: E_RTFN: what stands behind "path" is computed, or counts from an end: what the members of a group have takes names, and numbers from 0 on',
    ]),
    ...['[g, resource.0, path, -1]', '[g, attributes, path, -1]', '[g, resource.0.path, { get_param: size }]'].map(
      (call): [string, string, string] => [
        `E_RTFN of ${call}`,
        reads(`{ get_attr: ${call} }`),
        '5: E_RTFN: what stands behind "path" is computed, or counts from an end',
      ],
    ),
    [
      'E_RTFN of a part of what a group that scales has',
      template({
        s: scalingGroup(`[${nfs}]`),
        a: server(`[${role('app', '{ x: { get_attr: [s, outputs_list, path, { get_param: size }] } }')}]`),
      }),
      '5: E_RTFN: what stands behind "path" is computed, or counts from an end',
    ],
    [
      'E_RTFN of a part in the outputs',
      template(one, 'outputs: { o: { value: { get_attr: [g, resource.0, path, -1] } } }'),
      '5: E_RTFN: "path" of "g" is written by a role, and Heat gets it as a whole: declare an output of the role for the part',
    ],
    [
      'E_ATTR',
      reads('{ get_attr: [g, paht] }'),
      '5: E_ATTR: "g" (OS::Nova::Server) has no attribute "paht", and its roles declare no such output; did you mean "path"?',
    ],
    [
      'E_ATTR of a group that scales',
      template({ s: scalingGroup(`[${nfs}]`), a: server(`[${role('app', '{ x: { get_attr: [s, path] } }')}]`) }),
      '5: E_ATTR: "s" (OS::Heat::AutoScalingGroup) has no attribute "path": for a list of what its members have, write [s, outputs_list, path]',
    ],
    [
      'E_RTPROP',
      template({ ...one, v: '{ type: OS::Heat::Value, properties: { value: { get_attr: [g, path] } } }' }),
      '5: E_RTPROP: the output "path" of "g" exists only at run time',
    ],
    [
      'E_SHADOW',
      template({ g: group(`[${role('a', '{}', '{ refs: r }')}]`) }),
      '4: E_SHADOW: "refs" is an attribute that Heat gives OS::Heat::ResourceGroup',
    ],
    [
      'E_CYCLE_LATE',
      template({ g: group(`[${role('a', '{ x: { get_resource: g } }')}]`) }),
      '4: E_CYCLE_LATE: the id of "g" is not known before "g" exists',
    ],
    ...['refs', 'refs_map', 'resource.0'].map((attribute): [string, string, string] => [
      `E_CYCLE_LATE of ${attribute}`,
      template({ g: group(`[${role('a', `{ x: { get_attr: [g, ${attribute}] } }`)}]`) }),
      `4: E_CYCLE_LATE: the attribute "${attribute}" of "g" is not known before "g" exists, and until then Heat gives a part of it: read an attribute of its members that tells their ids, such as show`,
    ]),
    [
      'E_SENSITIVE of refs',
      template({ g: group(`[${role('a', '{ x: { $value: { get_attr: [g, refs] }, sensitive: true } }')}]`) }),
      '4: E_SENSITIVE: the attribute "refs" of "g" cannot stay out of the user data, as "sensitive: true" asks: read an attribute of its members that tells their ids, such as show',
    ],
    [
      'E_LATER',
      template({ g: group(`[${role('a', '{ x: { get_attr: [g, path] } }')}, ${nfs}]`) }),
      '4: E_LATER: role "a" reads "path", which role "nfs" writes later on the same server',
    ],
    [
      'E_COUNT0',
      template({ g: group(`[${nfs}]`, 'count: 0') }),
      '4: E_COUNT0: "g" has no members, so nobody would run its roles: remove them',
    ],
    [
      'E_GROUP of a count that is computed',
      template({ g: group(`[${nfs}]`, 'count: { str_replace: { template: N, params: { N: 1 } } }') }),
      '4: E_GROUP: the plan has a node for each member of "g": give "count" as a number, or as get_param of a parameter, not as str_replace',
    ],
    [
      'E_GROUP of a count without a value',
      withCount({ g: group(`[${nfs}]`, 'count: { get_param: n }') }).replace('default: 3, ', ''),
      '4: E_GROUP: the plan has a node for each member of "g", and the parameter "n" has no default: give its value with --parameter n=COUNT',
    ],
    [
      'E_GROUP of a count that is none',
      withCount({ g: group(`[${nfs}]`, 'count: { get_param: n }') }).replace('default: 3', 'default: 1.5'),
      '4: E_GROUP: the parameter "n" gives the count of "g": a count is a whole number up to 10000',
    ],
    [
      'E_GROUP of an index variable that is everywhere',
      template({ g: group(`[${nfs}]`, "count: 2, index_var: '$'") }),
      '4: E_GROUP: Heat would replace "$" in what Heddle writes into the user data, too',
    ],
    [
      'E_GROUP of members that are no servers',
      template({ g: group(`[${nfs}]`).replace('type: OS::Nova::Server', 'type: OS::Nova::Other') }),
      '4: E_GROUP: roles count on members of type OS::Nova::Server, not "OS::Nova::Other"',
    ],
    [
      'E_GROUP of a member that is to be removed',
      template({ g: group(`[${nfs}]`, "count: 2, removal_policies: [{ resource_list: ['7', 1] }]") }),
      '4: E_GROUP: Heat would create "g" without the member 1, and with a later one that the plan does not have',
    ],
    [
      'E_GROUP of another kind of group',
      template({ g: scalingGroup(`[${nfs}]`).replace('AutoScalingGroup', 'InstanceGroup') }),
      '4: E_GROUP: roles on the members of OS::Heat::InstanceGroup are not supported: write "g" as OS::Heat::AutoScalingGroup',
    ],
    [
      'E_USERDATA',
      template({
        g: group(`[${nfs}]`).replace('image: i', 'image: i, user_data_format: RAW, user_data: { get_resource: x }'),
        x: '{ type: OS::Heat::SoftwareConfig }',
      }),
      '4: E_USERDATA: the members of "g" share it with what Heddle adds, so it has to begin with #! or #cloud-config',
    ],
    [
      'E_NAME of a server named as a member',
      template({ ...one, g_1: server(`[${nfs}]`) }),
      '5: E_NAME: "g_1" and "g" would both be the node "g-1"',
    ],
  ])('%s has its line and says what to do', (_, text, message) => {
    expect(errorOf(text)).toContain(`template.yaml:${message}`);
  });

  it('is told alone when the count of the group is not known: no index is wrong then', () => {
    const text = template({
      g: group(`[${nfs}]`, 'count: x'),
      a: server(`[${role('app', '{ x: { get_attr: [g, resource.7.path] } }')}]`),
    });
    expect(errorOf(text)).not.toContain('E_GROUP_INDEX');
  });

  it('is a value of a parameter that decides nothing', () => {
    const text = template({ g: group(`[${nfs}]`) });
    expect(errorOf(text, { parameters: { sizes: '2' } })).toBe(
      'the template has no parameter "sizes"; did you mean "size"?',
    );
    expect(errorOf(text, { parameters: { size: '2' } })).toContain('"size" is for Heat');
  });
});
