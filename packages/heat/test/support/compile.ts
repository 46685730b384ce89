import { isHeddleError } from '@heddle/core';
import { type CompiledTemplate, type CompileTemplateOptions, compileTemplate } from '../../src/index.ts';

const sha256 = 'ab'.repeat(32);

/** Everything that a stack needs as a default, so that Heat validates without parameters. */
export const complete = {
  file: 'template.yaml',
  deployment: 'test',
  store: 'zk://10.0.0.5:2181/heddle',
  bundle: { url: 'http://10.0.0.5/heddle.mjs', sha256 },
} as const satisfies CompileTemplateOptions;

/** Write a template with resources in flow style, one a line from line 4 on; servers are written with `server`. */
export function template(resources: Readonly<Record<string, string>>, more = '', version = '2018-08-31'): string {
  const lines = Object.entries(resources).map(([name, text]) => `  ${name}: ${text}`);
  return `heat_template_version: ${version}\nparameters: { size: { type: string, default: m1.small }, key: { type: string, hidden: true, default: k } }\nresources:\n${lines.join('\n')}\n${more}`;
}

/** A server with roles, on one line. */
export function server(roles: string, properties = '', more = ''): string {
  return `{ type: OS::Nova::Server, properties: { image: i, flavor: { get_param: size }${properties} }, metadata: { roles: ${roles} }${more} }`;
}

/** A role with a command, on one line. */
export function role(name: string, inputs = '{}', outputs = '{}', more = ''): string {
  return `{ name: ${name}, command: ['true'], inputs: ${inputs}, outputs: ${outputs}${more} }`;
}

export function compiled(text: string, options: Partial<CompileTemplateOptions> = {}): CompiledTemplate {
  return compileTemplate(text, { ...complete, ...options });
}

/** Read an emitted template, with the texts that its servers share put where they are referred to. */
export function withTexts(emitted: string): unknown {
  const { parameters } = JSON.parse(emitted) as {
    parameters: { heddle_texts?: { default: Readonly<Record<string, string>> } };
  };
  const texts = parameters.heddle_texts?.default ?? {};
  return JSON.parse(emitted, (_, value: unknown) => {
    const call = (value as { get_param?: unknown } | null)?.get_param;
    const [name, key] = Array.isArray(call) ? (call as readonly string[]) : [];
    return name === 'heddle_texts' ? texts[key ?? ''] : value;
  });
}

/** The expression of the only input of a node's first role with inputs. */
export function expressionOf({ plan }: CompiledTemplate, node: string): unknown {
  const roles = plan.nodes.find(({ name }) => name === node)?.roles ?? [];
  return numbered(roles.flatMap(({ inputs }) => inputs)[0]?.expression);
}

/** Data with the ids of static values replaced by s0, s1, ... in their order. */
export function numbered<T>(data: T): T {
  const ids = new Map<string, string>();
  const text = JSON.stringify(data).replaceAll(/"(s[0-9a-f]{12})"/g, (_, id: string) => {
    if (!ids.has(id)) ids.set(id, `s${ids.size}`);
    return `"${ids.get(id)}"`;
  });
  return JSON.parse(text) as T;
}

/** A ResourceGroup of servers with roles, on one line. */
export function group(roles: string, properties = 'count: 2', more = ''): string {
  return `{ type: OS::Heat::ResourceGroup, properties: { ${properties}, resource_def: ${server(roles)} }${more} }`;
}

/** An AutoScalingGroup of servers with roles, on one line. */
export function scalingGroup(roles: string, properties = 'min_size: 2, max_size: 4'): string {
  return `{ type: OS::Heat::AutoScalingGroup, properties: { ${properties}, resource: ${server(roles)} } }`;
}

/** A server without roles, on one line. */
export const plain = '{ type: OS::Nova::Server, properties: { image: i, flavor: f } }';

/** All errors of a template: one text each. */
export function errorsOf(text: string, options: Partial<CompileTemplateOptions> = {}): readonly string[] {
  try {
    compiled(text, options);
    return [];
  } catch (thrown) {
    if (!isHeddleError(thrown) || thrown.code !== 'plan-invalid' || thrown.exitCode !== 3) throw thrown;
    return thrown.notes.length === 0 ? [thrown.message] : thrown.notes;
  }
}
