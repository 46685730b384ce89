# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the facts of this machine for the agent, which publishes them at its own start: whatever role runs first, no reader waits for it."""
from __future__ import annotations

import json
import sys

from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import public_facts
from ansible_collections.heddle.heddle.plugins.plugin_utils.publish_facts import gather
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import FACTS


def main() -> None:
    json.dump({'facts': {FACTS: public_facts(gather())}}, sys.stdout)


if __name__ == '__main__':
    try:
        main()
    except RuntimeError as failure:
        sys.exit(str(failure))
