# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import unittest

from ansible.parsing.dataloader import DataLoader
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import Client
from ansible_collections.heddle.heddle.plugins.plugin_utils.outputs import Outputs
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session

from .agent_server import AgentServer
from .variable_manager import Manager, Play

try:
    from ansible.template import trust_as_template as trusted
except ImportError:
    trusted = str


def output(name, path, **more):
    return {'name': name, 'path': path.split('.'), 'sensitive': False, **more}


OUTPUTS = [output('port', 'port'), output('line', 'made.stdout_lines.0')]
PEERS = [{'name': 'db', 'count': None, 'outputs': {'host': output('host', 'host', role='site')}}]


class OutputsTest(unittest.TestCase):
    def setUp(self):
        self.agent = self.enterContext(AgentServer(self.answer))
        self.described = OUTPUTS
        self.session = Session(Client(self.agent.path, 'run'), 'web', 'site')
        self.warnings = []
        self.refusal = None
        self.outputs = Outputs(self.session, self.warnings.append)
        self.manager = Manager(DataLoader())

    def answer(self, method, path, body):
        if method == 'GET':
            return 200, {'inputs': [], 'outputs': self.described, 'peers': PEERS}
        if self.refusal is not None and path.endswith('/publish'):
            return 400, {'error': {'code': 'usage', 'message': self.refusal}}
        return (200, {'value': 'h'}) if path.endswith('/await') else (204, b'')

    def asked(self):
        return [path.rpartition('/')[2] for method, path, _run, _body in self.agent.requests if method == 'POST']

    def published(self):
        return {
            name: (report['origin'], report['value'])
            for _method, path, _run, body in self.agent.requests if path.endswith('/publish')
            for name, report in body['outputs'].items()
        }

    def start(self, **defaults):
        self.outputs.attach(Play(self.manager, **defaults))

    def test_what_a_task_has_set_is_published_at_its_end(self):
        self.start()
        self.manager.set_host_variable('web', 'port', 80)
        self.assertEqual(self.published(), {})
        self.outputs.flush()
        self.assertEqual(self.published(), {'port': ('written', 80)})

    def test_what_a_task_has_set_is_published_before_a_read_of_the_same_process_waits(self):
        self.start()
        self.manager.set_host_variable('web', 'port', 80)
        self.session.read_output('db', 'host')
        self.assertEqual(self.asked(), ['publish', 'await'])

    def test_a_worker_that_waits_hands_nothing_over(self):
        self.start()
        self.manager.set_host_variable('web', 'port', 80)
        worker = os.fork()
        if worker == 0:
            self.session.read_output('db', 'host')
            os._exit(0)
        os.waitpid(worker, 0)
        self.assertEqual(self.asked(), ['await'])

    def test_a_play_that_clears_facts_leaves_those_of_other_nodes_alone(self):
        self.start()
        for host in ('web', 'db'):
            self.manager.set_nonpersistent_facts(host, {'fact': 1})
        for host in ('web', 'db'):
            self.manager.clear_facts(host)
        self.assertEqual(self.manager.set, {'db': {'fact': 1}})

    def test_what_plays_leave_to_be_expanded_is_published_at_the_end_only_and_the_last_play_counts(self):
        self.described = [output('port', 'port'), output('host', 'host'), output('user', 'user')]
        self.start(port=trusted('{{ 40 + 2 }}'), host=trusted('{{ "a" }}'), user='web')
        self.outputs.report_static()
        self.outputs.report_static()
        self.start(host=trusted('{{ "b" }}'))
        self.outputs.report_static()
        self.assertEqual(self.published(), {'user': ('default', 'web')})
        self.outputs.report_rest()
        self.assertEqual({name: str(value) for name, (_origin, value) in self.published().items()}, {'port': '42', 'host': 'b', 'user': 'web'})

    def test_a_found_output_that_no_task_has_set_is_not_published(self):
        self.described = [output('port', 'port', found=True), output('user', 'user', found=True)]
        self.start(port=80, user='web')
        self.manager.set_host_variable('web', 'user', 'root')
        self.outputs.flush()
        self.outputs.report_static()
        self.outputs.report_rest()
        self.assertEqual(self.published(), {'user': ('written', 'root')})

    def test_one_output_that_cannot_be_handed_over_is_told_at_the_end_and_the_others_go_on(self):
        class Broken:
            def __str__(self):
                raise OSError('secret')

        self.start()
        self.manager.set_host_variable('web', 'port', Broken())
        self.manager.set_host_variable('web', 'made', {'stdout_lines': ['a line']})
        self.outputs.flush()
        self.assertEqual(self.published(), {'line': ('written', 'a line')})
        self.outputs.report_end()
        message = 'the output port could not be handed over (OSError)'
        self.assertEqual(self.warnings, [f'heddle: {message}'])
        self.assertEqual(self.asked(), ['publish', 'state'])
        self.assertEqual(self.agent.requests[-1][3], {'error': {'message': message, 'output': 'port'}})

    def test_a_number_that_json_does_not_have_is_told_and_no_word_of_the_value(self):
        self.start()
        self.manager.set_host_variable('web', 'port', {'secret': 'swordfish', 'load': float('nan')})
        self.outputs.flush()
        self.outputs.report_end()
        message = 'the output port could not be handed over: JSON has no such number: nan or infinity'
        self.assertEqual(self.asked(), ['state'])
        self.assertEqual(self.agent.requests[-1][3], {'error': {'message': message, 'output': 'port'}})

    def test_an_output_that_the_agent_does_not_take_is_told_at_the_end_too(self):
        self.refusal = 'a request may have at most 9 bytes'
        self.start()
        self.manager.set_host_variable('web', 'port', 80)
        self.outputs.flush()
        self.outputs.report_end()
        message = f'the output port could not be handed over: {self.refusal}'
        self.assertEqual(self.agent.requests[-1][3], {'error': {'message': message, 'output': 'port'}})

    def test_an_output_that_is_set_well_afterwards_is_none_that_was_lost(self):
        class Broken:
            def __str__(self):
                raise OSError

        self.start()
        for value in (Broken(), 80):
            self.manager.set_host_variable('web', 'port', value)
            self.outputs.flush()
        self.outputs.report_end()
        self.assertEqual(self.asked(), ['publish'])

    def test_a_path_with_a_digit_that_is_no_index_leads_nowhere(self):
        self.described = [output('line', 'made.stdout_lines.\u00b2'), output('port', 'port')]
        self.start()
        self.manager.set_host_variable('web', 'made', {'stdout_lines': ['a', 'b', 'c']})
        self.manager.set_host_variable('web', 'port', 80)
        self.outputs.flush()
        self.assertEqual(self.published(), {'port': ('written', 80)})


if __name__ == '__main__':
    unittest.main()
