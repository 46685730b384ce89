# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a program, for processes that are not its parent."""
from __future__ import annotations

import os
import select


class Ending:
    """Tells every process of a run that a program which one of them started has ended: a forked worker cannot wait for a child of its parent."""

    def __init__(self) -> None:
        # The program holds the other end, and writes nothing: it closes when the program ends, however that happens.
        self._mine, self._theirs = os.pipe()

    @property
    def handed_down(self) -> tuple[int]:
        """What the program has to inherit, for `pass_fds`."""
        return (self._theirs,)

    def has_started(self) -> None:
        """To be called once the program runs, before anything is forked."""
        os.close(self._theirs)

    def wait(self, longest_s: float | None = None) -> bool:
        """Wait until it has ended; False when it has not within the time, in seconds."""
        poll = select.poll()
        poll.register(self._mine)
        return bool(poll.poll(None if longest_s is None else longest_s * 1000))
