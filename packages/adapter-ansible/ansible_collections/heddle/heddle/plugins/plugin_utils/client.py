# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP over the agent's Unix socket; the contract is Heddle's docs/protocol.md."""
from __future__ import annotations

import http.client
import json
import socket
import typing as t


class AgentError(Exception):
    """The agent answered with an error, or did not answer at all. Match on `code`."""

    def __init__(self, code: str, message: str, notes: t.Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.notes = list(notes)

    def __str__(self) -> str:
        return '; '.join([self.message, *self.notes])


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        # No time limit: how long a read may wait is the agent's business, and it always answers.
        super().__init__('heddle')
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


class Client:
    """One agent's socket. Every request has a connection of its own: workers are forked, and a connection must not be shared with them."""

    def __init__(self, path: str, run: str | None = None) -> None:
        self._path = path
        self._headers = {'Content-Type': 'application/json'}
        if run:
            self._headers['Heddle-Run'] = run

    def get(self, route: str) -> t.Any:
        """Return the JSON of a route; raises AgentError."""
        return self._request('GET', route, None)

    def post(self, route: str, body: dict) -> t.Any:
        """Post JSON and return the JSON of the answer, None when there is none; raises AgentError."""
        try:
            text = json.dumps(body, allow_nan=False)
        except ValueError as error:
            raise AgentError('wrong-type', 'JSON has no such number: nan or infinity') from error
        return self._request('POST', route, text.encode('utf-8'))

    def _request(self, method: str, route: str, body: bytes | None) -> t.Any:
        connection = _UnixConnection(self._path)
        try:
            connection.request(method, route, body, self._headers)
            response = connection.getresponse()
            text = response.read().decode('utf-8')
        except (OSError, http.client.HTTPException) as error:
            raise AgentError('agent-gone', f'the agent at {self._path} does not answer: {error or type(error).__name__}') from error
        finally:
            connection.close()
        if response.status == 204:
            return None
        try:
            answer = json.loads(text)
        except ValueError as error:
            raise AgentError('unexpected', f'the agent answered {method} {route} with something that is no JSON') from error
        if 200 <= response.status < 300:
            return answer
        found = answer.get('error', {})
        raise AgentError(found.get('code', 'unexpected'), found.get('message', f'HTTP status {response.status}'), found.get('notes', ()))
