# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attribute paths into Ansible variables."""
from __future__ import annotations

import typing as t

#: In the place of a host's name: the value is a map with an entry for each host.
EVERY_HOST = '*'
# Keys of the fact cache that have no prefix there.
_UNPREFIXED = ('ansible_local', 'module_setup', 'gather_subset')
# What travels nowhere unless an output names it: the environment and the files of facts.d hold credentials, the kernel's command line is nobody's business.
_PRIVATE = frozenset(prefix + name for prefix in ('ansible_', '') for name in ('env', 'local', 'cmdline', 'proc_cmdline'))


def pick(value: t.Any, path: t.Sequence[str]) -> t.Any:
    """Follow a path into maps and lists; raises KeyError when it leads nowhere."""
    for segment in path:
        if isinstance(value, t.Mapping):
            value = value[segment]
        elif isinstance(value, (list, tuple)) and segment.isdecimal() and int(segment) < len(value):
            value = value[int(segment)]
        else:
            raise KeyError(segment)
    return value


def is_fact_path(path: t.Sequence[str]) -> bool:
    """True for `ansible_facts.x` and for the same fact under its other name, `ansible_x`."""
    return path[0].startswith('ansible_')


def is_delegated(path: t.Sequence[str]) -> bool:
    """True for the path of a variable that the run sets for a named host: `hostvars.web-1.x`, `hostvars.*.x`."""
    return path[0] == 'hostvars' and len(path) > 2


def is_public_fact_path(path: t.Sequence[str]) -> bool:
    """True for what the facts that others read hold: an output may name other facts, such as a part of `ansible_local`."""
    return is_fact_path(path) and path[0] not in _PRIVATE


def pick_fact(facts: t.Mapping, path: t.Sequence[str]) -> t.Any:
    """Follow a path whose first segments name a fact; `facts` is what the setup module returns. Raises KeyError."""
    if path[0] != 'ansible_facts':
        return pick(facts, path)
    if len(path) == 1:
        return public_facts(facts)
    name, rest = path[1], path[2:]
    prefixed = f'ansible_{name}'
    return pick(facts[prefixed if prefixed in facts else name], rest)


def public_facts(facts: t.Mapping) -> dict:
    """Turn what the setup module returns into the variable `ansible_facts` that others may read."""
    return {
        key if key in _UNPREFIXED or not key.startswith('ansible_') else key[len('ansible_'):]: value
        for key, value in facts.items()
        if key not in _PRIVATE
    }


def cached_facts(facts: t.Mapping) -> dict:
    """Turn the variable `ansible_facts` back into what the fact cache holds."""
    def name(key: str) -> str:
        if key in _UNPREFIXED or key.startswith(('facter_', 'ohai_', 'ansible_')):
            return key
        return f'ansible_{key}'
    return {name(key): value for key, value in facts.items()}


def nest(paths: t.Iterable[tuple[t.Sequence[str], t.Any]]) -> dict:
    """Build nested maps from paths and their values; a path that another one covers is left out."""
    root: dict = {}
    for path, value in sorted(paths, key=lambda item: len(item[0])):
        inner = root
        for segment in path[:-1]:
            inner = inner.setdefault(segment, {})
            if not isinstance(inner, dict):
                break
        else:
            inner.setdefault(path[-1], value)
    return root
