# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import unittest

from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError, Client
from ansible_collections.heddle.heddle.plugins.plugin_utils.delegated import DelegatedValues, delegated_variables, read_delegated
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session
from ansible_collections.heddle.heddle.plugins.plugin_utils.variables import given_variables, peer_variables

from .agent_server import AgentServer


def output(name, path):
    return {'name': name, 'role': 'site', 'path': path.split('.'), 'sensitive': False}


def outputs(*declared):
    return {item['name']: item for item in declared}


JOIN = output('join', 'hostvars.*.kube_join')
WORD = output('word', 'hostvars.worker-1.word')
MODEL = output('model', 'hostvars.router.ansible_facts.net_model')
DEEP = output('deep', 'hostvars.*.kube.join')
PEERS = [
    {'name': 'control', 'count': None, 'outputs': outputs(JOIN, WORD, MODEL, DEEP)},
    {'name': 'worker', 'count': 2, 'outputs': {}},
    {'name': 'etcd', 'count': 2, 'outputs': outputs(output('leader', 'hostvars.*.leader'))},
]
STORED = {'join': {'worker-0': 'join a', 'control': 'join c'}, 'word': 'for one'}


class DelegatedTest(unittest.TestCase):
    def setUp(self):
        self.agent = self.enterContext(AgentServer(self.answer))
        self.declared = []

    def answer(self, method, path, body):
        if method == 'GET':
            return 200, {'inputs': [], 'outputs': self.declared, 'peers': PEERS}
        return 200, {'value': STORED[body['output']]}

    def session(self, node):
        return Session(Client(self.agent.path, 'run'), node, 'site')

    def test_a_map_is_taken_when_the_task_has_set_all_of_it_and_then_once(self):
        self.declared = [JOIN]
        values = DelegatedValues(self.session('control'))
        for host in ('control', 'worker-0', 'worker-1'):
            self.assertEqual(values.note(host, {'kube_join': f'join {host}', 'other': 1}, False), [])
        expected = {'control': 'join control', 'worker-0': 'join worker-0', 'worker-1': 'join worker-1'}
        self.assertEqual(values.take(), [(JOIN, expected)])
        self.assertEqual(values.take(), [])

    def test_what_a_run_sets_for_its_own_node_alone_is_no_map(self):
        self.declared = [JOIN]
        values = DelegatedValues(self.session('control'))
        values.note('control', {'kube_join': 'x'}, False)
        self.assertEqual(values.take(), [])

    def test_an_output_about_one_host_is_told_at_once(self):
        self.declared = [WORD, MODEL]
        values = DelegatedValues(self.session('control'))
        self.assertEqual(values.note('worker-1', {'word': 'hello'}, False), [(WORD, 'hello')])
        self.assertEqual(values.note('worker-0', {'word': 'hello'}, False), [])
        self.assertEqual(values.note('router', {'ansible_net_model': 'R1'}, True), [(MODEL, 'R1')])

    def test_a_node_gets_what_others_set_for_it_when_it_reads(self):
        session = self.session('worker-0')
        variables = given_variables(session, 'worker-0')
        self.assertEqual(sorted(variables), ['kube_join', 'leader'])
        self.assertEqual(variables['kube_join'], "{{ lookup('heddle.heddle.value', 'kube_join', host='worker-0') }}")
        self.assertEqual([path for _method, path, _run, _body in self.agent.requests], ['/v1/roles/site'])
        self.assertEqual(read_delegated(session, 'worker-0', 'kube_join'), 'join a')
        self.assertEqual(read_delegated(session, 'worker-1', 'word'), 'for one')

    def test_a_host_for_which_it_was_not_set_has_no_entry(self):
        with self.assertRaises(KeyError):
            read_delegated(self.session('worker-1'), 'worker-1', 'kube_join')

    def test_nobody_guesses_which_of_several_nodes_counts(self):
        with self.assertRaisesRegex(AgentError, 'etcd-0, etcd-1 may set leader for worker-0: an input'):
            read_delegated(self.session('worker-0'), 'worker-0', 'leader')

    def test_who_sets_a_variable_for_others_has_its_own(self):
        self.assertEqual(sorted(given_variables(self.session('control'), 'control')), ['leader'])
        self.assertEqual(sorted(given_variables(self.session('etcd-1'), 'etcd-1')), ['kube_join'])
        self.assertEqual(delegated_variables(self.session('control'), 'worker-1'), {'leader': [(['etcd-0', 'etcd-1'], 'leader', True)]})

    def test_hosts_that_are_no_nodes_have_them_too_and_odd_names_have_none(self):
        session = self.session('worker-0')
        self.assertEqual(sorted(peer_variables(session, 'router.lan')), ['kube_join', 'leader'])
        self.assertEqual(peer_variables(session, "router') }}"), {})
