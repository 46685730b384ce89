# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node without an Ansible role tells of its machine, as the facts that plays expect."""
from __future__ import annotations

import typing as t

from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError
from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import nest
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import FACTS, Session

# The role that every node's agent runs at its start, so that waiting for its outputs waits for no other role.
_ROLE = 'machine_facts'
_PATHS: dict[str, list[list[str]]] = {
    'ip': [['ansible_default_ipv4', 'address']],
    'hostname': [['ansible_hostname']],
    'fqdn': [['ansible_fqdn']],
    'memory_mb': [['ansible_memtotal_mb']],
    'cpus': [['ansible_processor_vcpus'], ['ansible_processor_nproc']],
}
_KEYS = 'ssh_host_keys'


def tells_facts(session: Session, host: str) -> bool:
    """True for another node that has no Ansible facts, and tells of its machine at its start."""
    outputs = session.peer_outputs(host)
    return FACTS not in outputs and any(output['role'] == _ROLE for output in outputs.values())


def read_facts(session: Session, host: str) -> dict:
    """Wait for what a node tells of its machine, as the fact cache would hold it; raises AgentError."""
    words = {}
    for name, output in session.peer_outputs(host).items():
        if output['role'] != _ROLE:
            continue
        try:
            words[name] = session.read_output(host, name)
        except AgentError as error:
            # The machine lacks it, a host without SSH keys: the setup module leaves such a fact out, too.
            if error.code != 'never-written':
                raise
    return nest(_facts(words))


def word_paths(outputs: t.Mapping[str, dict]) -> list[tuple[list[str], str]]:
    """Where plays expect the words that a node's own roles publish, which may come late: paths of variables and names of outputs."""
    own = [name for name, output in outputs.items() if output['role'] != _ROLE and not output['sensitive'] and FACTS not in outputs]
    return [(path, name) for name in own for path in _PATHS.get(name, ())]


def _facts(words: t.Mapping[str, t.Any]) -> t.Iterator[tuple[list[str], t.Any]]:
    for name, value in words.items():
        for path in _PATHS.get(name, ()):
            yield path, value
    for keytype, key in words.get(_KEYS, {}).items():
        algorithm = _algorithm(keytype)
        yield [f'ansible_ssh_host_key_{algorithm}_public'], key
        yield [f'ansible_ssh_host_key_{algorithm}_public_keytype'], keytype


def _algorithm(keytype: str) -> str:
    """`ssh-rsa` is rsa, `ecdsa-sha2-nistp256` is ecdsa."""
    name = keytype[len('ssh-'):] if keytype.startswith('ssh-') else keytype.split('-')[0]
    return 'dsa' if name == 'dss' else name
