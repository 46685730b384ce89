import { describe, expect, it } from 'vitest';
import { find, play } from './find.ts';

describe('what a playbook reads of other hosts', () => {
  it.each([
    ["hostvars['db'].a + hostvars[groups['x'][0]].b.stdout", ['a', 'b']],
    ['hostvars[x][\'a\'] ~ hostvars[x]["b"]', ['a', 'b']],
    ["hostvars.db.a ~ hostvars.get(x).b ~ hostvars[x].get('c', 0)", ['a', 'b', 'c']],
    ["groups.all | map('extract', hostvars, 'a') | list", ['a']],
    ["groups.all | map('extract', hostvars, ['a', 'stdout'])", ['a']],
    ["x | extract(hostvars, morekeys='a')", ['a']],
    ['hostvars[inventory_hostname].a', []],
    ["hostvars[x | default('y') ~ ']'].a", ['a']],
    ['my_hostvars[x].a', []],
  ])('is found in %s', async (expression, names) => {
    const { mentioned, notes } = await find({ 'site.yml': play(`- debug:\n    msg: >-\n      {{ ${expression} }}\n`) });
    expect(mentioned.map((line) => line.split(' ')[0])).toEqual(names);
    expect(notes).toEqual([]);
  });

  it('is found where a template takes all variables of a host at once', async () => {
    const { mentioned } = await find({
      'site.yml': play('- debug: { msg: hello }\n'),
      'templates/a.j2':
        "{% set peer = hostvars[x] %}\n{{ peer.port }} {{ groups.all | map('extract', hostvars) | map(attribute='key.stdout') }}",
    });
    expect(mentioned).toContain('port templates/a.j2:1');
    expect(mentioned).toContain('key templates/a.j2:1');
  });

  it('is found at another place of a play that takes all variables of a host at once', async () => {
    const { mentioned } = await find({
      'site.yml': play(
        `- debug: { msg: "{{ item.db_port }}" }
  loop: "{{ groups.all | map('extract', hostvars) | list }}"
- include_tasks: more.yml
`,
      ),
      'more.yml': `- debug: { msg: "{{ peer.other_port }}" }
  vars: { peer: "{{ hostvars['db'] }}" }
- debug: { msg: "{{ peer['in_brackets'] }}" }
`,
    });
    expect(mentioned).toEqual(
      expect.arrayContaining(['db_port site.yml:4', 'other_port more.yml:2', 'in_brackets more.yml:2']),
    );
  });

  it('is found in templates and defaults of roles, in group_vars and through them, and not in comments', async () => {
    const { mentioned } = await find({
      'site.yml': `# hostvars[x].a\n${play('- debug: { msg: "{{ hostvars[x].url }}" }\n', '  roles: [app]\n')}`,
      'group_vars/all.yml': 'url: "{{ scheme }}://{{ port }}"\nother: "{{ hostvars[x].b }}"\n',
      'roles/app/templates/sub/app.j2': '{# hostvars[x].a #}\n{{ hostvars[x].c }}',
      'roles/app/defaults/main.yml': 'from: "{{ hostvars[x].d }}"\n',
    });
    expect(mentioned).toEqual([
      'b group_vars/all.yml:2',
      'c roles/app/templates/sub/app.j2:2',
      'd roles/app/defaults/main.yml:1',
      'port site.yml:5',
      'scheme site.yml:5',
      'url site.yml:5',
    ]);
  });

  it('is found in and through the variables of an inventory', async () => {
    const site = play('- debug: { msg: "{{ hostvars[x].url }} {{ hostvars[x].name }}" }\n');
    const { mentioned } = await find({
      'hosts.ini': `[servers]
web-[0:1] name="{{ first }} x" other='{{ hostvars[x].a }}'
[servers:vars]
# no = "{{ hostvars[x].b }}"
url = http://{{ ip }}:{{ hostvars['db'].c }}
`,
      'site.yml': site,
    });
    expect(mentioned.filter((line) => !/ (?:x|http|hostvars)/.test(line))).toEqual(
      expect.arrayContaining(['a hosts.ini:2', 'c hosts.ini:5', 'first site.yml:3', 'ip site.yml:3']),
    );
    expect(mentioned.join()).not.toContain('b hosts.ini');
    const yaml = await find({
      'ansible.cfg': '[defaults]\ninventory = hosts.yml\n',
      'hosts.yml':
        'servers: { hosts: { web-0: { url: "{{ ip }}" } }, vars: { name: "{{ first }}" }, children: { more: { vars: { k: "{{ hostvars[x].a }}" } } } }\n',
      'site.yml': site,
    });
    expect(yaml.mentioned).toEqual([
      'a hosts.yml:1',
      'first site.yml:3',
      'ip site.yml:3',
      'name site.yml:3',
      'url site.yml:3',
    ]);
  });

  it('is found in the variables in a folder that is an inventory', async () => {
    const { mentioned, assigned } = await find({
      'ansible.cfg': '[defaults]\ninventory = inventories/live\n',
      'inventories/live/hosts': '[stores]\ndb\n',
      'inventories/live/more.yml': 'servers: { hosts: { web-0: } }\n',
      'inventories/live/readme.md': 'nothing\n',
      'inventories/live/group_vars/all.yml': 'url: "{{ hostvars[x].a }}"\n',
      'inventories/group_vars/all.yml': 'url: "{{ hostvars[x].not_read }}"\n',
      'site.yml':
        '- hosts: stores\n  tasks: [{ set_fact: { v: 1 } }]\n- hosts: servers\n  tasks: [{ set_fact: { w: 1 } }]\n',
    });
    expect(mentioned).toEqual(['a inventories/live/group_vars/all.yml:1']);
    expect(assigned).toEqual(['v site.yml:2']);
  });

  it('is found behind links to files and folders, also to one that leads back', async () => {
    const { mentioned } = await find({
      'site.yml': play('- debug: { msg: hello }\n'),
      'shared/one.yml': 'a: "{{ hostvars[x].a }}"\n',
      'shared/two/b.yml': 'b: "{{ hostvars[x].b }}"\n',
      'group_vars/all.yml': '-> ../shared/one.yml',
      'group_vars/servers': '-> ../shared/two',
      'group_vars/gone.yml': '-> ../shared/none.yml',
      'shared/two/back': '-> ../../group_vars',
    });
    expect(mentioned).toEqual(expect.arrayContaining(['a group_vars/all.yml:1', 'b group_vars/servers/b.yml:1']));
  });

  it('is told with its place when the name is computed', async () => {
    const { notes } = await find({ 'site.yml': play('- debug: { msg: "{{ hostvars[x][\'a_\' ~ y] }}" }\n') });
    expect(notes).toEqual(['site.yml:3: reads a variable of another host by a name that only the run knows']);
  });

  it('is told with its place when it is the time of a command', async () => {
    const { notes } = await find({
      'site.yml': play(`
- command: "true"
  register: made
- set_fact: { window: { start: 1 } }
- debug: { msg: "{{ hostvars[x].window.start }} {{ hostvars[x].made.stdout }}" }
- debug: { msg: "{{ hostvars[x].made.delta }}" }
- debug: { msg: "{{ hostvars[x]['made']['end'] }}" }
`),
    });
    expect(notes).toEqual(
      [8, 9].map(
        (line) =>
          `site.yml:${line}: reads when a command ran (made), which a found output leaves out: declare an output for it`,
      ),
    );
  });
});
