# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: pull
author: The Heddle project (@heddle)
version_added: 0.1.0
short_description: Run the tasks of this node alone
description:
  - The linear strategy for this node; the other hosts of a play run their own tasks themselves.
  - Unlike with C(--limit), V(ansible_play_hosts) and its kin still name all hosts of the play.
options: {}
"""

from ansible.plugins.strategy.linear import StrategyModule as LinearStrategy
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import current


class StrategyModule(LinearStrategy):
    def __init__(self, tqm):
        super().__init__(tqm)
        session = current()
        if session is not None:
            # The callback tells by the counts whether a failed task ended the run or was rescued.
            session.stats = tqm._stats

    def get_hosts_left(self, iterator):
        hosts = super().get_hosts_left(iterator)
        session = current()
        return hosts if session is None else [host for host in hosts if session.is_self(host.name)]
