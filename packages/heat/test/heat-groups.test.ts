import { readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HeatEngine, type ServerRequest, type StackResult, startHeat } from '../../testkit/src/heat/index.ts';
import { bootScript } from '../src/emit/boot-script.ts';
import { compiled, role, scalingGroup, template } from './support/compile.ts';

const nfs = await readFile(new URL('../../../examples/nfs/template.yaml', import.meta.url), 'utf8');

interface NodeFile {
  readonly node?: string;
  readonly group?: string;
  readonly report: readonly string[];
}

/** What a member's user data writes into a file of /etc/heddle. */
function fileOf({ userData }: ServerRequest, name: string): string {
  const config = JSON.parse(userData.replace('#cloud-config\n', '')) as {
    write_files: readonly { path: string; content: string }[];
  };
  return config.write_files.find(({ path }) => path === `/etc/heddle/${name}`)?.content ?? '';
}

interface Created {
  readonly result: StackResult;
  /** What node.json says, by the server's name in Heat. */
  readonly nodes: Readonly<Record<string, NodeFile>>;
  /** What stands in boot.sh of each server. */
  readonly scripts: readonly string[];
}

/** Let Heat create a compiled template whose machines end well at once, each telling its own name as its outputs. */
async function create(text: string): Promise<Created> {
  const nodes: Record<string, NodeFile> = {};
  const scripts: string[] = [];
  let members = 0;
  const engine: HeatEngine = startHeat({
    stackName: 'test',
    heatUrl: 'http://heat.test:8004/v1',
    template: compiled(text).template,
    onServer(server) {
      members += 1;
      scripts.push(fileOf(server, 'boot.sh'));
      const node = JSON.parse(fileOf(server, 'node.json')) as NodeFile;
      nodes[server.resource ?? ''] = node;
      engine.report({ id: server.id, status: 'ACTIVE', address: `10.77.0.${10 + members}` });
      const config = fileOf(server, 'signal.curl');
      const [, stackId = '', resource = ''] = /stacks\/test\/([^/]+)\/resources\/([^/]+)\/signal/.exec(config) ?? [];
      const [, token = ''] = /X-Auth-Token: (\w+)/.exec(config) ?? [];
      const id = node.node ?? server.name;
      const details = { status: 'SUCCESS', reason: 'well', data: JSON.stringify(node.report), id };
      engine.signal({ stackId, resource, token, details }).catch((thrown: unknown) => expect(thrown).toBeUndefined());
    },
  });
  onTestFinished(() => engine.close());
  return { result: await engine.result, nodes, scripts };
}

describe('a group that was compiled', () => {
  it('is created with its server by Heat: each member knows which it is, and one wait condition counts them', async () => {
    const { result, nodes, scripts } = await create(nfs);
    expect(result).toMatchObject({
      state: 'CREATE_COMPLETE',
      unresolved: {},
      resources: { heddle_wait_client: { state: 'CREATE_COMPLETE' } },
    });
    expect(
      Object.entries(nodes)
        .map(([resource, { node = '' }]) => `${resource} is ${node}`)
        .toSorted(),
    ).toEqual(['client.0 is client-0', 'client.1 is client-1', 'files is files']);
    expect(scripts).toEqual([bootScript, bootScript, bootScript]);
    expect(JSON.parse(result.outputs['mounted'] as string)).toEqual({
      'client-0': '["mounted_from"]',
      'client-1': '["mounted_from"]',
    });
  });

  it('is created by Heat when it scales: its members know their group', async () => {
    const { result, nodes, scripts } = await create(template({ web: scalingGroup(`[${role('app')}]`) }));
    expect(result.state).toBe('CREATE_COMPLETE');
    expect(Object.values(nodes)).toMatchObject([{ group: 'web' }, { group: 'web' }]);
    expect(scripts).toEqual([bootScript, bootScript]);
  });
});
