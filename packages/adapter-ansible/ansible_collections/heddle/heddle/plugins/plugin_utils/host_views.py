# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets a task that reads another node again and again put its variables together once.

Ansible does so for every single `hostvars[x]`, although nothing changes them while the task runs.
"""
from __future__ import annotations

import functools
import os
import typing as t

from ansible.vars import hostvars
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session

_MARK = '_heddle_session'
_VIEWS = '_heddle_views'


def keep_views(session: Session) -> None:
    """Keep the view of each other node in the processes that run tasks; where Ansible's class has changed, each read makes one anew."""
    views = getattr(hostvars, 'HostVars', None)
    get = getattr(views, '__getitem__', None)
    if get is None or getattr(get, _MARK, None) is session:
        return
    # It sets variables between tasks. Every task has a process of its own, with what was set when it began.
    parent = os.getpid()

    @functools.wraps(get)
    def getitem(self, host):
        if os.getpid() == parent or not session.shows_all or not isinstance(host, str) or not session.peer_outputs(host):
            return get(self, host)
        kept = self.__dict__.setdefault(_VIEWS, {})
        if host in kept:
            return kept[host]
        view = get(self, host)
        # A host that is in no inventory is no map.
        if isinstance(view, t.Mapping):
            kept[host] = view
        return view
    setattr(getitem, _MARK, session)
    views.__getitem__ = getitem
