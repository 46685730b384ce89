# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: facts
author: The Heddle project (@heddle)
version_added: 0.1.0
short_description: The facts of all nodes of the deployment
description:
  - This node's own facts are kept by the cache plugin that the user configured, in memory by default.
  - The facts of another node are read from the deployment when a play looks at them, and waited for if need be.
options:
  own:
    description: Name of the cache plugin for this node's own facts.
    default: memory
    type: str
    env:
      - name: HEDDLE_ANSIBLE_CACHE
"""

import json
import os

from ansible.errors import AnsibleError
from ansible.plugins.cache import BaseCacheModule
from ansible.plugins.loader import cache_loader
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError
from ansible_collections.heddle.heddle.plugins.plugin_utils.machine_facts import read_facts, tells_facts
from ansible_collections.heddle.heddle.plugins.plugin_utils.own_tasks import keep_to
from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import cached_facts
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import FACTS, current

# From ansible-core 2.19 on, keys have a prefix and values are wrapped. No node has an underscore in its name.
_PREFIX = 's1_'


class CacheModule(BaseCacheModule):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name = os.environ.get('HEDDLE_ANSIBLE_CACHE') or 'memory'
        self._own = cache_loader.get(name)
        if self._own is None:
            raise AnsibleError(f'heddle: there is no fact cache plugin {name}')
        # Here because a run does not start without its cache plugin: without a callback or a vars plugin it would.
        session = current()
        if session is not None:
            keep_to(session)

    def get(self, key):
        if not self._is_peer(key):
            # Newer versions of Ansible ask without contains() first, and memory answers None.
            if not self._own.contains(key):
                raise KeyError(key)
            return self._own.get(key)
        try:
            facts = self._read_peer(current(), _host(key))
        except AgentError as error:
            raise AnsibleError(f'heddle: {error}') from error
        return {'__payload__': json.dumps(facts)} if key.startswith(_PREFIX) else facts

    def contains(self, key):
        return self._is_peer(key) or self._own.contains(key)

    def set(self, key, value):
        # What a play sets for another node stays in this process, where that node's own facts are not shown.
        if not self._is_peer(key):
            self._own.set(key, value)

    def keys(self):
        return self._own.keys()

    def delete(self, key):
        if not self._is_peer(key):
            self._own.delete(key)

    def flush(self):
        self._own.flush()

    def copy(self):
        return self._own.copy()

    @staticmethod
    def _read_peer(session, host):
        if FACTS in session.peer_outputs(host):
            return cached_facts(session.read_output(host, FACTS))
        return read_facts(session, host)

    @staticmethod
    def _is_peer(key):
        session = current()
        try:
            return session is not None and (FACTS in session.peer_outputs(_host(key)) or tells_facts(session, _host(key)))
        except AgentError as error:
            raise AnsibleError(f'heddle: {error}') from error


def _host(key):
    return key[len(_PREFIX):] if key.startswith(_PREFIX) else key
