import { describe, expect, it } from 'vitest';
import { errorsOf, plain, server, template } from './support/compile.ts';
import { both, deployment, scripted, withComponents } from './support/components.ts';

const errorsIn = (text: string) => errorsOf(text, withComponents);

// The first resource stands on line 4.
describe('a deployment that cannot become a role', () => {
  const script = scripted(', outputs: [{ name: out }]');
  it.each<[string, Record<string, string>, string, string]>([
    [
      'names a server outside of the template',
      { c: script, d: deployment('config: { get_resource: c }, server: 4711') },
      '',
      '5: E_COMPONENT: the server of a deployment has to stand in this template',
    ],
    [
      'names a server that there is not',
      { c: script, a: plain, d: deployment('config: { get_resource: c }, server: { get_resource: aa }') },
      '',
      '6: E_REF: there is no resource "aa"; there are c, a and d',
    ],
    [
      'runs on what is no server of Nova',
      { c: script, a: '{ type: OS::Heat::DeployedServer }', d: deployment(both) },
      '',
      '6: E_COMPONENT: "a" is "OS::Heat::DeployedServer", and roles run on servers',
    ],
    [
      'names its configuration by an id',
      { a: plain, d: deployment('config: { get_param: size }, server: { get_resource: a }') },
      '',
      '5: E_COMPONENT: the configuration of a deployment has to stand in this template',
    ],
    [
      'has a configuration of a group that Heddle does not know',
      { c: script.replace('script', 'puppet'), a: plain, d: deployment(both) },
      '',
      '4: E_COMPONENT: no role can be made of a configuration of the group "puppet"; there are script, ansible and chef',
    ],
    [
      'has a configuration that is a map',
      {
        c: '{ type: OS::Heat::StructuredConfig, properties: { group: script, config: { a: 1 } } }',
        a: plain,
        d: deployment(both),
      },
      '',
      '6: E_COMPONENT: "c" is a map, and scripts, playbooks and run lists are none',
    ],
    [
      'has a run list that is no JSON',
      { c: script.replace('script', 'chef'), a: plain, d: deployment(both) },
      '',
      '4: E_COMPONENT: a configuration of the group chef is its run list, as JSON or a list',
    ],
    [
      'has a script that is a list',
      { c: scripted().replace('"#!/bin/sh"', '[a]'), a: plain, d: deployment(both) },
      '',
      '4: E_COMPONENT: a configuration of the group script is a text, not a list',
    ],
    [
      'has another condition than its server',
      { c: script, a: plain, d: deployment(both, ', condition: big') },
      'conditions: { big: { equals: [{ get_param: size }, x] } }\n',
      '6: E_COMPONENT: a role runs whenever its server is there, and "a" has another condition',
    ],
    [
      'gets values whose names are computed',
      { c: script, a: plain, d: deployment(`${both}, input_values: { get_param: size }`) },
      '',
      '6: E_COMPONENT: "input_values" is a map whose names are written out, not what get_param gives',
    ],
    [
      'gets values that a function makes, of whatever kind they are',
      { c: script, a: plain, d: deployment(`${both}, input_values: { digest: [md5, x] }`) },
      '',
      '6: E_COMPONENT: "input_values" is a map whose names are written out, not what digest gives',
    ],
    [
      'has options that are computed',
      { c: scripted(', options: { get_param: size }'), a: plain, d: deployment(both) },
      '',
      '4: E_COMPONENT: "options" is a map that is written out',
    ],
    [
      'reads by a default what it writes',
      {
        c: scripted(', outputs: [{ name: out }], inputs: [{ name: x, default: { get_attr: [d, out] } }]'),
        a: plain,
        d: deployment(both),
      },
      '',
      '6: E_CYCLE: "d" waits for itself',
    ],
    [
      'runs on a server that was there before',
      { c: script, a: plain.replace('{ ', '{ external_id: 4711, '), d: deployment(both) },
      '',
      '5: E_ROLE: "a" is a machine that is there already, which gets no user data from Heat',
    ],
    [
      'comes after what needs its server',
      {
        c: script,
        a: plain,
        v: '{ type: OS::Cinder::VolumeAttachment, properties: { instance_uuid: { get_resource: a }, volume_id: v } }',
        d: deployment(both, ', depends_on: v'),
      },
      '',
      '7: E_COMPONENT: "v" is created after the server "a", and a role of the server cannot wait for it',
    ],
    [
      'is waited for by a resource without roles',
      {
        c: script,
        a: plain,
        d: deployment(both),
        v: '{ type: OS::Cinder::Volume, depends_on: d, properties: { size: 1 } }',
      },
      '',
      '7: E_COMPONENT: "d" becomes a role, and Heat does not know when a role has ended',
    ],
    [
      'is read by its id',
      {
        c: script,
        a: plain,
        d: deployment(both),
        v: '{ type: OS::Heat::Value, properties: { value: { get_resource: d } } }',
      },
      '',
      '7: E_COMPONENT: "d" becomes a role, which has no id',
    ],
    [
      'is read by a property',
      {
        c: script,
        a: plain,
        d: deployment(both),
        v: '{ type: OS::Heat::Value, properties: { value: { get_attr: [d, out] } } }',
      },
      '',
      '7: E_RTPROP: the output "d_out" of "a" exists only at run time',
    ],
    [
      'is read for an output that it does not declare',
      { c: script, a: plain, d: deployment(both) },
      'outputs:\n  o:\n    value: { get_attr: [d, outt] }\n',
      '9: E_ATTR: "c" declares no output "outt"; did you mean "out"?',
    ],
    [
      'reads what it writes',
      { c: script, a: plain, d: deployment(`${both}, input_values: { x: { get_attr: [d, out] } }`) },
      '',
      '6: E_CYCLE: "d" waits for itself',
    ],
    [
      'reads one that reads it, on another server',
      {
        c: script,
        a: plain,
        b: plain,
        d: deployment(`${both}, input_values: { x: { get_attr: [e, out] } }`),
        e: deployment(
          'config: { get_resource: c }, server: { get_resource: b }, input_values: { x: { get_attr: [d, out] } }',
        ),
      },
      '',
      '7: E_CYCLE: "d" and "e" wait for one another',
    ],
    [
      'has outputs that become one',
      {
        c: '{ type: OS::Heat::SoftwareConfig, properties: { group: script, config: x, outputs: [{ name: db-port }, { name: db_port }] } }',
        a: plain,
        d: deployment(both),
      },
      '',
      '4: E_NAME: two outputs of "d" become d_db_port: name one otherwise',
    ],
    [
      'has a name that leaves nothing for a role',
      { c: script, a: plain, _1: deployment(both) },
      '',
      '6: E_NAME: the deployment "_1" cannot be a role',
    ],
    [
      'has the name of a role of its server',
      { c: script, a: server("[{ name: d, command: ['true'] }]"), d: deployment(both) },
      '',
      '6: E_DUP_ROLE: the role "d" stands here a second time; the first is on line 5',
    ],
  ])('as it %s is an error with its line', (_, resources, more, expected) => {
    expect(errorsIn(template(resources, more))).toEqual([expect.stringContaining(`template.yaml:${expected}`)]);
  });

  it('as its value is wrong is an error in the line of the value', () => {
    const text = `heat_template_version: 2018-08-31
resources:
  c:
    type: OS::Heat::SoftwareConfig
    properties:
      group: script
      config: { str_replace: { template: T, params: { T: { get_param: gone } } } }
  a: ${plain}
  d:
    type: OS::Heat::SoftwareDeployment
    properties:
      config: { get_resource: c }
      server: { get_resource: a }
      input_values:
        x: { get_attr: [a, nmae] }
`;
    expect(errorsIn(text)).toEqual([
      expect.stringContaining('template.yaml:7: E_PARAM: there is no parameter "gone"'),
      expect.stringContaining('template.yaml:15: E_ATTR: "a" (OS::Nova::Server) has no attribute "nmae"'),
    ]);
  });
});
