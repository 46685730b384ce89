# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
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
from ansible_collections.heddle.heddle.plugins.plugin_utils.previews import facts_like, require_same_purpose
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import FACTS, current

# From ansible-core 2.19 on, keys have a prefix and values are wrapped. No node has an underscore in its name.
_PREFIX = 's1_'
_PAYLOAD = '__payload__'


class CacheModule(BaseCacheModule):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        try:
            self._own = self._load_own()
            # Here because it is loaded before everything else: without a callback or a vars plugin a run goes on.
            session = current()
            if session is not None:
                keep_to(session)
                require_same_purpose(session)
        except (AnsibleError, AgentError) as error:
            # To Ansible an error of its cache plugin is a warning: it would go on without, and on all hosts.
            raise SystemExit(f"ERROR! heddle: {str(error).removeprefix('heddle: ')}") from error

    @staticmethod
    def _load_own():
        name = os.environ.get('HEDDLE_ANSIBLE_CACHE') or 'memory'
        own = cache_loader.get(name)
        if own is None:
            raise AnsibleError(f'heddle: there is no fact cache plugin {name}')
        return own

    def get(self, key):
        if not self._is_peer(key):
            # Newer versions of Ansible ask without contains() first, and memory answers None.
            if not self._own.contains(key):
                raise KeyError(key)
            return self._own.get(key)
        if not current().wants_facts:
            raise KeyError(key)
        try:
            facts = self._stand_ins(key) if current().is_preview else self._read_peer(current(), _host(key))
        except AgentError as error:
            raise AnsibleError(f'heddle: {error}') from error
        return {_PAYLOAD: json.dumps(facts)} if key.startswith(_PREFIX) else facts

    def _stand_ins(self, key):
        own = key[:len(key) - len(_host(key))] + current().node
        facts = self._own.get(own) if self._own.contains(own) else {}
        return facts_like(json.loads(facts[_PAYLOAD]) if _PAYLOAD in facts else facts, _host(key))

    def contains(self, key):
        return current().wants_facts if self._is_peer(key) else self._own.contains(key)

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
