# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import unittest

from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import cached_facts, is_fact_path, nest, pick, pick_fact, public_facts

FACTS = {
    'ansible_default_ipv4': {'address': '10.0.0.1'},
    'ansible_local': {'app': 1},
    'ansible_env': {'TOKEN': 's3cret'},
    'ansible_cmdline': {'quiet': True},
    'ansible_proc_cmdline': {'quiet': True},
    'facter_kernel': 'Linux',
    'module_setup': True,
    'gather_subset': ['all'],
}


class PathsTest(unittest.TestCase):
    def test_follows_maps_and_lists(self):
        value = {'results': [{'stdout': 'a'}, {'stdout': 'b'}]}
        self.assertEqual(pick(value, ['results', '1', 'stdout']), 'b')
        self.assertEqual(pick(value, []), value)

    def test_a_path_that_leads_nowhere_is_a_key_error(self):
        for path in (['x'], ['results', '2'], ['results', 'first'], ['results', '0', 'stdout', 'x'], ['results', '-1']):
            with self.subTest(path=path), self.assertRaises(KeyError):
                pick({'results': [{'stdout': 'a'}]}, path)

    def test_facts_are_found_under_both_of_their_names(self):
        self.assertEqual(pick_fact(FACTS, ['ansible_facts', 'default_ipv4', 'address']), '10.0.0.1')
        self.assertEqual(pick_fact(FACTS, ['ansible_default_ipv4', 'address']), '10.0.0.1')
        self.assertEqual(pick_fact(FACTS, ['ansible_facts', 'module_setup']), True)
        self.assertEqual([is_fact_path([name]) for name in ('ansible_facts', 'ansible_fqdn', 'fqdn')], [True, True, False])

    def test_environment_local_facts_and_command_line_are_in_no_published_facts(self):
        self.assertEqual(pick_fact(FACTS, ['ansible_facts']), {
            'default_ipv4': {'address': '10.0.0.1'},
            'facter_kernel': 'Linux',
            'module_setup': True,
            'gather_subset': ['all'],
        })

    def test_an_output_can_name_what_is_left_out_of_the_facts(self):
        self.assertEqual(pick_fact(FACTS, ['ansible_local', 'app']), 1)

    def test_published_facts_become_the_cached_ones_again(self):
        private = ('ansible_env', 'ansible_local', 'ansible_cmdline', 'ansible_proc_cmdline')
        self.assertEqual(cached_facts(public_facts(FACTS)), {key: value for key, value in FACTS.items() if key not in private})

    def test_paths_become_nested_maps(self):
        self.assertEqual(nest([(['a', 'b'], 1), (['a', 'c', 'd'], 2), (['e'], 3)]), {'a': {'b': 1, 'c': {'d': 2}}, 'e': 3})

    def test_a_path_below_another_one_is_left_out(self):
        self.assertEqual(nest([(['a', 'b'], 1), (['a'], 2)]), {'a': 2})
        self.assertEqual(nest([(['a', 'b', 'c'], 1), (['a', 'b'], 2), (['a', 'd'], 3)]), {'a': {'b': 2, 'd': 3}})
