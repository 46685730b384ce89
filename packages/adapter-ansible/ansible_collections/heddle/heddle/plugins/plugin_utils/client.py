# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP over the agent's Unix socket; the contract is Heddle's docs/protocol.md.

Not by http.client, which loads TLS and the parsers of mail for it: to a playbook that does nothing that is a hundredth of its time.
"""
from __future__ import annotations

import functools
import json
import re
import socket
import typing as t

_PIECE_BYTES = 65536
_ANSWER = re.compile(rb'HTTP/1\.[01] (\d{3})\b')
_LENGTH = re.compile(rb'\r\nContent-Length: *(\d+) *(?:\r|\Z)', re.IGNORECASE)


class AgentError(Exception):
    """The agent answered with an error, or did not answer at all. Match on `code`."""

    def __init__(self, code: str, message: str, notes: t.Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.notes = list(notes)

    def __str__(self) -> str:
        return '; '.join([self.message, *self.notes])


class Client:
    """One agent's socket. Every request has a connection of its own: workers are forked, and a connection must not be shared with them."""

    def __init__(self, path: str, run: str | None = None) -> None:
        self._path = path
        self._run = run

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
        request = self._head(method, route, body) + (body or b'')
        try:
            status, text = self._exchange(request)
        except (OSError, ValueError) as error:
            raise AgentError('agent-gone', f'the agent at {self._path} does not answer: {error or type(error).__name__}') from error
        if status == 204:
            return None
        try:
            answer = json.loads(text)
        except ValueError as error:
            raise AgentError('unexpected', f'the agent answered {method} {route} with something that is no JSON') from error
        if 200 <= status < 300:
            return answer
        found = answer.get('error') if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise AgentError('unexpected', f'the agent answered {method} {route} with status {status} and no error')
        raise AgentError(found.get('code', 'unexpected'), found.get('message', f'HTTP status {status}'), found.get('notes', ()))

    def _head(self, method: str, route: str, body: bytes | None) -> bytes:
        # To 1.0 an answer is one piece, and ends with its connection.
        lines = [f'{method} {route} HTTP/1.0', 'Host: heddle', 'Content-Type: application/json']
        if self._run:
            lines.append(f'Heddle-Run: {self._run}')
        if body is not None:
            lines.append(f'Content-Length: {len(body)}')
        return '\r\n'.join([*lines, '', '']).encode('ascii')

    def _exchange(self, request: bytes) -> tuple[int, bytes]:
        """Return status and body; raises OSError, and ValueError for an answer that is none or not whole."""
        # No time limit: how long a read may wait is the agent's business, and it always answers.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(self._path)
            connection.sendall(request)
            answer = b''.join(iter(functools.partial(connection.recv, _PIECE_BYTES), b''))
        head, blank, body = answer.partition(b'\r\n\r\n')
        found = _ANSWER.match(head)
        if found is None or not blank:
            raise ValueError('the connection was closed before the answer was there')
        length = _LENGTH.search(head)
        if length is not None and len(body) != int(length[1]):
            raise ValueError(f'the connection was closed after {len(body)} of {int(length[1])} bytes')
        return int(found[1]), body
