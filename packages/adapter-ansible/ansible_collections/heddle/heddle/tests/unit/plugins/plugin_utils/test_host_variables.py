# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import unittest
import unittest.mock

from ansible.errors import AnsibleError
from ansible.vars import hostvars
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import Client
from ansible_collections.heddle.heddle.plugins.plugin_utils.host_variables import read_directly
from ansible_collections.heddle.heddle.plugins.plugin_utils.placeholder import output_placeholder
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session
from ansible_collections.heddle.heddle.plugins.plugin_utils.variables import peer_variables

from .agent_server import AgentServer


def output(name, path, **more):
    return {'name': name, 'role': 'site', 'path': path.split('.'), 'sensitive': False, **more}


OUTPUTS = [
    *(output(name, path, found=True) for name, path in (('count', 'Count'), ('none', 'none'), ('sick', 'sick'), ('heddle_ended', 'heddle_ended'))),
    output('declared', 'declared'),
]
PEERS = [{'name': 'db', 'count': None, 'outputs': {item['name']: item for item in OUTPUTS}}]


def view(**variables):
    data = {'inventory_hostname': 'db', **variables}
    try:
        return hostvars.HostVarsVars(data, None, 'db')
    except TypeError:
        return hostvars.HostVarsVars(data, None)


class HostVariablesTest(unittest.TestCase):
    def setUp(self):
        self.agent = self.enterContext(AgentServer(self.answer))
        self.preview = False
        self.asked = []
        self.warnings = []
        original = hostvars.HostVarsVars
        methods = {name: getattr(original, name) for name in ('__getitem__', '__contains__', '__iter__', '__len__')}
        self.addCleanup(setattr, hostvars, 'HostVarsVars', original)
        for name, method in methods.items():
            self.addCleanup(setattr, original, name, method)

    def answer(self, method, path, body):
        if method == 'GET':
            return 200, {'inputs': [], 'outputs': [], 'peers': PEERS, 'preview': self.preview}
        self.asked.append(body['output'])
        if body['output'] in ('count', 'heddle_ended'):
            return 200, {'value': 7}
        code = 'never-written' if body['output'] == 'none' else 'producer-failed'
        return 424, {'error': {'code': code, 'message': 'it will not come'}}

    def install(self):
        self.session = Session(Client(self.agent.path, 'run'), 'web', 'site')
        read_directly(self.session, self.warnings.append)

    def test_a_found_output_is_its_value_with_its_type(self):
        self.install()
        self.assertEqual(view(Count='a template')['Count'], 7)
        self.assertIn('Count', view(Count='a template'))

    def test_one_that_no_task_has_set_is_undefined(self):
        self.install()
        with self.assertRaises(KeyError):
            view(none='a template')['none']
        self.assertNotIn('none', view(none='a template'))

    def test_one_that_no_task_has_set_is_what_inventories_say(self):
        self.install()

        class Views:
            @staticmethod
            def __getitem__(host):
                return view(none='of the inventory', **peer_variables(self.session, host))
        self.session.host_views = Views
        self.assertEqual(view(none='a template')['none'], 'of the inventory')
        self.assertIn('none', view(none='a template'))
        self.assertIn('none', peer_variables(self.session, 'db'))

    def test_all_variables_of_a_host_are_those_that_are_set(self):
        self.install()
        everything = view(declared='its text', Count='a template', none='a template')
        self.assertEqual(dict(everything), {'inventory_hostname': 'db', 'declared': 'its text', 'Count': 7})
        self.assertEqual(len(everything), 3)

    def test_what_the_command_line_says_counts_for_all_hosts(self):
        self.install()
        self.session.extra_variables = {'Count': 'of -e'}
        self.assertEqual(view(Count='of -e')['Count'], 'of -e')
        self.assertEqual(self.asked, [])

    def test_a_found_output_has_no_second_name(self):
        self.install()
        self.assertEqual(sorted(peer_variables(self.session, 'db')), ['Count', 'declared', 'none', 'sick'])

    def test_one_whose_role_has_failed_is_an_error_and_never_an_absence(self):
        self.install()
        with self.assertRaisesRegex(AnsibleError, 'it will not come'):
            view(sick='a template')['sick']
        with self.assertRaisesRegex(AnsibleError, 'it will not come'):
            self.assertIn('sick', view(sick='a template'))

    def test_all_other_variables_are_left_to_ansible(self):
        self.install()
        self.assertEqual(view(declared='its text')['declared'], 'its text')
        self.assertNotIn('nothing', view())

    def test_what_another_node_has_given_is_expanded_once_however_often_it_is_used(self):
        self.expanded = []
        hostvars.HostVarsVars.__getitem__ = lambda view, name: self.expand(name)
        self.install()
        text = output_placeholder('db', 'declared')
        one = view(declared=text, longer=f'{text} and more', listed=text)
        read = [one[name] for name in ('declared', 'declared', 'longer', 'longer', 'listed', 'listed')]
        self.assertEqual(read, ['declared 1', 'declared 1', 'longer 2', 'longer 3', ['listed 4'], ['listed 5']])
        self.assertEqual(view(declared=text)['declared'], 'declared 6')

    def expand(self, name):
        self.expanded.append(name)
        value = f'{name} {len(self.expanded)}'
        return [value] if name == 'listed' else value

    def test_one_that_is_no_output_is_waited_for_until_the_end_of_its_node_where_the_role_says_so(self):
        self.install()
        with unittest.mock.patch.dict('os.environ', HEDDLE_ANSIBLE_UNDECLARED='wait'):
            self.assertEqual(view(declared='its text')['declared'], 'its text')
            self.assertNotIn('ansible_nothing', view())
            self.assertEqual(self.asked, [])
            with self.assertRaises(KeyError):
                view()['nothing']
            self.assertEqual(self.asked, ['heddle_ended'])

    def test_a_preview_leaves_all_to_ansible_and_a_text_has_the_attributes_of_a_value(self):
        self.preview = True
        self.install()
        self.assertEqual(peer_variables(self.session, 'db')['Count']['stdout'], '#<heddle db.count.stdout>')
        self.assertEqual(view(Count='a text')['Count'], 'a text')

    def test_a_class_that_is_not_there_is_one_warning(self):
        hostvars.HostVarsVars = None
        self.install()
        self.assertEqual(len(self.warnings), 1)


if __name__ == '__main__':
    unittest.main()
