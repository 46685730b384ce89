# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import signal
import types
import unittest

from ansible.vars import hostvars
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import Client
from ansible_collections.heddle.heddle.plugins.plugin_utils.host_views import keep_views
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session

from .agent_server import AgentServer

PORT = {'role': 'site', 'path': ['port'], 'sensitive': False}
ROLE = {'inputs': [], 'outputs': [], 'peers': [{'name': 'db', 'count': None, 'outputs': {'port': PORT}}]}


class HostViewsTest(unittest.TestCase):
    def setUp(self):
        agent = self.enterContext(AgentServer(lambda *request: (200, ROLE)))
        self.session = Session(Client(agent.path, 'run'), 'web', 'site')
        self.addCleanup(setattr, hostvars.HostVars, '__getitem__', hostvars.HostVars.__getitem__)
        self.made = []
        hostvars.HostVars.__getitem__ = lambda views, host: self.make(host)
        keep_views(self.session)
        self.views = hostvars.HostVars(None, types.SimpleNamespace(), None)

    def make(self, host):
        self.made.append(host)
        return None if host == 'nobody' else {'made': len(self.made)}

    def in_a_task(self, do):
        """What a process gives that was forked as one for a task is."""
        theirs, mine = os.pipe()
        worker = os.fork()
        if worker == 0:
            status = 1
            # A lock that another thread held at the fork would be held for ever.
            signal.alarm(60)
            try:
                os.write(mine, json.dumps(do()).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(mine)
        self.assertEqual(os.waitpid(worker, 0)[1], 0)
        with os.fdopen(theirs) as file:
            return json.load(file)

    def read(self, *hosts):
        return [self.views[host] for host in hosts]

    def test_a_task_gets_the_variables_of_another_node_put_together_once(self):
        self.assertEqual(self.in_a_task(lambda: self.read('db', 'db')), [{'made': 1}, {'made': 1}])

    def test_the_next_task_gets_what_has_been_set_since(self):
        self.assertEqual(self.read('db', 'db'), [{'made': 1}, {'made': 2}])
        self.assertEqual(self.in_a_task(lambda: self.read('db')), [{'made': 3}])
        self.assertEqual(self.read('db'), [{'made': 3}])

    def test_this_node_and_hosts_without_heddle_are_left_to_ansible(self):
        made = [{'made': number} for number in (1, 2, 3, 4)]
        self.assertEqual(self.in_a_task(lambda: self.read('web', 'web', 'router', 'router')), made)

    def test_a_host_that_is_in_no_inventory_is_left_to_ansible(self):
        self.assertEqual(self.in_a_task(lambda: [*self.read('nobody', 7), self.made]), [None, {'made': 2}, ['nobody', 7]])

    def test_variables_without_one_of_them_or_without_facts_are_not_kept_for_others(self):
        def read():
            with self.session.without_facts(True):
                bare = self.views['db']
            self.session.host_views = lambda: self.views
            return [bare, self.session.view_without('db', 'port'), self.views['db'], self.session.view_without('db', 'port')]
        self.assertEqual(self.in_a_task(read), [{'made': 1}, {'made': 2}, {'made': 3}, {'made': 4}])


if __name__ == '__main__':
    unittest.main()
