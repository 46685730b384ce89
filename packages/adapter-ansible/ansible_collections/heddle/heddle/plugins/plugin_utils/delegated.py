# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that a run sets for other hosts, with `delegate_facts` or `run_once`."""
from __future__ import annotations

import typing as t

from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError
from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import EVERY_HOST, is_delegated, pick, pick_fact
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import Session


class DelegatedValues:
    """What a run has set for the hosts that its outputs name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._maps: dict[str, dict[str, t.Any]] = {}
        self._changed: dict[str, dict] = {}

    def note(self, host: str, changes: t.Mapping, is_facts: bool) -> list[tuple[dict, t.Any]]:
        """Take what was set for a host, and return the outputs about this one host with their values."""
        single = []
        for output in self._session.outputs:
            path = output['path']
            if not is_delegated(path) or path[1] not in (host, EVERY_HOST):
                continue
            try:
                value = pick_fact(changes, path[2:]) if is_facts else pick(changes, path[2:])
            except KeyError:
                continue
            if path[1] == host:
                single.append((output, value))
                continue
            # A loop sets one host after the other: nobody should read half a map.
            self._maps.setdefault(output['name'], {})[host] = value
            self._changed[output['name']] = output
        return single

    def take(self) -> list[tuple[dict, t.Any]]:
        """Return the outputs about every host that have changed since the last call, with their maps: the task that set them has ended."""
        changed = [(output, self._maps[name]) for name, output in self._changed.items()]
        self._changed = {}
        # What a run sets for its own node alone is no word to others.
        return [(output, hosts) for output, hosts in changed if set(hosts) != {self._session.node}]


class Source(t.NamedTuple):
    """An output with a variable of another host: of one node, or of several that declare it together."""

    nodes: list[str]
    output: str
    is_map: bool


def delegated_variables(session: Session, host: str) -> dict[str, list[Source]]:
    """The variables that other nodes set for a host, each with the outputs that may hold it."""
    found: dict[str, list[Source]] = {}
    own: set[str] = set()
    for nodes, output, path in session.outputs_for_others:
        if len(path) != 3 or path[1] not in (host, EVERY_HOST):
            continue
        found.setdefault(path[2], []).append(Source(nodes, output, path[1] == EVERY_HOST))
        if session.node in nodes:
            own.add(path[2])
    # Whoever sets it has it in its own run.
    return {variable: sources for variable, sources in found.items() if variable not in own}


def read_delegated(session: Session, host: str, variable: str) -> t.Any:
    """Wait for what another node sets for a host; raises AgentError, and KeyError when that node has set it for others only."""
    sources = delegated_variables(session, host).get(variable, [])
    nodes = [node for source in sources for node in source.nodes]
    if len(nodes) != 1:
        raise AgentError('usage', f"{', '.join(nodes) or 'no node'} may set {variable} for {host}: an input of the role says which one counts")
    value = session.read_output(nodes[0], sources[0].output)
    return value[host] if sources[0].is_map else value
