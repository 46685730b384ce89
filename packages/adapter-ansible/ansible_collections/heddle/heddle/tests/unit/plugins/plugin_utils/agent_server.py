# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

"""A small server on a Unix socket that answers as a test tells it to."""
import http.server
import json
import os
import socketserver
import tempfile
import threading


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self._answer()

    def do_POST(self):
        self._answer()

    def _answer(self):
        length = int(self.headers.get('Content-Length') or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.requests.append((self.command, self.path, self.headers.get('Heddle-Run'), body))
        status, answer = self.server.answer(self.command, self.path, body)
        if status is None:
            return
        text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        if status != 204:
            self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        if status != 204:
            self.wfile.write(text)

    def address_string(self):
        return 'agent'

    def log_message(self, format, *args):
        pass


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class AgentServer:
    """Use it as a context: `answer(method, path, body)` gives a status and a body; a status of None closes the connection."""

    def __init__(self, answer):
        self._directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self._directory.name, 'agent.sock')
        self._server = _Server(self.path, _Handler)
        self._server.answer = answer
        self._server.requests = self.requests = []
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={'poll_interval': 0.01})

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._directory.cleanup()
