# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets `hostvars[x]` give the outputs that nobody declares as if all plays ran in one process: with their types, and undefined when no task set them.

Only ansible-core's own view of a host's variables can do that: a template in a variable cannot be undefined, and gives text for a number before 2.19.
"""
from __future__ import annotations

import functools
import os
import typing as t

from ansible.errors import AnsibleError
from ansible.vars import hostvars
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError
from ansible_collections.heddle.heddle.plugins.plugin_utils.placeholder import is_placeholder
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session

try:
    # Before ansible-core 2.19 all text is a template that is not marked as none.
    from ansible.template import trust_as_template  # pylint: disable=unused-import

    def _as_data(value: t.Any) -> t.Any:
        return value
except ImportError:
    from ansible.utils.unsafe_proxy import wrap_var as _as_data

_MARK = '_heddle_session'
_VALUES = '_heddle_values'
# Nobody can change them.
_SCALARS = (str, int, float, bool, type(None))


def read_directly(session: Session, warn: t.Callable[[str], None]) -> None:
    """Look at found outputs of other nodes in `hostvars` without a template; where Ansible's class has changed, templates go on doing it."""
    view = getattr(hostvars, 'HostVarsVars', None)
    get, contains = getattr(view, '__getitem__', None), getattr(view, '__contains__', None)
    names = getattr(view, '__iter__', None)
    if get is None or contains is None or names is None:
        warn('heddle: this version of ansible-core is too new for Heddle: numbers of other hosts may be text, and a variable that is not set an error')
        return
    if getattr(get, _MARK, None) is session:
        return

    @functools.wraps(get)
    def getitem(self, name):
        kept = self.__dict__.setdefault(_VALUES, {})
        if name in kept:
            return kept[name]
        if _is_found(session, self, name):
            try:
                return _read(session, self, name)
            except KeyError:
                other = _without(session, self, name)
                if other is None:
                    raise
                return get(other, name)
        _await_end(session, self, name)
        value = get(self, name)
        # A value that is there stays what it is, and Ansible would expand the template for each use of it.
        if isinstance(value, _SCALARS) and is_placeholder(self._vars[name]):
            kept[name] = value
        return value

    @functools.wraps(contains)
    def is_in(self, name):
        if not _is_found(session, self, name):
            _await_end(session, self, name)
            return contains(self, name)
        try:
            _read(session, self, name)
        except KeyError:
            other = _without(session, self, name)
            return other is not None and contains(other, name)
        return True

    @functools.wraps(names)
    def iterate(self):
        return (name for name in names(self) if not _is_found(session, self, name) or is_in(self, name))
    setattr(getitem, _MARK, session)
    view.__getitem__ = getitem
    view.__contains__ = is_in
    view.__iter__ = iterate
    view.__len__ = lambda self: sum(1 for _name in iterate(self))


def _is_found(session: Session, view: t.Any, name: t.Any) -> bool:
    return not session.is_preview and name not in session.extra_variables and session.found_output(_host(view), name) is not None


def _read(session: Session, view: t.Any, name: str) -> t.Any:
    host = _host(view)
    try:
        return _as_data(session.read_found(host, session.found_output(host, name)))
    except AgentError as error:
        raise AnsibleError(f'heddle: {error}') from error


def _without(session: Session, view: t.Any, name: str) -> t.Any:
    """Return the view of a host of which no task has set the variable: inventories may still say something of it."""
    host = _host(view)
    return session.view_without(host, session.found_output(host, name))


def _await_end(session: Session, view: t.Any, name: t.Any) -> None:
    waits = os.environ.get('HEDDLE_ANSIBLE_UNDECLARED') == 'wait' and not session.is_preview
    # Facts are there as a whole: one that is not among them never comes.
    if not waits or name in view._vars or not isinstance(name, str) or name.startswith(('_', 'ansible_')):
        return
    try:
        session.await_end(_host(view))
    except AgentError as error:
        raise AnsibleError(f'heddle: {error}') from error


def _host(view: t.Any) -> str:
    return getattr(view, '_host', None) or view._vars.get('inventory_hostname', '')
