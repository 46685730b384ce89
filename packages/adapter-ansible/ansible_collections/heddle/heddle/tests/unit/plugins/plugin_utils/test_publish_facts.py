# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess
import sys
import unittest
from unittest import mock

from ansible_collections.heddle.heddle.plugins.plugin_utils import publish_facts

# Starts a program that would outlive it, and holds its standard output open.
_LEAVER = """
import subprocess
from ansible_collections.heddle.heddle.plugins.plugin_utils import publish_facts
subprocess.Popen(['sleep', '1000'])
publish_facts._end_group()
print('goes on', flush=True)
"""


class GatherTest(unittest.TestCase):
    def test_that_takes_too_long_is_an_error_that_says_so(self):
        with mock.patch.object(publish_facts, '_LONGEST_GATHERING', 0.001):
            with self.assertRaisesRegex(RuntimeError, 'gathering them took more than 0.001 s'):
                publish_facts.gather()

    def test_leaves_no_process_behind(self):
        environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(path for path in sys.path if path)}
        run = subprocess.run(
            [sys.executable, '-c', _LEAVER], env=environment, start_new_session=True, capture_output=True, text=True, timeout=30, check=True,
        )
        self.assertEqual(run.stdout, 'goes on\n')


if __name__ == '__main__':
    unittest.main()
