# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that are read when somebody uses them."""
from __future__ import annotations

import re

try:
    # From ansible-core 2.19 on, text is a template only when it is marked as one.
    from ansible.template import trust_as_template
except ImportError:
    def trust_as_template(value):
        return value

_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*\Z')
_HOST = re.compile(r'[A-Za-z0-9][A-Za-z0-9_.:-]*\Z')
_NODE = re.compile(r'[a-z][a-z0-9-]*\Z')
_PLACEHOLDER = re.compile(r"\{\{ lookup\('heddle\.heddle\.value', '\w+'(?:, (?:node|host)='[\w.:-]+')?\) \}\}\Z", re.ASCII)


def is_host(name: str) -> bool:
    """True for a name that a template may hold as a host."""
    return _HOST.match(name) is not None


def is_placeholder(text: object) -> bool:
    """True for a template that reads a value and does nothing else."""
    return isinstance(text, str) and _PLACEHOLDER.match(text) is not None


def input_placeholder(name: str) -> str:
    """Write the template that reads an input of the role; raises ValueError for a name that is no variable."""
    return _template(f"'{_checked(_NAME, name)}'")


def output_placeholder(node: str, output: str) -> str:
    """Write the template that reads an output of another node; raises ValueError for names that are none."""
    return _template(f"'{_checked(_NAME, output)}', node='{_checked(_NODE, node)}'")


def delegated_placeholder(host: str, variable: str) -> str:
    """Write the template that reads what another node sets for a host; raises ValueError for names that are none."""
    return _template(f"'{_checked(_NAME, variable)}', host='{_checked(_HOST, host)}'")


def _template(arguments: str) -> str:
    return trust_as_template("{{ lookup('heddle.heddle.value', %s) }}" % arguments)


def _checked(pattern: re.Pattern, text: str) -> str:
    # Names go into a template: nothing that is not a name may get there.
    if not pattern.match(text):
        raise ValueError(f'{text!r} is no name')
    return text
