"""A carrier that does not answer is left alone for half a minute, then asked once."""

import pytest
import requests

from telephony.twilio.circuit import FAILURES, REST_SECONDS, Circuit, CircuitOpen


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Answer:
    def __init__(self, status_code=200):
        self.status_code = status_code


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def circuit(clock):
    return Circuit(clock=clock)


def fails(kind=requests.ReadTimeout):
    def request():
        raise kind

    return request


def never():
    raise AssertionError("the carrier was asked while the circuit was open")


def broken(circuit, times=FAILURES, kind=requests.ReadTimeout):
    for _ in range(times):
        with pytest.raises(kind):
            circuit.call(fails(kind))
    return circuit


@pytest.mark.parametrize("kind", [requests.ReadTimeout, requests.ConnectTimeout, requests.ConnectionError])
def test_five_failures_in_a_row_open_it_and_nobody_is_asked_any_more(circuit, kind):
    broken(circuit, FAILURES - 1, kind)
    assert circuit.closed
    broken(circuit, 1, kind)
    assert not circuit.closed
    with pytest.raises(CircuitOpen):
        circuit.call(never)


def test_an_answer_in_between_begins_the_count_anew(circuit):
    broken(circuit, FAILURES - 1)
    circuit.call(Answer)
    broken(circuit, FAILURES - 1)
    assert circuit.closed


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_an_answer_of_any_kind_is_a_sign_of_life(circuit, status):
    for _ in range(20):
        assert circuit.call(lambda: Answer(status)).status_code == status
    assert circuit.closed


def test_refused_credentials_open_it_at_once_because_asking_again_would_be_a_loop(circuit):
    assert circuit.call(lambda: Answer(401)).status_code == 401
    assert not circuit.closed
    with pytest.raises(CircuitOpen) as opened:
        circuit.call(never)
    assert opened.value.why == "401"


def test_after_the_rest_one_request_is_let_through_and_its_answer_closes_it(circuit, clock):
    broken(circuit)
    clock.now = REST_SECONDS - 0.1
    assert not circuit.half_open
    clock.now = REST_SECONDS
    assert circuit.half_open
    seen = []

    def slow():
        with pytest.raises(CircuitOpen):  # a second one meanwhile
            circuit.call(never)
        seen.append(1)
        return Answer()

    circuit.call(slow)
    assert seen and circuit.closed
    circuit.call(Answer)


def test_a_failure_of_that_one_opens_it_for_another_rest(circuit, clock):
    broken(circuit)
    clock.now = REST_SECONDS
    broken(circuit, 1)
    with pytest.raises(CircuitOpen):
        circuit.call(never)
    clock.now = 2 * REST_SECONDS
    circuit.call(Answer)
    assert circuit.closed
