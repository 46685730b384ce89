import { mkdir, stat } from 'node:fs/promises';
import { createAuthority, startZookeeper, type ZookeeperServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const template = (count: number) => `heat_template_version: 2018-08-31
resources:
  web:
    type: OS::Heat::ResourceGroup
    properties:
      count: ${count}
      resource_def:
        type: OS::Nova::Server
        properties: { image: i, flavor: f }
        metadata: { roles: [{ name: app, command: [./app.sh], outputs: { port: port } }] }
`;

describe('the environment of a stack that heddle seed writes', () => {
  let server: ZookeeperServer;
  beforeAll(async () => {
    server = await startZookeeper();
  });
  afterAll(() => server.close());

  let root = 0;
  async function begin(count = 2) {
    root += 1;
    const workspace = await Workspace.forTest({ 'template.yaml': template(count), 'app.sh': script('true') });
    const heddle = (words: readonly string[], more: NodeJS.ProcessEnv = {}) =>
      workspace.start(words, {
        HEDDLE_STORE: `${server.url}/stack-${root}`,
        HEDDLE_STORE_USER: 'joe',
        HEDDLE_STORE_PASSWORD: 'pass-of-joe',
        ...more,
      }).end;
    const compiled = await heddle(['compile', 'template.yaml', '--deployment', 'shop', '-o', 'stack.json']);
    expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
    const seed = (...words: readonly string[]) => heddle(['seed', 'plan.json', ...words]);
    return { workspace, seed, heddle };
  }

  test('is written over when it is one of Heddle, with a mode of its own', async () => {
    const { workspace, seed } = await begin();
    for (const epoch of ['1', '2']) {
      const end = await seed();
      expect(end, end.stderr).toMatchObject({ exitCode: 0 });
      const written = JSON.parse(await workspace.read('environment.json')) as { parameters: Record<string, unknown> };
      expect(written.parameters['heddle_epoch']).toBe(epoch);
    }
    expect((await stat(workspace.path('environment.json'))).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['other parameters', '{"parameters":{"heddle_epoch":"1","image":"debian"}}'],
    ['more than parameters', '{"parameters":{"heddle_epoch":"1"},"resource_registry":{}}'],
    ['something else', 'parameters: { image: debian }\n'],
  ])('is refused before an epoch begins when a file with %s is there', async (_what, text) => {
    const { workspace, seed, heddle } = await begin();
    await workspace.write('environment.json', text);
    const { exitCode, stderr } = await seed();
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('[usage] environment.json is there, and heddle seed has not written it'),
    });
    expect(await workspace.read('environment.json')).toBe(text);
    expect((await heddle(['status', '--deployment', 'shop'])).stderr).toContain('[not-found]');
  });

  test('is refused before an epoch begins when a folder has its name', async () => {
    const { workspace, seed, heddle } = await begin();
    await mkdir(workspace.path('environment.json'));
    expect((await seed()).stderr).toContain('[usage] environment.json is there, and heddle seed has not written it');
    expect((await heddle(['status', '--deployment', 'shop'])).stderr).toContain('[not-found]');
  });

  test('comes with a note that machines get no certificate of their own', async () => {
    const { heddle } = await begin();
    const authority = await createAuthority();
    onTestFinished(() => authority.remove());
    const { certificateFile, keyFile } = await authority.issue('joe');
    const files = { HEDDLE_STORE_CERT_FILE: certificateFile, HEDDLE_STORE_KEY_FILE: keyFile };
    const { exitCode, stderr } = await heddle(['seed', 'plan.json'], files);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(
        'note: machines are given the authorities of the store, but not your certificate',
      ),
    });
  });

  test('is as long for a group of a hundred members as for one of two: their user data has what each fetches its own with', async () => {
    const lengthOf = async (count: number) => {
      const { workspace, seed } = await begin(count);
      const end = await seed();
      expect(end, end.stderr).toMatchObject({ exitCode: 0 });
      const { parameters } = JSON.parse(await workspace.read('environment.json')) as {
        parameters: { heddle_credentials: Record<string, string> };
      };
      const credentials = JSON.parse(parameters.heddle_credentials['web'] ?? '') as Record<string, unknown>;
      expect(credentials).toMatchObject({ heddleCredentials: 1, deployment: 'shop', epoch: '1', group: 'web' });
      expect(Object.keys(parameters.heddle_credentials)).toEqual(['web']);
      return parameters.heddle_credentials['web']?.length ?? 0;
    };
    const [two, hundred] = [await lengthOf(2), await lengthOf(100)];
    expect(Math.abs(hundred - two)).toBeLessThan(100);
    expect(hundred).toBeLessThan(2000);
  });
});
