# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import unittest

from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError, Client
from ansible_collections.heddle.heddle.plugins.plugin_utils.machine_facts import read_facts, tells_facts
from ansible_collections.heddle.heddle.plugins.plugin_utils.placeholder import output_placeholder
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session
from ansible_collections.heddle.heddle.plugins.plugin_utils.variables import peer_variables

from .agent_server import AgentServer


def told(*names, role='machine_facts', sensitive=False):
    return {name: {'role': role, 'path': [name], 'sensitive': sensitive} for name in names}


PEERS = [
    {'name': 'db', 'count': None, 'outputs': told('ip', 'hostname', 'fqdn', 'ssh_host_keys', 'memory_mb', 'cpus')},
    {'name': 'lb', 'count': None, 'outputs': {**told('fqdn'), **told('ip', 'port', role='haproxy'), **told('hostname', role='haproxy', sensitive=True)}},
    {'name': 'site', 'count': None, 'outputs': {**told('ip'), **told('ansible_facts', role='ansible_facts')}},
]
WORDS = {
    'ip': '10.0.0.1', 'hostname': 'db', 'fqdn': 'db.example', 'memory_mb': 2048, 'cpus': 4,
    'ssh_host_keys': {'ssh-rsa': 'R', 'ssh-dss': 'D', 'ssh-ed25519': 'E', 'ecdsa-sha2-nistp256': 'C'},
}


class MachineFactsTest(unittest.TestCase):
    def setUp(self):
        self.words = dict(WORDS)
        self.code = 'never-written'
        self.agent = self.enterContext(AgentServer(self.answer))
        self.session = Session(Client(self.agent.path, 'run'), 'web', 'site')

    def answer(self, method, _path, body):
        if method == 'GET':
            return 200, {'inputs': [], 'outputs': [], 'peers': PEERS}
        if body['output'] in self.words:
            return 200, {'value': self.words[body['output']]}
        return 424, {'error': {'code': self.code, 'message': 'never'}}

    def test_have_the_names_that_plays_expect(self):
        self.assertEqual(read_facts(self.session, 'db'), {
            'ansible_default_ipv4': {'address': '10.0.0.1'}, 'ansible_hostname': 'db', 'ansible_fqdn': 'db.example',
            'ansible_memtotal_mb': 2048, 'ansible_processor_vcpus': 4, 'ansible_processor_nproc': 4,
            'ansible_ssh_host_key_rsa_public': 'R', 'ansible_ssh_host_key_rsa_public_keytype': 'ssh-rsa',
            'ansible_ssh_host_key_dsa_public': 'D', 'ansible_ssh_host_key_dsa_public_keytype': 'ssh-dss',
            'ansible_ssh_host_key_ed25519_public': 'E', 'ansible_ssh_host_key_ed25519_public_keytype': 'ssh-ed25519',
            'ansible_ssh_host_key_ecdsa_public': 'C', 'ansible_ssh_host_key_ecdsa_public_keytype': 'ecdsa-sha2-nistp256',
        })

    def test_lack_what_the_machine_lacks_but_no_other_error_is_an_absence(self):
        del self.words['ssh_host_keys']
        self.assertEqual([key for key in read_facts(self.session, 'db') if 'ssh' in key], [])
        self.code = 'wait-timeout'
        with self.assertRaises(AgentError):
            Session(Client(self.agent.path, 'run'), 'web', 'site').read_output('db', 'ssh_host_keys')
        with self.assertRaises(AgentError):
            read_facts(self.session, 'db')

    def test_are_those_of_nodes_without_ansible_facts(self):
        self.assertEqual([host for host in ('db', 'lb', 'site', 'web', 'nobody') if tells_facts(self.session, host)], ['db', 'lb'])

    def test_that_a_role_publishes_itself_are_waited_for_by_who_uses_them(self):
        self.assertEqual(read_facts(self.session, 'lb'), {'ansible_fqdn': 'db.example'})
        variables = peer_variables(self.session, 'lb')
        self.assertEqual(variables['ansible_default_ipv4'], {'address': output_placeholder('lb', 'ip')})
        self.assertNotIn('ansible_hostname', variables)
        self.assertNotIn('ansible_default_ipv4', peer_variables(self.session, 'site'))


if __name__ == '__main__':
    unittest.main()
