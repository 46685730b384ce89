# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers this node's facts and publishes them, in a process beside the play: only a read that has to wait anyway waits for it.

Readers must get a node's facts whether or not its plays gather any, and before these plays wait for something themselves.
"""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError
from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import is_fact_path, pick_fact
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import current


# Ansible's own facts: what other programs would add is not for others to know.
_SUBSET = ['all', '!facter', '!ohai']
# More than the setup module may need for a slow device, in seconds.
_LONGEST_GATHERING = 120


def gather() -> dict:
    """Run the setup module by itself; raises RuntimeError with what it says when it fails, or when it takes too long."""
    arguments = json.dumps({'ANSIBLE_MODULE_ARGS': {'gather_subset': _SUBSET, 'gather_timeout': 10}})
    command = [sys.executable, '-m', 'ansible.modules.setup']
    try:
        run = subprocess.run(command, input=arguments, capture_output=True, text=True, check=False, timeout=_LONGEST_GATHERING)
    except subprocess.TimeoutExpired:
        _end_group()
        raise RuntimeError(f'gathering them took more than {_LONGEST_GATHERING} s') from None
    try:
        return json.loads(run.stdout)['ansible_facts']
    except (ValueError, KeyError):
        last = (run.stderr.strip().splitlines() or [f'exit code {run.returncode}'])[-1]
        raise RuntimeError(f'the setup module gave no facts: {last}') from None


def _end_group() -> None:
    """End what the module has started and left: it is in the group of this process, which was started with a session of its own."""
    if os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)


def main() -> int:
    session = current()
    wanted = [] if session is None else [output for output in session.outputs if is_fact_path(output['path'])]
    facts = gather() if wanted else {}
    for output in wanted:
        try:
            value = pick_fact(facts, output['path'])
        except KeyError:
            continue
        session.publish(output['name'], value, 'automatic')
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (AgentError, RuntimeError) as failure:
        sys.exit(f'heddle: the facts of this node are not published: {failure}')
