# Copyright: the Heddle project
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import socket
import tempfile
import threading
import unittest

from ansible_collections.heddle.heddle.plugins.plugin_utils.client import AgentError, Client

from .agent_server import AgentServer


class ClientTest(unittest.TestCase):
    def test_posts_json_with_the_run_and_returns_the_answer(self):
        with AgentServer(lambda *request: (200, {'value': 'Grüße {{ 1 }}'})) as agent:
            answer = Client(agent.path, 'f3a1').post('/v1/roles/app/await', {'input': 'a'})
        self.assertEqual(answer, {'value': 'Grüße {{ 1 }}'})
        self.assertEqual(agent.requests, [('POST', '/v1/roles/app/await', 'f3a1', {'input': 'a'})])

    def test_an_empty_answer_is_none(self):
        with AgentServer(lambda *request: (204, b'')) as agent:
            self.assertIsNone(Client(agent.path).post('/v1/roles/app/state', {}))

    def test_an_error_of_the_agent_keeps_its_code_and_says_its_notes(self):
        error = {'code': 'producer-failed', 'message': 'it failed', 'notes': ['cause: disk full'], 'next': ['repair it']}
        with AgentServer(lambda *request: (424, {'error': error})) as agent:
            with self.assertRaises(AgentError) as caught:
                Client(agent.path).get('/v1/roles/app')
        self.assertEqual(caught.exception.code, 'producer-failed')
        self.assertEqual(str(caught.exception), 'it failed; cause: disk full')

    def test_an_agent_that_is_gone_is_an_error_and_not_an_absence(self):
        with AgentServer(lambda *request: (None, None)) as agent:
            with self.assertRaises(AgentError) as caught:
                Client(agent.path).get('/v1/health')
        self.assertEqual(caught.exception.code, 'agent-gone')
        with self.assertRaises(AgentError) as caught:
            Client(agent.path).get('/v1/health')
        self.assertEqual(caught.exception.code, 'agent-gone')
        self.assertIn(agent.path, str(caught.exception))

    def test_an_answer_that_is_no_json_is_an_error(self):
        with AgentServer(lambda *request: (200, b'<html>')) as agent:
            with self.assertRaises(AgentError) as caught:
                Client(agent.path).get('/v1/health')
        self.assertEqual(caught.exception.code, 'unexpected')

    def test_a_refusal_without_an_error_in_it_is_an_error(self):
        for answer in ([], {'error': 'no'}, 'no'):
            with self.subTest(answer=answer), AgentServer(lambda *request, said=answer: (500, said)) as agent:
                with self.assertRaises(AgentError) as caught:
                    Client(agent.path).get('/v1/health')
                self.assertEqual(caught.exception.code, 'unexpected')

    def test_an_answer_that_breaks_off_is_an_error_and_no_value(self):
        for answer in (b'HTTP/1.1 200 OK\r\nContent-Le', b'HTTP/1.1 200 OK\r\ncontent-length: 11\r\nDate: x\r\n\r\n{"value":1', b'7', b''):
            with self.subTest(answer=answer), self.assertRaises(AgentError) as caught:
                self.ask_one_that_says(answer)
            self.assertEqual(caught.exception.code, 'agent-gone')

    def test_an_answer_may_come_in_pieces_and_without_its_length(self):
        value = {'value': 'x' * 300_000}
        answer = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n' + json.dumps(value).encode()
        self.assertEqual(self.ask_one_that_says(answer), value)

    def ask_one_that_says(self, answer):
        with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as server:
            path = os.path.join(directory, 'agent.sock')
            server.bind(path)
            server.listen()

            def serve():
                connection, _address = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)
            thread = threading.Thread(target=serve)
            thread.start()
            try:
                return Client(path).get('/v1/roles/app')
            finally:
                thread.join()
