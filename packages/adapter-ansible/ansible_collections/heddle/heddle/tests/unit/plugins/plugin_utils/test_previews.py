# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pickle
import unittest

from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.filter.core import to_yaml
from ansible.utils.context_objects import CLIArgs
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import Client
from ansible_collections.heddle.heddle.plugins.plugin_utils.previews import facts_like, keeps_own, require_same_purpose, stand_in
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session

from .agent_server import AgentServer

OPTIONS = {'check': False, 'listhosts': False, 'listtags': False, 'listtasks': False, 'syntax': False}


class PreviewTest(unittest.TestCase):
    def session(self, **described):
        agent = self.enterContext(AgentServer(lambda method, path, body: (200, described)))
        return Session(Client(agent.path), 'web-0', 'site')

    def options(self, **options):
        before = context.CLIARGS
        self.addCleanup(lambda: setattr(context, 'CLIARGS', before))
        context.CLIARGS = CLIArgs(options)

    def test_a_run_that_only_shows_is_no_run_of_a_role(self):
        for option in OPTIONS:
            with self.subTest(option=option):
                self.options(**{**OPTIONS, option: True})
                with self.assertRaisesRegex(AnsibleError, 'only show'):
                    require_same_purpose(self.session())
                require_same_purpose(self.session(preview=True))

    def test_a_preview_does_nothing_for_real(self):
        self.options(**OPTIONS)
        with self.assertRaisesRegex(AnsibleError, 'this run would do it'):
            require_same_purpose(self.session(preview=True))
        require_same_purpose(self.session())

    def test_other_programs_of_ansible_are_no_runs(self):
        self.options(check=False)
        require_same_purpose(self.session(preview=True))

    def test_facts_of_others_have_the_names_of_the_own_ones(self):
        own = {'ansible_default_ipv4': {'address': '10.0.0.1', 'mtu': 1500}, 'ansible_interfaces': ['lo'], 'module_setup': True}
        self.assertEqual(facts_like(own, 'db'), {
            'ansible_default_ipv4': {'address': '#<heddle db.ansible_default_ipv4.address>', 'mtu': 1500},
            'ansible_interfaces': ['#<heddle db.ansible_interfaces.0>'],
            'module_setup': True,
        })
        self.assertEqual(facts_like({'__ansible_type': '_AnsibleTaggedStr', 'value': 'x', 'tags': []}, 'db.x'), '#<heddle db.x>')

    def test_a_text_in_the_place_of_a_value_has_every_attribute_and_one_item(self):
        text = stand_in('db.made')
        self.assertEqual([text['stdout'], text['results'][0]['rc']], ['#<heddle db.made.stdout>', '#<heddle db.made.results.0.rc>'])
        self.assertEqual([list(text), list(reversed(text)), ' '.join(text['names'])], [[text[0]], [text[0]], '#<heddle db.made.names.0>'])
        self.assertEqual([text[:9], f'{text}/x', text in ('#<heddle db.made>',)], ['#<heddle ', '#<heddle db.made>/x', True])
        self.assertEqual(pickle.loads(pickle.dumps(text))['rc'], '#<heddle db.made.rc>')

    def test_a_text_in_the_place_of_a_value_is_written_as_yaml(self):
        self.options(**{**OPTIONS, 'check': True})
        require_same_purpose(self.session(preview=True))
        self.assertEqual(to_yaml({'made': stand_in('db.made')}), "{made: '#<heddle db.made>'}\n")

    def test_what_a_play_calculates_with_stays(self):
        self.assertEqual([keeps_own(value) for value in (1, 0, False, [], {}, 1.5)], [True] * 6)
        self.assertEqual([keeps_own(value) for value in ('text', '', None)], [False] * 3)
