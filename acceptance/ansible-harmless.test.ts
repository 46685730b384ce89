// Case 32: an error inside Heddle's callback never ends a play: the play goes on, and only what could not be handed over counts
import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment } from './support/deployment.ts';
import { readStatus } from './support/read-status.ts';

const play = (hosts: string) => `
- name: The play of ${hosts}
  hosts: ${hosts}
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact: { word: it }
    - ansible.builtin.command: sh -c 'exit 3'
      ignore_errors: true
    - ansible.builtin.copy: { content: "to the end\\n", dest: "{{ work }}/end.txt" }
`;

/** A callback of the user's that makes one of Heddle's own functions raise what nobody expects. */
const spoiler = `
import os
import sys

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'spoiler'

    def v2_playbook_on_start(self, playbook):
        session = sys.modules['ansible_collections.heddle.heddle.plugins.plugin_utils.session'].Session

        def raising(*_words, **_named):
            raise RuntimeError('swordfish')
        setattr(session, {'mute': 'publish', 'quiet': 'tell'}[os.environ['HEDDLE_NODE']], raising)
`;

describe.each(Object.entries(ansiblePrograms))('with ansible-core %s', (_, program) => {
  it('a callback that raises ends no play: one that cannot tell what it does ends well, one that loses an output fails of that', async () => {
    const options = `playbook: site.yml, program: ${program}, vars: { work: "\${self.dir}" }`;
    const node = (name: string) =>
      `  ${name}: { roles: [{ name: site, ansible: { ${options} }, outputs: { word: word } }] }`;
    const deployment = await Deployment.create({
      'site.yml': play('mute') + play('quiet'),
      'callback_plugins/spoiler.py': spoiler,
      'heddle.yaml': `heddle: 1\ndeployment: harmless\nnodes:\n${node('mute')}\n${node('quiet')}\n`,
    });
    const { exitCode, stdout, stderr } = await deployment.heddle('up', '-v');
    expect(exitCode, stdout + stderr).toBe(21);
    for (const name of ['mute', 'quiet'])
      expect(await deployment.read(`.heddle/harmless/nodes/${name}/end.txt`)).toBe('to the end\n');

    expect(stdout + stderr).toContain('heddle: an unexpected RuntimeError');
    // The text of an error that nobody has foreseen might be a value.
    expect(stdout + stderr).not.toContain('swordfish');
    const { roles } = await readStatus(deployment);
    expect(roles.find(({ node: name }) => name === 'quiet')).toMatchObject({ state: 'done', unwritten: [] });
    expect(roles.find(({ node: name }) => name === 'mute')?.error).toMatchObject({
      code: 'role-failed',
      message: 'mute role site failed: the output word could not be handed over (RuntimeError)',
    });
  });
});
