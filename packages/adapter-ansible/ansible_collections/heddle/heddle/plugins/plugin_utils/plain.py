# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's values as plain data."""
from __future__ import annotations

import datetime
import typing as t

# What each run of a command sets anew.
_TIMES = frozenset(('start', 'end', 'delta'))


def plain(value: t.Any) -> t.Any:
    """Return a value as JSON types. Vault text is decrypted; `exception` of a failed task's result is left out: it is no data."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value) if type(value).__str__ is str.__str__ else str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, bytes):
        return value.decode('utf-8', 'surrogateescape').encode('utf-8', 'replace').decode('utf-8')
    if isinstance(value, t.Mapping):
        is_failed_result = value.get('failed') is True
        return {str(key): plain(item) for key, item in value.items() if not (is_failed_result and key == 'exception')}
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str(value)


def without_times(value: t.Any) -> t.Any:
    """Return a value as JSON types; of the result of a command, and of each in a loop, without when it ran and how long that took."""
    value = plain(value)
    if not isinstance(value, dict):
        return value
    times = _TIMES if _TIMES | {'cmd', 'rc'} <= value.keys() else frozenset()
    results = {'results': [without_times(item) for item in value['results']]} if isinstance(value.get('results'), list) else {}
    return {key: item for key, item in {**value, **results}.items() if key not in times}


def has_template(value: t.Any) -> bool:
    """True when Ansible would look for something to expand in a value."""
    if isinstance(value, str):
        return '{{' in value or '{%' in value or '{#' in value
    if isinstance(value, t.Mapping):
        return any(has_template(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(has_template(item) for item in value)
    return False
