# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import unittest

from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError, Client
from ansible_collections.heddle.heddle.plugins.plugin_utils.placeholder import (
    delegated_placeholder, input_placeholder, is_placeholder, output_placeholder,
)
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import LONGEST_PUBLISHING_S, Session
from ansible_collections.heddle.heddle.plugins.plugin_utils.variables import input_variables, peer_variables

from .agent_server import AgentServer

ROLE = {
    'inputs': [{'path': ['db_host'], 'sensitive': False}],
    'outputs': [{'name': 'ip', 'path': ['ansible_default_ipv4', 'address'], 'sensitive': False, 'publish': 'settled'}],
    'peers': [
        {'name': 'db', 'count': None, 'outputs': {'port': {'role': 'mysql', 'path': ['mysql', 'port'], 'sensitive': False}}},
        {'name': 'web', 'count': 3, 'outputs': {
            'ip': {'role': 'site', 'path': ['ansible_default_ipv4', 'address'], 'sensitive': False},
            'join': {'role': 'site', 'path': ['join_command', 'stdout'], 'sensitive': False},
            'site': {'role': 'site', 'path': ['ansible_local', 'site', 'port'], 'sensitive': False},
            'ansible_facts': {'role': 'site', 'path': ['ansible_facts'], 'sensitive': False},
        }},
    ],
}


def answer(method, path, body):
    if method == 'GET':
        return 200, ROLE
    if path.endswith('/await'):
        if body.get('output') == 'never':
            return 424, {'error': {'code': 'never-written', 'message': 'web-1.never will never come'}}
        if body.get('output') == 'late' and body.get('wait') is False:
            return 409, {'error': {'code': 'missing-value', 'message': 'web-1.late is not there yet'}}
        return 200, {'value': body}
    return 204, b''


class SessionTest(unittest.TestCase):
    def setUp(self):
        self.agent = self.enterContext(AgentServer(answer))
        self.session = Session(Client(self.agent.path, 'run'), 'web-0', 'site')

    def bodies(self, end):
        return [body for _method, path, _run, body in self.agent.requests if path.endswith(end)]

    def test_reads_each_value_once(self):
        self.session.place = 'site.yml:4'
        for _again in range(2):
            self.assertEqual(self.session.read_input('db_host'), {'path': ['db_host'], 'source': 'site.yml:4'})
            self.assertEqual(self.session.read_output('web-1', 'ip'), {'node': 'web-1', 'output': 'ip', 'source': 'site.yml:4'})
        self.assertEqual(len(self.bodies('/await')), 2)

    def test_a_failed_read_is_no_value(self):
        for _again in range(2):
            with self.assertRaises(AgentError):
                self.session.read_output('web-1', 'never')
        self.assertEqual(len(self.bodies('/await')), 2)

    def test_waits_for_what_is_published_beside_the_play_before_it_blocks(self):
        told = []

        class Publisher:
            @staticmethod
            def wait(longest_s):
                told.append(longest_s)
                return False

        self.session.publisher = Publisher()
        self.assertEqual(self.session.read_output('web-1', 'ip')['output'], 'ip')
        self.assertEqual(self.session.read_output('web-1', 'late'), {'node': 'web-1', 'output': 'late'})
        self.assertEqual([body.get('wait', True) for body in self.bodies('/await')], [False, False, True])
        self.assertEqual(told, [0, 0, LONGEST_PUBLISHING_S])

    def test_asks_nothing_until_somebody_reads(self):
        input_variables(self.session)
        peer_variables(self.session, 'web-1')
        self.assertEqual([request[:2] for request in self.agent.requests], [('GET', '/v1/roles/site')])

    def test_its_inputs_are_templates_that_read_them(self):
        self.assertEqual(input_variables(self.session), {'db_host': "{{ lookup('heddle.heddle.value', 'db_host') }}"})

    def test_the_outputs_of_others_stand_at_their_paths_and_under_their_names(self):
        port = "{{ lookup('heddle.heddle.value', 'port', node='db') }}"
        self.assertEqual(peer_variables(self.session, 'db'), {'port': port, 'mysql': {'port': port}})

    def test_facts_are_left_to_the_fact_cache(self):
        variables = peer_variables(self.session, 'web-2')
        self.assertEqual(sorted(variables), ['ansible_local', 'ip', 'join', 'join_command', 'site'])
        # What the published facts leave out stands where an output names it.
        self.assertEqual(variables['ansible_local'], {'site': {'port': "{{ lookup('heddle.heddle.value', 'site', node='web-2') }}"}})
        self.assertEqual(variables['join_command'], {'stdout': "{{ lookup('heddle.heddle.value', 'join', node='web-2') }}"})

    def test_only_nodes_of_the_deployment_have_outputs(self):
        for host in ('web-3', 'web-01', 'web-', 'web', 'db-0', 'localhost', 'web-0', ''):
            with self.subTest(host=host):
                self.assertEqual(peer_variables(self.session, host), {})
        self.assertEqual([self.session.is_self(host) for host in ('web-0', 'localhost', 'web-1')], [True, True, False])

    def test_publishes_with_place_and_origin(self):
        self.session.place = 'site.yml:7'
        self.session.publish('ip', '10.0.0.1', 'automatic')
        self.session.publish('ip', '10.0.0.1', 'default')
        self.assertEqual(self.bodies('/publish'), [
            {'outputs': {'ip': {'value': '10.0.0.1', 'origin': 'automatic', 'source': 'site.yml:7'}}},
            {'outputs': {'ip': {'value': '10.0.0.1', 'origin': 'default'}}},
        ])


class PlaceholderTest(unittest.TestCase):
    def test_is_known_by_its_text_when_that_is_all_of_it(self):
        for text in (input_placeholder('a_1'), output_placeholder('web-0', 'ip'), delegated_placeholder('router.lan', 'ip')):
            with self.subTest(text=text):
                self.assertTrue(is_placeholder(text))
                self.assertFalse(is_placeholder(f'{text} '))
                self.assertFalse(is_placeholder(text.replace(' }}', ' ~ now() }}')))
        self.assertFalse(is_placeholder(["{{ lookup('heddle.heddle.value', 'a') }}"]))

    def test_nothing_but_names_gets_into_a_template(self):
        for text in ("x') }}{{ evil", 'a b', 'a-b', '', '1a', 'a\n'):
            with self.subTest(text=text), self.assertRaises(ValueError):
                input_placeholder(text)
        for node in ("web-0'", 'Web', 'web_0', '', 'web-0\n'):
            with self.subTest(node=node), self.assertRaises(ValueError):
                output_placeholder(node, 'ip')
