# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs and other nodes' outputs as variables that are read when somebody uses them."""
from __future__ import annotations

import typing as t

from ansible_collections.heddle.heddle.plugins.plugin_utils.delegated import delegated_variables
from ansible_collections.heddle.heddle.plugins.plugin_utils.machine_facts import word_paths
from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import is_delegated, is_public_fact_path, nest
from ansible_collections.heddle.heddle.plugins.plugin_utils.placeholder import delegated_placeholder, input_placeholder, is_host, output_placeholder
from ansible_collections.heddle.heddle.plugins.plugin_utils.previews import stand_in
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import ENDED, FACTS, Session


def input_variables(session: Session) -> dict[str, str]:
    """The inputs of the role, each as a template that reads it."""
    write = stand_in if session.is_preview else input_placeholder
    return {item['path'][0]: write(item['path'][0]) for item in session.inputs if len(item['path']) == 1}


def given_variables(session: Session, host: str) -> dict[str, str]:
    """What other nodes set for a host (`delegate_facts`), each as a template that reads it."""
    if not is_host(host):
        return {}
    return {name: stand_in(name) if session.is_preview else delegated_placeholder(host, name) for name in delegated_variables(session, host)}


def peer_variables(session: Session, host: str) -> dict[str, t.Any]:
    """The outputs of another node, each as a template that reads it: at its path, where plays expect it, and under the name that somebody gave it."""
    outputs = session.peer_outputs(host)
    texts = {
        name: stand_in(f'{host}.{name}') if session.is_preview else output_placeholder(host, name)
        for name in outputs if name not in (FACTS, ENDED) and (host, name) != session.left_out
    }
    # Where the node publishes its facts, the fact cache gives them.
    paths = (
        (outputs[name]['path'], text) for name, text in texts.items()
        if not is_delegated(outputs[name]['path']) and not (FACTS in outputs and is_public_fact_path(outputs[name]['path']))
    )
    words = ((path, texts[name]) for path, name in word_paths(outputs))
    named = {name: text for name, text in texts.items() if not outputs[name].get('found')}
    return {**named, **nest([*paths, *words]), **given_variables(session, host)}
