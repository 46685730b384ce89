import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Cloud, type CloudEvent, type CloudOptions, createCloud } from '../../src/heat/index.ts';

export interface TestCloud extends Cloud {
  readonly events: readonly CloudEvent[];
}

/** A cloud that ends with the test, and its folder with it. */
export function cloudOf(...servers: readonly string[]): Promise<TestCloud> {
  return cloudWith({ servers });
}

/** The same with options of its own. */
export async function cloudWith(options: Omit<CloudOptions, 'directory'>): Promise<TestCloud> {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-cloud-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const events: CloudEvent[] = [];
  const onEvent = (event: CloudEvent): void => {
    events.push(event);
    options.onEvent?.(event);
  };
  const cloud = await createCloud({ ...options, directory, onEvent });
  onTestFinished(() => cloud.close());
  return { ...cloud, events };
}

/** A `list_join` that makes one text of parts, some of them functions of Heat. */
export const text = (...parts: readonly unknown[]) => ({ list_join: ['', parts] });

/** User data that runs a script: cloud-config whose text Heat puts together. */
export const userData = (script: unknown) =>
  text('#cloud-config\n', {
    list_join: ['', [{ write_files: [{ path: '/root/run.sh', content: script }], runcmd: [['sh', '/root/run.sh']] }]],
  });

/** A server that runs a script at its first boot, a handle that it may signal, and the condition that waits for it. */
export function serverWithWait(name: string, script: unknown): Record<string, unknown> {
  return {
    [name]: {
      type: 'OS::Nova::Server',
      properties: { image: 'debian-12', flavor: 'small', user_data_format: 'RAW', user_data: userData(script) },
    },
    [`${name}_handle`]: { type: 'OS::Heat::WaitConditionHandle' },
    [`${name}_wait`]: {
      type: 'OS::Heat::WaitCondition',
      depends_on: name,
      properties: { handle: { get_resource: `${name}_handle` }, timeout: 300 },
    },
  };
}

/** The command of a script that sends a signal to a server's handle. */
export const signal = (name: string, body: string) =>
  text('exec ', { get_attr: [`${name}_handle`, 'curl_cli'] }, ` -sS --data-binary '${body}'\n`);

export const template = (resources: unknown, outputs: unknown = {}) =>
  JSON.stringify({ heat_template_version: '2016-10-14', resources, outputs });
