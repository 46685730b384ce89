from __future__ import annotations

DOCUMENTATION = """
name: recorder
type: notification
short_description: Writes the tasks that went well to the file that the last one names
description: A callback of a user.
"""

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'recorder'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self._lines = []

    def v2_runner_on_ok(self, result):
        host, task, outcome = result._host.get_name(), result._task, result._result
        if host != 'app':
            return
        self._lines.append(f'{host}: {task.action}\n')
        if task.get_name() == 'The last task':
            with open(outcome['msg'], 'w', encoding='utf-8') as file:
                file.writelines(self._lines)
