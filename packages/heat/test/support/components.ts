import type { CompiledTemplate } from '../../src/index.ts';
import { compiled } from './compile.ts';
import { corpusFile } from './corpus.ts';

/** Compile a template whose deployments become roles. */
export function taken(text: string): CompiledTemplate {
  return compiled(text, withComponents);
}

export const withComponents = { components: true, readFile: corpusFile } as const;

/** A configuration that is a script, on one line. */
export const scripted = (more = '') =>
  `{ type: OS::Heat::SoftwareConfig, properties: { group: script, config: "#!/bin/sh"${more} } }`;

/** A deployment, on one line. */
export const deployment = (properties: string, more = '') =>
  `{ type: OS::Heat::SoftwareDeployment, properties: { ${properties} }${more} }`;

/** Properties of a deployment: the configuration "c", on the server "a". */
export const both = 'config: { get_resource: c }, server: { get_resource: a }';
