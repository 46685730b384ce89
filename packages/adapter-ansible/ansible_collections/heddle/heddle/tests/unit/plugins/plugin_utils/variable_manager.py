# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

"""The variable manager of a run and its plays, as far as the plugins touch them."""


class Host:
    def __init__(self, name):
        self.name = name


class Inventory:
    @staticmethod
    def get_host(name):
        return Host(name)


class Manager:
    """Keeps what was set, by host; `defaults` of a play come below."""

    def __init__(self, loader=None, **extra_vars):
        self.extra_vars = extra_vars
        self.set = {}
        self._loader = loader
        self._inventory = Inventory()

    def get_vars(self, play=None, host=None, task=None, include_hostvars=True):
        return {**getattr(play, 'defaults', {}), **self.set.get(host.name, {}), **self.extra_vars}

    def set_nonpersistent_facts(self, host, facts):
        self.set.setdefault(str(host), {}).update(facts)

    def set_host_variable(self, host, varname, value):
        self.set_nonpersistent_facts(host, {varname: value})

    set_host_facts = set_nonpersistent_facts

    def clear_facts(self, hostname):
        self.set.pop(hostname, None)


class Play:
    def __init__(self, manager, **defaults):
        self._manager = manager
        self.defaults = defaults

    def get_variable_manager(self):
        return self._manager
