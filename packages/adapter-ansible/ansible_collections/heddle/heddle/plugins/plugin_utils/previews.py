# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that only show what they would do, and what stands for the values that these do not ask for."""
from __future__ import annotations

import typing as t

from ansible import context
from ansible.errors import AnsibleError
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session

try:
    # From ansible-core 2.19 on, text is a template only when it is marked as one.
    from ansible.template import trust_as_template  # pylint: disable=unused-import
    _Text = str
except ImportError:
    from ansible.utils.unsafe_proxy import NativeJinjaUnsafeText as _Text

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
    if session.is_preview:
        _show_in_yaml()


def _show_in_yaml() -> None:
    try:
        from ansible._internal._yaml._dumper import AnsibleDumper
    except ImportError:
        from ansible.parsing.yaml.dumper import AnsibleDumper
    if hasattr(AnsibleDumper, 'add_multi_representer'):
        AnsibleDumper.add_multi_representer(StandIn, lambda dumper, value: dumper.represent_str(str.__str__(value)))


class StandIn(_Text):
    """A text in the place of a value that nobody asked for: it has every attribute, and one item."""

    def __getitem__(self, key):
        return super().__getitem__(key) if isinstance(key, slice) else StandIn(f'{self[:-1]}.{key}>')

    def __iter__(self):
        return iter([self[0]])

    def __reversed__(self):
        return iter(self)


def stand_in(what: str) -> str:
    """Write what stands for a value that nobody asked for; it shows in diffs for what it is."""
    return StandIn(f'#<heddle {what}>')


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
    return str.__str__(stand_in(what)) if isinstance(own, str) else own
