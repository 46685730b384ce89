# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that only show what they would do, and what stands for the values that these do not ask for."""
from __future__ import annotations

import typing as t

from ansible import context
from ansible.errors import AnsibleError
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session

# Options of ansible-playbook with which no task does anything.
_SHOWING = ('check', 'listhosts', 'listtags', 'listtasks', 'syntax')
# From ansible-core 2.19 on the fact cache gets values with such tags.
_TAGGED = '__ansible_type'


def require_same_purpose(session: Session) -> None:
    """Raise AnsibleError when this run does what the agent does not expect: its end would be taken for the role's, or nobody would record it."""
    # The other programs of Ansible, such as the one that ansible-pull fetches a repository with, are no runs of a role.
    if 'listtasks' not in context.CLIARGS:
        return
    shows = any(context.CLIARGS.get(option) for option in _SHOWING)
    if shows and not session.is_preview:
        raise AnsibleError(
            'heddle: --check, --list-... and --syntax-check only show what a run would do, and this is the run of a role: '
            'heddle exec -- ansible-playbook ... --check shows it'
        )
    if session.is_preview and not shows:
        raise AnsibleError('heddle: what was asked for only shows what a run would do, and this run would do it')


def stand_in(what: str) -> str:
    """Write what stands for a value that nobody asked for; it shows in diffs for what it is."""
    return f'#<heddle {what}>'


def keeps_own(value: t.Any) -> bool:
    """True when a play can go on calculating and looping with a value of its own, and not with a text in its place."""
    return value is not None and not isinstance(value, str)


def facts_like(own: t.Any, what: str) -> t.Any:
    """Build facts of another node by the pattern of this node's own: the same names, and a text wherever one stands."""
    if isinstance(own, t.Mapping) and _TAGGED in own:
        return facts_like(own.get('value'), what)
    if isinstance(own, t.Mapping):
        return {key: facts_like(value, f'{what}.{key}') for key, value in own.items()}
    if isinstance(own, (list, tuple)):
        return [facts_like(value, f'{what}.{index}') for index, value in enumerate(own)]
    return stand_in(what) if isinstance(own, str) else own
