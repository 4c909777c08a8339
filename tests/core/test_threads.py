"""A WSGI application under ASGI: whole answers in one step, long ones piece by piece, failures as failures."""

import asyncio
import threading

import pytest

from hotline.threads import WHOLE_BYTES, Threads

SCOPE = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [], "http_version": "1.1"}


class Answer:
    """What a Django view gives back, as the server sees it."""

    def __init__(self, parts, *, streaming):
        self.parts, self.streaming, self.closed = parts, streaming, []

    def __iter__(self):
        return iter(self.parts)

    def close(self):
        self.closed.append(threading.current_thread().name)


def ask(application, sent=None):
    """Every message of one request's answer, in order."""
    sent = [] if sent is None else sent

    async def receive():
        return {"type": "http.request", "body": b"what", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(Threads(application, 1)(dict(SCOPE), receive, send))
    return sent


def application(answer, *headers):
    def run(environ, start_response):
        assert environ["wsgi.input"].read() == b"what"
        start_response("200 OK", [("Content-Type", "text/plain"), *headers])
        return answer

    return run


def test_a_whole_answer_takes_two_messages_and_is_closed_in_its_thread():
    answer = Answer([b"one ", b"two"], streaming=False)
    head, body = ask(application(answer, ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d")))
    assert (head["status"], head["headers"]) == (
        200,
        [(b"content-type", b"text/plain"), (b"set-cookie", b"a=b"), (b"set-cookie", b"c=d")],
    )
    assert body["body"] == b"one two" and not body.get("more_body")
    assert len(answer.closed) == 1 and answer.closed[0].startswith("WSGI")


def test_a_short_file_is_sent_whole():
    assert len(ask(application(Answer([b"a", b"b"], streaming=True), ("Content-Length", "2")))) == 2


@pytest.mark.parametrize("headers", [[], [("Content-Length", str(WHOLE_BYTES + 1))]])
def test_a_long_answer_is_sent_as_it_is_made(headers):
    sent, seen = [], []

    def parts():
        for part in (b"one", b"two"):
            seen.append(len(sent))
            yield part

    answer = Answer(parts(), streaming=True)
    ask(application(answer, *headers), sent)
    assert seen == [1, 2]  # each piece had gone before the next was made
    assert [message.get("body") for message in sent[1:]] == [b"one", b"two", b""]
    assert len(answer.closed) == 1


def test_a_failure_reaches_the_server_and_the_answer_is_closed():
    def parts():
        yield b"one"
        raise RuntimeError("in the middle")

    answer = Answer(parts(), streaming=True)
    with pytest.raises(RuntimeError, match="in the middle"):
        ask(application(answer))
    assert len(answer.closed) == 1
