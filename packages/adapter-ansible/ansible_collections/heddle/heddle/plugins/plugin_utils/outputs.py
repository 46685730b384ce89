# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands declared outputs over when a play sets the variables that they stand in."""
from __future__ import annotations

import functools
import typing as t

from ansible.template import Templar
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError
from ansible_collections.heddle.heddle.plugins.plugin_utils.delegated import DelegatedValues
from ansible_collections.heddle.heddle.plugins.plugin_utils.own_variables import clear_own_facts, put_first
from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import is_delegated, is_fact_path, pick, pick_fact
from ansible_collections.heddle.heddle.plugins.plugin_utils.plain import has_template, plain, without_times
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import ENDED, FACTS, Session

_WHOLE_FACTS = [FACTS]


class Outputs:
    """The outputs of one run. None of its methods raises into a play: what cannot be handed over is told by `warn`."""

    def __init__(self, session: Session, warn: t.Callable[[str], None]) -> None:
        self._session = session
        self._warn = warn
        self._delegated = DelegatedValues(session)
        self._written: set[str] = set()
        self._set_by_task: dict[str, tuple[dict, t.Any]] = {}
        #: The variables that this run has set for its own node.
        self.own: set[str] = set()
        self._lost: dict[str | None, str] = {}
        self._manager: t.Any = None
        self._plays: list = []
        #: False: left to the process beside the play. A node's facts change with every gathering, and its readers should all see the same.
        self.publishes_facts = False

    def attach(self, play: t.Any) -> None:
        """Listen to what a play sets from now on."""
        self._plays.append(play)
        manager = play.get_variable_manager()
        if manager is self._manager:
            return
        self._manager = manager
        self._session.host_views = lambda: manager._hostvars
        self._session.extra_variables = getattr(manager, 'extra_vars', {})
        put_first(manager, self._session, self.own)
        clear_own_facts(manager, self._session)
        if self._session.is_preview:
            # What a play only would have written is nobody's value.
            return
        self._session.before_waiting(self.flush)
        self._intercept(manager, 'set_nonpersistent_facts', lambda facts: facts)
        self._intercept(manager, 'set_host_variable', lambda varname, value: {varname: value})
        # Not for other nodes: it would look at their own facts first, and wait for them, to write what the cache does not keep.
        self._intercept(manager, 'set_host_facts', lambda facts: facts, skips_peers=True)

    def report_static(self) -> None:
        """Report what the variables of the running play say and nobody has written yet, as far as nothing has to be expanded for it."""
        if self._plays:
            self._report_unwritten(self._plays[-1], self._unwritten(), lambda value, variables: None if has_template(value) else value)

    def report_rest(self) -> None:
        """Report what stands in the variables of the plays at the end of the run: defaults of roles, variables of plays. The last play that has one counts."""
        def expand(value: t.Any, variables: t.Mapping) -> t.Any:
            return Templar(loader=self._manager._loader, variables=variables).template(value)
        missing = self._unwritten()
        for play in reversed(self._plays):
            missing = self._report_unwritten(play, missing, expand)

    def report_end(self) -> None:
        """Report that this run has ended well, where somebody waits for that, and what could not be handed over, so that its readers are told why."""
        for output in self._session.outputs:
            if output['path'] == [ENDED]:
                self._report(output, lambda: True, 'written')
        for output, message in list(self._lost.items()):
            self._attempt(lambda output=output, message=message: self._session.tell(error={'message': message, 'output': output}))

    def flush(self) -> None:
        """Report what a task has set, and the maps of what it has set for other hosts, now that it has ended."""
        changed, self._set_by_task = self._set_by_task, {}
        for output, changes in changed.values():
            self._report(output, lambda output=output, changes=changes: pick(changes, output['path']), 'written')
        for output, value in self._delegated.take():
            self._report(output, lambda value=value: value, 'written')

    def _intercept(self, manager: t.Any, name: str, changes_of: t.Callable[..., t.Mapping], skips_peers: bool = False) -> None:
        original = getattr(manager, name)
        is_facts = name == 'set_host_facts'

        @functools.wraps(original)
        def setter(host, *values, **named):
            host_name = str(getattr(host, 'name', host))
            if skips_peers and self._is_peer(host_name):
                answer = None
            else:
                answer = original(host, *values, **named)
            self._attempt(lambda: self._note(host_name, changes_of(*values, **named), is_facts))
            return answer
        setattr(manager, name, setter)

    def _is_peer(self, host: str) -> bool:
        peers: list[dict] = []
        self._attempt(lambda: peers.append(self._session.peer_outputs(host)))
        return any(peers)

    def _note(self, host: str, changes: t.Mapping, is_facts: bool) -> None:
        if self._session.is_self(host):
            host = self._session.node
            self.own.update(changes)
            if is_facts:
                self._set_facts(changes)
            else:
                self._set(changes)
        for output, value in self._delegated.note(host, changes, is_facts):
            self._report(output, lambda value=value: value, 'automatic' if is_facts else 'written')

    def _set(self, changes: t.Mapping) -> None:
        for output in self._session.outputs:
            path = output['path']
            if path[0] in changes:
                # A loop sets the variable again and again: nobody should read half a list.
                self._set_by_task[output['name']] = (output, changes)

    def _set_facts(self, facts: t.Mapping) -> None:
        # Other modules set facts too, a few at a time.
        is_complete = 'module_setup' in facts
        for output in self._session.outputs:
            path = output['path']
            if path == _WHOLE_FACTS and not (self.publishes_facts and is_complete):
                continue
            if is_fact_path(path) or path[0] in facts:
                self._report(output, lambda: pick_fact(facts, path), 'automatic')

    def _unwritten(self) -> list[dict]:
        # A variable that was found and that no task has set is what its readers' own inventories say: defaults and play variables are not for hostvars.
        return [
            output for output in self._session.outputs
            if output['name'] not in self._written and not output.get('found') and not is_fact_path(output['path']) and not is_delegated(output['path'])
        ]

    def _report_unwritten(self, play: t.Any, missing: list[dict], settle: t.Callable[[t.Any, t.Mapping], t.Any]) -> list[dict]:
        """Report the outputs that a play's variables hold, and return the others."""
        host = self._manager._inventory.get_host(self._session.node)
        if not missing or host is None:
            return missing
        variables = self._manager.get_vars(play=play, host=host)
        lacking = []

        def report(output: dict) -> None:
            try:
                value = settle(pick(variables, output['path']), variables)
            except KeyError:
                value = None
            if value is None:
                lacking.append(output)
            else:
                self._session.publish(output['name'], plain(value), 'default')
        for output in missing:
            self._attempt(lambda output=output: report(output), output['name'])
        return lacking

    def _report(self, output: dict, read: t.Callable[[], t.Any], origin: str) -> None:
        def report() -> None:
            try:
                value = read()
            except KeyError:
                # A skipped task has no stdout: nothing was written.
                return
            self._written.add(output['name'])
            # What was found counts by what a task did, not by when: its readers would be outdated by every run.
            settle = without_times if output.get('found') else plain
            self._session.publish(output['name'], settle(value), origin)
        self._attempt(report, output['name'])

    def _attempt(self, action: t.Callable[[], None], output: str | None = None) -> None:
        try:
            action()
        except AgentError as error:
            self._warn(f'heddle: {error}')
            self._lose(output, f'the output {output} could not be handed over: {error}')
        except Exception as error:  # pylint: disable=broad-except
            # Anything may come from Ansible's own classes, and none of it may end the play. The text might hold a value.
            what = 'an output' if output is None else f'the output {output}'
            message = f'{what} could not be handed over ({type(error).__name__})'
            self._warn(f'heddle: {message}')
            self._lose(output, message)
        else:
            self._lost.pop(output, None)

    def _lose(self, output: str | None, message: str) -> None:
        if output is not None:
            self._lost[output] = message
