# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess
import unittest

from ansible_collections.heddle.heddle.plugins.plugin_utils.ending import Ending


class EndingTest(unittest.TestCase):
    def setUp(self):
        self.ending = Ending()
        self.program = subprocess.Popen(['cat'], stdin=subprocess.PIPE, pass_fds=self.ending.handed_down)
        self.addCleanup(self.program.wait)
        self.addCleanup(self.program.stdin.close)
        self.ending.has_started()

    def test_a_program_that_runs_has_not_ended(self):
        self.assertFalse(self.ending.wait(0))
        self.program.stdin.close()
        self.assertTrue(self.ending.wait())
        self.assertTrue(self.ending.wait(0))

    def test_a_forked_process_learns_of_the_end(self):
        worker = os.fork()
        if worker == 0:
            os._exit(0 if self.ending.wait() else 1)
        self.program.kill()
        self.assertEqual(os.waitpid(worker, 0)[1], 0)


if __name__ == '__main__':
    unittest.main()
