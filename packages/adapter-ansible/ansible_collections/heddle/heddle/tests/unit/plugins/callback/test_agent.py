# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import unittest
import unittest.mock

from ansible.executor.stats import AggregateStats
from ansible.parsing.dataloader import DataLoader
from ansible_collections.heddle.heddle.plugins.callback.agent import CallbackModule
from ansible_collections.heddle.heddle.plugins.plugin_utils import session

from ..plugin_utils.agent_server import AgentServer
from ..plugin_utils.variable_manager import Manager, Play

try:
    from ansible.template import trust_as_template as trusted
except ImportError:
    trusted = str


class Task:
    @staticmethod
    def get_name():
        return 'Reach it'

    @staticmethod
    def get_path():
        return ''


class Result:
    """What a task ended with, under the names of ansible-core 2.14."""

    def __init__(self, **outcome):
        self._task = Task()
        self._result = outcome


class AgentTest(unittest.TestCase):
    def setUp(self):
        self.agent = self.enterContext(AgentServer(self.answer))
        self.outputs = [{'name': name, 'path': [name], 'sensitive': False} for name in ('port', 'heddle_ended')]
        self.enterContext(unittest.mock.patch.dict('os.environ', HEDDLE_SOCKET=self.agent.path, HEDDLE_ROLE='site', HEDDLE_NODE='web'))
        self.callback = CallbackModule()
        self.warnings = []
        self.callback._display = unittest.mock.Mock(warning=self.warnings.append)
        self.session = session.current()
        self.session.stats = AggregateStats()
        self.manager = Manager(DataLoader())

    def answer(self, method, path, body):
        return (200, {'inputs': [], 'outputs': self.outputs, 'peers': []}) if method == 'GET' else (204, b'')

    def published(self):
        return [name for _method, path, _run, body in self.agent.requests if path.endswith('/publish') for name in body['outputs']]

    def told(self):
        return [body for _method, path, _run, body in self.agent.requests if path.endswith('/state')]

    def start(self, **defaults):
        self.callback.v2_playbook_on_play_start(Play(self.manager, **defaults))

    def end(self):
        self.callback.v2_playbook_on_stats(self.session.stats)

    def test_nothing_is_expanded_between_plays(self):
        self.start(port=trusted('{{ 40 + 2 }}'))
        self.start()
        self.assertEqual(self.published(), [])
        self.end()
        self.assertEqual(self.published(), ['port', 'heddle_ended'])
        self.assertEqual(self.warnings, [])

    def test_a_host_that_may_be_unreachable_fails_nothing(self):
        self.start()
        self.callback.v2_runner_on_unreachable(Result(unreachable=True, msg='no way'))
        self.assertEqual(self.told(), [{'recovered': True}])
        self.session.stats.increment('failures', 'web')
        self.callback.v2_runner_on_failed(Result(failed=True, msg='broken'))
        self.assertEqual(self.told()[1:], [{'error': {'message': 'task "Reach it": broken'}, 'recovered': True}])
        self.end()
        self.assertEqual(self.published(), [])

    def test_a_host_that_is_unreachable_fails_the_run(self):
        self.start()
        self.session.stats.increment('dark', 'web')
        self.callback.v2_runner_on_unreachable(Result(unreachable=True, msg='no way'))
        self.assertEqual(self.told(), [{'error': {'message': 'task "Reach it": no way'}, 'recovered': True}])
        self.end()
        self.assertEqual(self.published(), [])

    def test_a_run_that_only_had_ignored_errors_has_ended_well(self):
        self.start()
        self.callback.v2_runner_on_unreachable(Result(unreachable=True, msg='no way'))
        self.callback.v2_runner_on_failed(Result(failed=True, msg='broken'), ignore_errors=True)
        self.end()
        self.assertEqual(self.published(), ['heddle_ended'])

    def test_a_message_says_its_cause_once_and_what_a_host_lacks(self):
        cause = "'ansible.vars.hostvars.HostVarsVars object' has no attribute 'prot'"
        nested = '{{ hostvars.db.prot }}: ' + f'{cause}. {cause}'
        told = "that host has no variable 'prot', or none that is shared"
        for message, said in (
            (f'The task includes an option with an undefined variable. The error was: {cause}. {cause}\n\nThe error appears to be in', told),
            (f'AnsibleUndefinedVariable: {nested}. {nested}', 'AnsibleUndefinedVariable: {{ hostvars.db.prot }}: ' + told),
            ("Error while resolving: object of type 'HostVarsVars' has no attribute 'prot'", f'Error while resolving: {told}'),
            ('It broke. It broke in another way. Or 2.', 'It broke. It broke in another way. Or 2.'),
        ):
            self.session.stats.increment('failures', 'web')
            self.callback.v2_runner_on_failed(Result(failed=True, msg=message))
            self.assertEqual(self.told()[-1]['error']['message'], f'task "Reach it": {said}')

    def test_an_error_of_another_kind_is_told_without_its_text(self):
        self.callback.v2_playbook_on_play_start(None)
        with unittest.mock.patch.object(Task, 'get_path', side_effect=ValueError('secret')):
            self.callback.v2_playbook_on_task_start(Task(), False)
        self.assertEqual(self.warnings, ['heddle: an unexpected AttributeError', 'heddle: an unexpected ValueError'])


if __name__ == '__main__':
    unittest.main()
