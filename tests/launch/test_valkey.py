"""The embedded Valkey keeps what was queued, even when it is killed."""

from pathlib import Path

import kombu
import psutil
import redis

from evalhub.launch import valkey
from evalhub.launch.paths import embedded_broker_url, valkey_socket
from evalhub.launch.supervisor import Supervisor


def test_a_queued_message_survives_a_kill(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(logs=tmp_path / "logs", say=said.append) as supervisor:
        supervisor.start(valkey.valkey_service(tmp_path))
        supervisor.wait_until(valkey.NAME, lambda: valkey.is_ready(tmp_path), seconds=10)
        with kombu.Connection(embedded_broker_url(tmp_path)) as connection, connection.SimpleQueue("bell") as queue:
            queue.put("ring")
        # Its log reaches the disk once a second.
        with redis.Redis(unix_socket_path=str(valkey_socket(tmp_path))) as client:
            client.execute_command("WAITAOF", 1, 0, 5000)
        pid = supervisor.pid_of(valkey.NAME)
        assert pid
        psutil.Process(pid).kill()
        supervisor.wait_until(valkey.NAME, lambda: bool(said) and valkey.is_ready(tmp_path), seconds=10, patient=True)
        with kombu.Connection(embedded_broker_url(tmp_path)) as connection, connection.SimpleQueue("bell") as queue:
            message = queue.get(timeout=5)
            assert message.payload == "ring"
    assert said == ["valkey ended with signal SIGKILL; starting it again in 0.5 s."]
