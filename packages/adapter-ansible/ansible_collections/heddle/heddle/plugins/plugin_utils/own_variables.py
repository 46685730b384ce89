# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts what this node gets from others above what its own play says, and keeps a play to the facts of its own node."""
from __future__ import annotations

import functools
import typing as t

from ansible_collections.heddle.heddle.plugins.plugin_utils.previews import keeps_own
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session
from ansible_collections.heddle.heddle.plugins.plugin_utils.variables import given_variables, input_variables


def put_first(manager: t.Any, session: Session, own: t.Container[str]) -> None:
    """Let inputs beat every level but -e, for this node only: the vars plugin alone loses to play and role variables.

    What other nodes set for this one comes below: `own` are the variables that the run has set itself, which it keeps.
    """
    original = manager.get_vars

    @functools.wraps(original)
    def get_vars(*args, **kwargs):
        host = kwargs.get('host', args[1] if len(args) > 1 else None)
        if host is None:
            return original(*args, **kwargs)
        if not session.is_self(host.name):
            # With hostvars, only the way to the host of a `delegate_to` is asked for: no use to wait for its facts.
            with session.without_facts(kwargs.get('include_hostvars', True)):
                return original(*args, **kwargs)
        variables = original(*args, **kwargs)
        extra = getattr(manager, 'extra_vars', {})
        given = {name: text for name, text in given_variables(session, session.node).items() if name not in own}
        first = {name: text for name, text in {**given, **input_variables(session)}.items() if name not in extra}
        if session.is_preview:
            first = {name: text for name, text in first.items() if not keeps_own(variables.get(name))}
        for target in (variables, variables.get('vars')):
            if target is not None:
                target.update(first)
        return variables
    manager.get_vars = get_vars


def clear_own_facts(manager: t.Any, session: Session) -> None:
    """Let `meta: clear_facts` leave out other nodes: their facts are not kept here, and before ansible-core 2.19 it would read them first."""
    original = manager.clear_facts

    @functools.wraps(original)
    def clear_facts(hostname):
        if not session.peer_outputs(hostname):
            original(hostname)
    manager.clear_facts = clear_facts
