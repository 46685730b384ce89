import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanNode, PlanRole, RoleState } from '@heddle/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Candidate, chooseRole } from '../src/exec/choose-role.ts';
import { findNodeName } from '../src/exec/node-name.ts';

const constant = { kind: 'constant', value: null } as const;

function role(name: string, adapter: string): PlanRole {
  return { name, adapter, options: constant, inputs: [], outputs: [], after: [], deadlineMs: 1000, concurrent: false };
}

function choose(candidates: readonly [string, string, RoleState, boolean][], named?: string): string {
  const roles = candidates.map(
    ([name, adapter, state, isRecognised]): Candidate => ({ role: role(name, adapter), state, isRecognised }),
  );
  const node: PlanNode = { name: 'web', group: null, index: 0, roles: roles.map((candidate) => candidate.role) };
  return chooseRole(node, ['chef-solo', '-c', 'my.rb'], roles, named).name;
}

describe('the role of a command', () => {
  test('is the first in order that is recognised and has not ended well', () => {
    expect(
      choose([
        ['base', 'chef', 'done', true],
        ['watch', 'ansible', 'pending', false],
        ['app', 'chef', 'failed', true],
        ['more', 'chef', 'pending', true],
      ]),
    ).toBe('app');
  });

  test('is the named one, whatever it did', () => {
    expect(
      choose(
        [
          ['base', 'chef', 'done', false],
          ['app', 'chef', 'pending', true],
        ],
        'base',
      ),
    ).toBe('base');
  });

  test('is not guessed between adapters', () => {
    expect(() =>
      choose([
        ['app', 'chef', 'pending', true],
        ['tool', 'command', 'pending', true],
      ]),
    ).toThrowError(
      expect.objectContaining({
        code: 'usage',
        message: '"chef-solo -c my.rb" can be a run of several roles of web',
        notes: ['role app (chef): pending', 'role tool (command): pending'],
      }),
    );
  });
});

describe('the name of this machine', () => {
  async function nameOf(sources: {
    flag?: string;
    variable?: string;
    file?: string;
    hostname?: string;
  }): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'heddle-cli-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const nodeFile = join(directory, 'node.json');
    if (sources.file !== undefined) await writeFile(nodeFile, sources.file);
    return findNodeName(sources.flag, ['db', 'web-0', 'web-1'], {
      environment: { HEDDLE_NODE: sources.variable },
      nodeFile,
      hostname: sources.hostname ?? 'laptop',
    });
  }

  test('comes from the flag, then HEDDLE_NODE, then the node file, then the host name', async () => {
    const file = '{"node": "web-1"}';
    expect(await nameOf({ flag: 'db', variable: 'web-0', file, hostname: 'db' })).toBe('db');
    expect(await nameOf({ variable: 'web-0', file, hostname: 'db' })).toBe('web-0');
    expect(await nameOf({ file, hostname: 'db' })).toBe('web-1');
    expect(await nameOf({ hostname: 'db.example.org' })).toBe('db');
  });

  test.each([
    ['no JSON', '{', 'config-invalid', / is no JSON: /],
    ['no name', '{"name": "db"}', 'config-invalid', / names no node$/],
    [
      'a node of another deployment',
      '{"node": "mail"}',
      'not-found',
      /^the deployment has no node mail, which .*node\.json names; it has db, web-0 and web-1$/,
    ],
  ])('is refused when the node file holds %s', async (_what, file, code, message) => {
    await expect(nameOf({ file })).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('is asked for when nothing says it', async () => {
    await expect(nameOf({})).rejects.toMatchObject({
      code: 'usage',
      next: ['add --node NAME; the deployment has db, web-0, web-1'],
    });
  });
});
