# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""This process's place in a deployment: who it is, what it may read and what it publishes."""
from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError, Client
from ansible_collections.heddle.heddle.plugins.plugin_utils.ending import Ending
from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import is_delegated

FACTS = 'ansible_facts'
#: The output that the last Ansible role of a node sets at its end, where somebody waits for that.
ENDED = 'heddle_ended'
#: More than the program that publishes facts gives itself.
LONGEST_PUBLISHING_S = 130


class Session:
    """One run of one role, as the plugins of its process see it."""

    def __init__(self, client: Client, node: str, role: str) -> None:
        self._client = client
        self._route = f'/v1/roles/{role}'
        self._description: dict | None = None
        self._values: dict[tuple, t.Any] = {}
        self._peers: dict[str, dict[str, dict]] = {}
        self._found: dict[str, dict[t.Any, str]] = {}
        self._for_others: list[tuple[list[str], str, list[str]]] | None = None
        self.node = node
        #: Where the running task stands, `site.yml:14`; workers inherit it.
        self.place: str | None = None
        #: The counts of the run, as soon as a play runs.
        self.stats: t.Any = None
        #: False while somebody asks for the variables of another node who has no use for its facts.
        self.wants_facts = True
        #: Ansible's view of all hosts' variables, as soon as there is one.
        self.host_views: t.Callable[[], t.Mapping | None] = lambda: None
        #: What -e says beats everything, on all hosts.
        self.extra_variables: t.Container[str] = ()
        #: The found output of a node that its variables are asked for without.
        self.left_out: tuple[str, str] | None = None
        #: The program beside the play that still publishes something, if there is one.
        self.publisher: Ending | None = None
        self._before_waiting: tuple[int, t.Callable[[], None]] | None = None

    def is_self(self, host: str) -> bool:
        """True for the names under which plays address this node."""
        return host in (self.node, 'localhost', '127.0.0.1')

    @property
    def outputs(self) -> list[dict]:
        """The declared outputs of the role: name, path, sensitive, publish."""
        return self._described['outputs']

    @property
    def inputs(self) -> list[dict]:
        """The declared inputs of the role: path, sensitive."""
        return self._described['inputs']

    @property
    def is_preview(self) -> bool:
        """True when the run only shows what it would do: it gets no value and publishes nothing."""
        return self._described.get('preview', False)

    def peer_outputs(self, host: str) -> dict[str, dict]:
        """The outputs of another node by name: path, role, sensitive. Empty for this node and for hosts that are none of the deployment."""
        if host not in self._peers:
            peer = None if host == self.node else self._peer(host)
            if peer is None:
                return {}
            self._peers[host] = peer['outputs']
        return self._peers[host]

    def found_output(self, host: str, variable: t.Any) -> str | None:
        """The name of the output with a variable of another node that was found in its playbooks, if there is one."""
        outputs = self.peer_outputs(host)
        if outputs and host not in self._found:
            found = [(output['path'][0], name) for name, output in outputs.items() if output.get('found') and len(output['path']) == 1]
            self._found[host] = dict(reversed(found))
        return self._found[host].get(variable) if outputs else None

    @property
    def shows_all(self) -> bool:
        """True unless somebody asks for a part of another node's variables: without its facts, or without one of its outputs."""
        return self.wants_facts and self.left_out is None

    @property
    def outputs_for_others(self) -> list[tuple[list[str], str, list[str]]]:
        """The outputs that hold variables of other hosts, this node's own among them: the nodes that declare one, its name and its path."""
        if self._for_others is None:
            self._for_others = [
                ([peer['name']] if peer['count'] is None else [f"{peer['name']}-{index}" for index in range(peer['count'])], name, output['path'])
                for peer in self._described.get('peers', ())
                for name, output in peer['outputs'].items()
                if is_delegated(output['path'])
            ]
        return self._for_others

    def read_input(self, name: str) -> t.Any:
        """Wait for an input and return its value; raises AgentError."""
        return self._read(('input', name), {'path': [name]})

    def read_output(self, node: str, output: str) -> t.Any:
        """Wait for an output of another node and return its value; raises AgentError."""
        return self._read(('output', node, output), {'node': node, 'output': output})

    def read_found(self, node: str, output: str) -> t.Any:
        """Wait for an output that nobody declares; raises AgentError, and KeyError when its role has ended well without setting it."""
        try:
            return self.read_output(node, output)
        except AgentError as error:
            if error.code == 'never-written' and self.peer_outputs(node)[output].get('found'):
                raise KeyError(output) from error
            raise

    def await_end(self, node: str) -> None:
        """Wait until the Ansible roles of another node have ended, if their end is told; raises AgentError when one has failed."""
        if ENDED in self.peer_outputs(node):
            with contextlib.suppress(KeyError):
                self.read_found(node, ENDED)

    @contextlib.contextmanager
    def without_facts(self, is_so: bool) -> t.Iterator[None]:
        """Show no facts of other nodes meanwhile, so that nothing waits for them."""
        before, self.wants_facts = self.wants_facts, self.wants_facts and not is_so
        try:
            yield
        finally:
            self.wants_facts = before

    def view_without(self, host: str, output: str) -> t.Mapping | None:
        """Return Ansible's view of a host's variables as if there were no such output: what inventories say of it; None when there is no view."""
        before, self.left_out = self.left_out, (host, output)
        try:
            views = self.host_views()
            return None if views is None else views[host]
        finally:
            self.left_out = before

    def publish(self, output: str, value: t.Any, origin: str) -> None:
        """Hand over the current value of a declared output; raises AgentError."""
        report = {'value': value, 'origin': origin}
        # A default was there before the task that runs now.
        if self.place is not None and origin != 'default':
            report['source'] = self.place
        self._client.post(f'{self._route}/publish', {'outputs': {output: report}})

    def before_waiting(self, hand_over: t.Callable[[], None]) -> None:
        """Call this before a read of this process waits: a role that is blocked has nothing left to say. Workers have nothing to hand over."""
        self._before_waiting = (os.getpid(), hand_over)

    def tell(self, **state: t.Any) -> None:
        """Tell what the run is doing; raises AgentError."""
        self._client.post(f'{self._route}/state', state)

    def _read(self, key: tuple, body: dict) -> t.Any:
        if key not in self._values:
            if self.place is not None:
                body['source'] = self.place
            process, hand_over = self._before_waiting or (None, None)
            if process == os.getpid():
                hand_over()
            self._values[key] = self._read_blocking(body)['value']
        return self._values[key]

    def _read_blocking(self, body: dict) -> dict:
        route = f'{self._route}/await'
        if self.publisher is not None and not self.publisher.wait(0):
            # A role that is blocked has nothing left to say: by that the agents tell a deadlock.
            try:
                return self._client.post(route, {**body, 'wait': False})
            except AgentError as error:
                if error.code == 'missing-value':
                    self.publisher.wait(LONGEST_PUBLISHING_S)
        return self._client.post(route, body)

    @property
    def _described(self) -> dict:
        if self._description is None:
            self._description = self._client.get(self._route)
        return self._description

    def _peer(self, host: str) -> dict | None:
        group, dash, index = host.rpartition('-')
        is_index = index.isdecimal() and str(int(index)) == index
        for peer in self._described.get('peers', ()):
            if peer['count'] is None:
                if peer['name'] == host:
                    return peer
            elif dash and is_index and peer['name'] == group and int(index) < peer['count']:
                return peer
        return None


_current: dict[str, Session] = {}


def current() -> Session | None:
    """Return the session of this process, the same for all plugins; None when it does not run under an agent."""
    path, role = os.environ.get('HEDDLE_SOCKET'), os.environ.get('HEDDLE_ROLE')
    if not path or not role:
        return None
    if path not in _current:
        client = Client(path, os.environ.get('HEDDLE_RUN'))
        _current[path] = Session(client, os.environ.get('HEDDLE_NODE', ''), role)
    return _current[path]
