# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets Python keep the byte code of the modules in this folder, as it does of Ansible's own.

Ansible's loader of collections compiles each module anew in every run, which takes longer than anything else that the plugins do at the start.
"""
from __future__ import annotations

import importlib.machinery
import sys


class _Finder:
    """Finds the modules of this package before Ansible does, as files like any other."""

    def __init__(self) -> None:
        self._files = importlib.machinery.FileFinder(
            __path__[0], (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES),
        )

    def find_spec(self, name, path=None, target=None):
        return self._files.find_spec(name) if name.rpartition('.')[0] == __name__ else None


sys.meta_path.insert(0, _Finder())
