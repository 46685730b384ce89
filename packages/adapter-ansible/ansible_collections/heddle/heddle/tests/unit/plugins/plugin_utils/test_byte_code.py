# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from ansible_collections.heddle.heddle.plugins import plugin_utils

_PACKAGE = 'ansible_collections.heddle.heddle.plugins.plugin_utils'
# With Ansible's own loader of collections, as a playbook has it.
_IMPORT = f"""
import os, sys
from ansible.plugins import loader
getattr(loader, 'init_plugin_loader', lambda paths: None)([os.environ['ANSIBLE_COLLECTIONS_PATH']])
import {_PACKAGE}.session as session
print(os.path.exists(session.__spec__.cached), *sorted({{'http.client', 'ssl'}} & sys.modules.keys()))
"""


class ByteCodeTest(unittest.TestCase):
    def setUp(self):
        self.root = self.enterContext(tempfile.TemporaryDirectory())
        folder = plugin_utils.__path__[0]
        self.copy = os.path.join(self.root, *_PACKAGE.split('.'))
        shutil.copytree(folder, self.copy, ignore=shutil.ignore_patterns('__pycache__'))

    def run_python(self, **environment):
        paths = os.pathsep.join(path for path in sys.path if os.path.isdir(path) and 'ansible_collections' not in os.listdir(path))
        kept = {name: value for name, value in os.environ.items() if name != 'PYTHONDONTWRITEBYTECODE'}
        run = subprocess.run(
            [sys.executable, '-c', _IMPORT], env={**kept, 'PYTHONPATH': paths, 'ANSIBLE_COLLECTIONS_PATH': self.root, **environment},
            capture_output=True, text=True, timeout=60, check=True,
        )
        return run.stdout.strip()

    def test_of_the_modules_that_the_plugins_share_is_kept(self):
        self.assertEqual(self.run_python(), 'True')
        kept = os.listdir(os.path.join(self.copy, '__pycache__'))
        self.assertTrue(any(name.startswith('session.') for name in kept), kept)

    def test_is_kept_nowhere_where_python_may_not_write_it(self):
        self.assertEqual(self.run_python(PYTHONDONTWRITEBYTECODE='1'), 'False')
        self.assertNotIn('__pycache__', os.listdir(self.copy))

    def test_that_a_run_without_a_read_needs_has_neither_tls_nor_mail_in_it(self):
        self.assertNotIn('ssl', self.run_python())


if __name__ == '__main__':
    unittest.main()
