# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import types
import unittest

from ansible.plugins.strategy import StrategyBase
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import Client
from ansible_collections.heddle.heddle.plugins.plugin_utils.own_tasks import keep_to
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session

from .variable_manager import Host


class OwnTasksTest(unittest.TestCase):
    def setUp(self):
        self.addCleanup(setattr, StrategyBase, 'get_hosts_left', StrategyBase.get_hosts_left)
        keep_to(Session(Client('/nowhere'), 'web', 'site'))

    @staticmethod
    def hosts(*names, unreachable=()):
        strategy = types.SimpleNamespace(
            _hosts_cache=list(names), _hosts_cache_all=list(names), _inventory=types.SimpleNamespace(hosts={name: Host(name) for name in names}),
            _tqm=types.SimpleNamespace(_stats=None, _unreachable_hosts=unreachable),
        )
        return [host.name for host in StrategyBase.get_hosts_left(strategy, None)]

    def test_a_play_runs_on_this_node_only(self):
        self.assertEqual(self.hosts('db', 'web', 'app'), ['web'])
        self.assertEqual(self.hosts('db'), [])

    def test_a_play_for_localhost_runs_on_every_node(self):
        self.assertEqual(self.hosts('localhost'), ['localhost'])

    def test_localhost_beside_this_node_is_left_out_even_when_the_node_cannot_be_reached_any_more(self):
        self.assertEqual(self.hosts('localhost', 'db', 'web'), ['web'])
        self.assertEqual(self.hosts('localhost', 'db', 'web', unreachable=['web']), [])


if __name__ == '__main__':
    unittest.main()
