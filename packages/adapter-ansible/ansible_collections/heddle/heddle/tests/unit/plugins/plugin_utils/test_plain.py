# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import json
import unittest

from ansible_collections.heddle.heddle.plugins.plugin_utils.plain import has_template, plain, without_times


class Unsafe(str):
    """As Ansible marks text."""


class Vaulted:
    """As Ansible keeps text that it decrypts when it is needed."""

    def __str__(self):
        return 'decrypted'


class WithoutTimesTest(unittest.TestCase):
    ran = {'cmd': ['cat', 'key'], 'rc': 0, 'stdout': 'x'}
    when = {'start': '2026-01-01 10:00:00', 'end': '2026-01-01 10:00:01', 'delta': '0:00:01'}

    def test_leaves_out_when_a_command_ran(self):
        self.assertEqual(without_times({**self.ran, **self.when}), self.ran)
        self.assertEqual(without_times({'changed': True, 'results': [{**self.ran, **self.when}]}), {'changed': True, 'results': [self.ran]})

    def test_keeps_what_only_looks_like_it(self):
        for value in (self.when, {'results': 3}, [self.when], 'x'):
            self.assertEqual(without_times(value), value)


class PlainTest(unittest.TestCase):
    def test_keeps_json_types(self):
        value = {'a': [1, 2.5, True, None, 'x'], 'b': {}}
        self.assertEqual(plain(value), value)

    def test_gives_plain_types_for_those_of_ansible(self):
        self.assertIs(type(plain(Unsafe('{{ x }}'))), str)
        self.assertEqual(plain([Unsafe('{{ x }}'), Vaulted()]), ['{{ x }}', 'decrypted'])

    def test_gives_json_for_what_is_none(self):
        value = {1: (b'\xffx', {'s'}), 'at': datetime.date(2024, 2, 29)}
        self.assertEqual(json.loads(json.dumps(plain(value))), {'1': ['?x', ['s']], 'at': '2024-02-29'})

    def test_leaves_the_exception_of_a_result_out(self):
        self.assertEqual(plain({'failed': True, 'msg': 'm', 'exception': object()}), {'failed': True, 'msg': 'm'})

    def test_keeps_data_that_is_called_exception(self):
        value = {'exception': '10.0.0.0/8', 'rules': [{'exception': 1, 'failed': False}]}
        self.assertEqual(plain(value), value)

    def test_sees_templates_at_any_depth(self):
        self.assertTrue(has_template({'a': [{'b': 'x {{ y }}'}]}))
        self.assertTrue(has_template('{% if x %}'))
        self.assertFalse(has_template({'a': [1, 'x { y }', None]}))
