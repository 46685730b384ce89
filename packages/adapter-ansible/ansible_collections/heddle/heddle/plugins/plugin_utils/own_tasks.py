# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a run to this node's own tasks: the other hosts of a play run theirs themselves.

Not `--limit`, with which `ansible_play_hosts` and its kin name this node alone; and no strategy plugin, which would hide the one that a play
names, and which ansible-core gives up from 2.19 on.
"""
from __future__ import annotations

import functools

from ansible.errors import AnsibleError
from ansible.plugins.strategy import StrategyBase
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session

_MARK = '_heddle_session'


def keep_to(session: Session) -> None:
    """Let every strategy of this process see the hosts that are this node, and no others. Raises AnsibleError when it cannot."""
    original = getattr(StrategyBase, 'get_hosts_left', None)
    if original is None:
        raise AnsibleError('heddle: this version of ansible-core is too new for Heddle: tasks of other hosts cannot be kept out')
    if getattr(original, _MARK, None) is session:
        return

    @functools.wraps(original)
    def get_hosts_left(self, iterator):
        # The callback tells by the counts whether a failed task ended the run or was rescued.
        session.stats = self._tqm._stats
        own = [host for host in original(self, iterator) if session.is_self(host.name)]
        # An inventory may list localhost beside the nodes: it is this node again, and would do the same once more.
        return [host for host in own if host.name == session.node] if session.node in self._hosts_cache_all else own
    setattr(get_hosts_left, _MARK, session)
    StrategyBase.get_hosts_left = get_hosts_left
