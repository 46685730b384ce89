import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cookbook, Deployment, fullSoloRb, script } from './support/deployment.ts';

const nodes = ['chef', 'play', 'shell'];
const facts = ['ip', 'hostname', 'fqdn', 'memory', 'cpus', 'key'];

/** Each node writes, of every other one, what its own tool calls these things. */
const files = {
  'solo.rb': fullSoloRb,
  ...cookbook('hosts', {
    'recipes/default.rb': [
      "others = search(:node, 'name:*').reject { |other| other.name == node.name }.sort_by(&:name)",
      "file '/etc/hosts' do",
      "  content others.map { |other| \"#{other['ipaddress']} #{other['fqdn']} #{other['hostname']}\\n\" }.join",
      'end',
      "file '/etc/facts.json' do",
      '  content JSON.generate(others.to_h { |other| [other.name, {',
      "    ip: other['ipaddress'], hostname: other['hostname'], fqdn: other['fqdn'], memory: other['memory']['total'].to_i / 1024,",
      "    cpus: other['cpu']['total'], key: other['keys']['ssh']['host_ed25519_public'] }] })",
      'end',
      '# What Ohai says of this machine.',
      "file '/etc/own.json' do",
      "  content JSON.generate(ip: node['ipaddress'], hostname: node['hostname'], fqdn: node['fqdn'],",
      "    memory: node['memory']['total'].to_i / 1024, cpus: node['cpu']['total'], key: node['keys']['ssh']['host_ed25519_public'])",
      'end',
    ].join('\n'),
  }),
  'site.yml': `
- hosts: play
  vars:
    others: "{{ groups['all'] | difference([inventory_hostname]) | sort }}"
  tasks:
    - ansible.builtin.template: { src: hosts.j2, dest: /etc/hosts }
    - ansible.builtin.template: { src: facts.j2, dest: /etc/facts.json }
    - ansible.builtin.template: { src: own.j2, dest: /etc/own.json }
`,
  'templates/hosts.j2':
    '{% for host in others %}\n{{ hostvars[host].ansible_default_ipv4.address }} {{ hostvars[host].ansible_fqdn }} {{ hostvars[host].ansible_facts.hostname }}\n{% endfor %}\n',
  'templates/facts.j2':
    '{ {% for host in others %}{{ host | to_json }}: { "ip": {{ hostvars[host].ansible_facts.default_ipv4.address | to_json }}, "hostname": {{ hostvars[host][\'ansible_hostname\'] | to_json }}, "fqdn": {{ hostvars[host].ansible_facts.fqdn | to_json }}, "memory": {{ hostvars[host].ansible_memtotal_mb }}, "cpus": {{ hostvars[host].ansible_processor_vcpus }}, "key": {{ hostvars[host].ansible_ssh_host_key_ed25519_public | to_json }} }{{ \'\' if loop.last else \',\' }}{% endfor %} }',
  'templates/own.j2':
    '{ "ip": {{ ansible_default_ipv4.address | to_json }}, "hostname": {{ ansible_hostname | to_json }}, "fqdn": {{ ansible_fqdn | to_json }}, "memory": {{ ansible_memtotal_mb }}, "cpus": {{ ansible_processor_vcpus }}, "key": {{ ansible_ssh_host_key_ed25519_public | to_json }} }',
  'hosts.sh': script(
    'heddle facts > /etc/own.json',
    'heddle get facts > /etc/facts.json',
    'heddle get hosts > /etc/hosts',
  ),
  'heddle.yaml': `
heddle: 1
deployment: anybody
nodes:
  chef: { roles: [{ name: hosts, chef: { run_list: ["recipe[hosts]"], config: solo.rb, search: true } }] }
  play: { roles: [{ name: hosts, ansible: { playbook: site.yml } }] }
  shell:
    roles:
      - name: hosts
        command: [./hosts.sh]
        inputs:
          hosts: "\${chef.ip} \${chef.fqdn} \${chef.hostname}\\n\${play.ip} \${play.fqdn} \${play.hostname}"
          facts:
${['chef', 'play'].map((node) => `            ${node}: { ip: "\${${node}.ip}", hostname: "\${${node}.hostname}", fqdn: "\${${node}.fqdn}", memory: "\${${node}.memory_mb}", cpus: "\${${node}.cpus}", key: { of: "\${${node}.ssh_host_keys}" } }`).join('\n')}
`,
};

describe('a Chef, an Ansible and a command node in machines of their own, with no output declared', () => {
  it('each writes /etc/hosts of the others from its own words, and all of them say the same as Ohai and the setup module', async () => {
    const deployment = await Deployment.create(files);
    const result = await deployment.heddle('up', '--isolate', 'machine');
    expect(result.stderr).toBe('');
    expect(result.exitCode).toBe(0);
    const read = (node: string, file: string) => deployment.read(join('.heddle/anybody/nodes', node, 'root/etc', file));
    const json = async (node: string, file: string) => JSON.parse(await read(node, file));

    const shell = (await json('shell', 'own.json')).facts;
    const own = new Map([
      ['chef', await json('chef', 'own.json')],
      ['play', await json('play', 'own.json')],
      ['shell', factsOf(shell)],
    ]);
    expect(new Set([...own.values()].map(({ ip }) => ip)).size).toBe(3);
    expect([...own.values()].map(({ hostname }) => hostname)).toEqual(nodes);
    for (const fact of own.values()) expect(Object.keys(fact)).toEqual(facts);
    for (const node of nodes) {
      const others = nodes.filter((other) => other !== node);
      const told = await json(node, 'facts.json');
      for (const other of others) {
        const { key } = told[other];
        const said = { ...told[other], key: typeof key === 'string' ? key : key.of['ssh-ed25519'] };
        expect(said, `${node} of ${other}`).toEqual(own.get(other));
      }
      const lines = others.map((other) => `${own.get(other).ip} ${own.get(other).fqdn} ${other}\n`);
      expect(await read(node, 'hosts')).toBe(lines.join(''));
    }
    expect(await deployment.processes()).toEqual([]);
  });
});

function factsOf(told: Record<string, unknown>) {
  const { ip, hostname, fqdn, memory_mb: memory, cpus, ssh_host_keys: keys } = told;
  return { ip, hostname, fqdn, memory, cpus, key: (keys as Record<string, string>)['ssh-ed25519'] };
}
