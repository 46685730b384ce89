# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
DOCUMENTATION = r"""
name: agent
type: notification
author: The Heddle project (@heddle)
version_added: 0.1.0
short_description: Hand over outputs to Heddle's agent
description:
  - Publishes the declared outputs of the role when a play sets their variables, and the facts of this node at the start.
  - Tells the agent which task runs, and which failed.
  - Nothing that goes wrong here ends a play.
options: {}
requirements:
  - a run under C(heddle up), C(heddle agent) or C(heddle exec)
"""

import functools
import os
import re
import signal
import subprocess
import sys

from ansible.plugins.callback import CallbackBase
from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError
from ansible_collections.heddle.heddle.plugins.plugin_utils.ending import Ending
from ansible_collections.heddle.heddle.plugins.plugin_utils.host_variables import read_directly
from ansible_collections.heddle.heddle.plugins.plugin_utils.host_views import keep_views
from ansible_collections.heddle.heddle.plugins.plugin_utils.outputs import Outputs
from ansible_collections.heddle.heddle.plugins.plugin_utils.paths import is_fact_path
from ansible_collections.heddle.heddle.plugins.plugin_utils.session import LONGEST_PUBLISHING_S, current

_PACKAGE = 'ansible_collections.heddle.heddle.plugins'
_UNDEFINED = 'The task includes an option with an undefined variable. The error was: '
_NO_VARIABLE = re.compile(r"(?:'ansible\.vars\.hostvars\.HostVarsVars object'|object of type 'HostVarsVars') has no attribute '(\w+)'")


def harmless(method):
    """Let no error of ours into the play; it is told once."""
    @functools.wraps(method)
    def wrapped(self, *args, **kwargs):
        if self._session is None:
            return
        try:
            method(self, *args, **kwargs)
        except Exception as error:  # pylint: disable=broad-except
            # The text of any other error might hold a value.
            self._warn(f'heddle: {error}' if isinstance(error, AgentError) else f'heddle: an unexpected {type(error).__name__}')
    return wrapped


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'heddle.heddle.agent'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self._session = current()
        self._outputs = None if self._session is None else Outputs(self._session, self._warn)
        self._warned = set()
        self._facts = None
        self._failures = 0

    def _warn(self, message):
        if message not in self._warned:
            self._warned.add(message)
            self._display.warning(message)

    @harmless
    def v2_playbook_on_start(self, playbook):
        if self._session.is_preview:
            self._warn('heddle: a preview asks no other machine for anything: texts such as "#<heddle db.port>" stand for what it would get')
            return
        read_directly(self._session, self._warn)
        keep_views(self._session)
        if not any(is_fact_path(output['path']) for output in self._session.outputs):
            return
        root = os.path.abspath(__file__).split(os.sep + 'ansible_collections' + os.sep)[0]
        paths = [root, *(path for path in sys.path if path)]
        # From Python 3.11 on this keeps `-m` from looking into the user's folder first.
        environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(paths), 'PYTHONSAFEPATH': '1'}
        # None of its streams are inherited: ansible-core 2.19 closes its own for the programs that it starts. A session of its own, so that
        # whatever the gathering started ends with it.
        ending = Ending()
        self._facts = subprocess.Popen(
            [sys.executable, '-m', f'{_PACKAGE}.plugin_utils.publish_facts'],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
            start_new_session=True, pass_fds=ending.handed_down,
        )
        ending.has_started()
        self._session.publisher = ending

    @harmless
    def v2_playbook_on_play_start(self, play):
        if self._session.is_preview:
            self._outputs.attach(play)
            return
        self._outputs.flush()
        if not self._failures:
            # A role that the last play has included may have brought more. What has to be expanded might wait for something: not before the end.
            self._outputs.report_static()
        self._outputs.attach(play)
        self._outputs.report_static()

    @harmless
    def v2_playbook_on_task_start(self, task, is_conditional):
        self._step(task)

    @harmless
    def v2_playbook_on_handler_task_start(self, task):
        self._step(task)

    @harmless
    def v2_playbook_on_cleanup_task_start(self, task):
        self._step(task)

    @harmless
    def v2_runner_on_ok(self, result):
        self._outputs.flush()

    @harmless
    def v2_runner_on_failed(self, result, ignore_errors=False):
        task, outcome = _parts(result)
        if self._session.is_preview:
            self._warn(f'heddle: task "{task.get_name()}" may have failed of such a text alone')
        if ignore_errors or not self._counts():
            # Ignored or rescued: what the run fails of later is not this.
            self._session.tell(recovered=True)
            return
        self._fail(task, _message(outcome), may_be_of_a_read=_may_be_of_a_read(outcome))

    @harmless
    def v2_runner_on_unreachable(self, result):
        task, outcome = _parts(result)
        if self._counts():
            self._fail(task, _message(outcome), may_be_of_a_read=False)
        else:
            self._session.tell(recovered=True)

    @harmless
    def v2_playbook_on_stats(self, stats):
        if self._session.is_preview:
            return
        self._outputs.flush()
        # A run that has failed publishes no defaults, and expanding them might wait for something.
        if not self._failures:
            self._outputs.report_rest()
        if self._facts is not None:
            self._end_facts(self._facts)
        if self._failures == 0:
            self._outputs.report_end()

    def _end_facts(self, process):
        try:
            said = process.communicate(timeout=LONGEST_PUBLISHING_S)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            said = f'heddle: the facts of this node are not published: gathering them took more than {LONGEST_PUBLISHING_S} s'
        if said.strip():
            self._warn(said.strip().splitlines()[-1])

    def _counts(self):
        """True when the run has failed of what a task has just ended with."""
        stats, before = self._session.stats, self._failures
        # Of this node under all of its names: no other host has tasks here.
        self._failures = sum(stats.failures.values()) + sum(stats.dark.values())
        return self._failures > before

    def _look_at_facts(self):
        if self._facts is not None and self._facts.poll() not in (None, 0):
            # Others wait for them: those that the play itself gathers are as good.
            self._end_facts(self._facts)
            self._facts = None
            self._outputs.publishes_facts = True

    def _step(self, task):
        self._look_at_facts()
        self._outputs.flush()
        self._session.place = _place(task)
        step = {'step': task.get_name()[:200]}
        # A play that has come to its next task without a failure did without what it could not read: lookup(..., errors='ignore').
        self._session.tell(**step if self._failures else {**step, 'recovered': True})

    def _fail(self, task, message, may_be_of_a_read):
        place = _place(task)
        error = {'message': f'task "{task.get_name()}": {message}'}
        state = {'error': error if place is None else {**error, 'source': place}}
        self._session.tell(**state if may_be_of_a_read else {**state, 'recovered': True})


def _place(task):
    file, colon, line = (task.get_path() or '').rpartition(':')
    # A task that Ansible adds, such as the gathering of facts, stands nowhere.
    if not colon:
        return None
    path = os.path.relpath(file)
    return f"{file if path.startswith('..') else path}:{line}"


def _parts(result):
    # The attributes without underscore are those of ansible-core 2.19.
    if hasattr(result, 'result'):
        return result.task, result.result
    return result._task, result._result


def _may_be_of_a_read(outcome):
    # The lookup plugin's errors begin so; under no_log nobody sees.
    return 'heddle: ' in str(outcome) or 'censored' in outcome


def _once(message):
    """Return a message without what ansible-core 2.14 says again of its cause: `x. x`."""
    at = message.find('. ')
    while at >= 0:
        if message[:at].endswith(message[at + 2:]):
            return _once(message[:at])
        at = message.find('. ', at + 1)
    return message


def _message(outcome):
    for item in outcome.get('results', ()):
        if item.get('failed') or item.get('unreachable'):
            return _message(item)
    message = str(outcome.get('msg') or outcome.get('censored') or 'it failed without a message')
    # Some messages go on with the lines around the place, which is told anyway.
    message = message.split('\n\nThe error appears to be in', maxsplit=1)[0].strip()
    message = _once(_NO_VARIABLE.sub(r"that host has no variable '\1', or none that is shared", message.removeprefix(_UNDEFINED)))
    lines = str(outcome.get('stderr') or '').strip().splitlines()
    return f'{message}: {lines[-1]}' if lines else message
