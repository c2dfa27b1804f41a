"""The files of ``deploy/`` agree with the settings, with each other, and with their own words."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

BASE = Path(settings.BASE_DIR)
DEPLOY = BASE / "deploy"
SCRIPTS = sorted(DEPLOY.glob("*.sh"))
UNITS = sorted((DEPLOY / "systemd").iterdir())
INSTANCES = ("1", "2")
# The settings, as they are read.
KNOWN = set(
    re.findall(
        r"(?:env\.\w+|required)\(\s*\"([A-Z_]+)\"", (BASE / "coordination" / "settings.py").read_text()
    )
)
REQUIRED = set(re.findall(r"required\(\"([A-Z_]+)\"", (BASE / "coordination" / "settings.py").read_text()))
# What the scripts ask for beside them; each says so in its own head, or in upgrade.md.
OF_SCRIPTS = {"BACKUPS", "KEEP", "KEEP_SESSIONS", "LIEN_TINH_HOME", "LOCK_SECONDS", "PYTHON", "RUN_AS"}


def example() -> dict[str, str]:
    """The settings of the example, by name."""
    lines = (DEPLOY / "env.example").read_text().splitlines()
    pairs = [line.partition("=")[::2] for line in lines if line and not line.startswith("#")]
    assert all(value[0] == value[-1] == "'" for _name, value in pairs), "quoted, for all three readers"
    return {name: value.strip("'") for name, value in pairs}


def values(unit: str, name: str) -> list[str]:
    """What a unit says of something."""
    lines = (DEPLOY / "systemd" / unit).read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def compose() -> dict[str, Any]:
    """The compose file, as it is read: anchors and merges resolved."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def test_every_setting_of_the_example_is_read_and_every_required_one_stands_in_it():
    assert set(example()) - KNOWN == set()
    assert (REQUIRED | {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "ALLOWED_HOSTS", "TRIAL"}) - set(
        example()
    ) == set()
    assert example()["TRIAL"] == "0"


def test_the_example_has_no_secret_that_somebody_might_keep():
    secrets = REQUIRED - {"BASE_URL"} | {"METRICS_TOKEN", "VAPID_PRIVATE_KEY"}
    assert {name: value for name, value in example().items() if name in secrets and value} == {}


def test_every_variable_of_the_readme_is_read():
    rows = re.findall(r"^\| (`.*?`) \|", (BASE / "README.md").read_text(), re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert names
    assert names - KNOWN == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_stops_at_the_first_error_and_asks_for_nothing_unknown(script):
    text = script.read_text()
    assert "\nset -euo pipefail\n" in text
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(script)], check=False, capture_output=True).returncode == 0
    asked = set(re.findall(r"\$\{([A-Z_]+)[:?}-]", text)) | set(re.findall(r"\$([A-Z_]+)\b", text))
    of_postgresql = {name for name in asked if name.startswith("PG")}
    assert asked - KNOWN - OF_SCRIPTS - of_postgresql == set()


@pytest.mark.parametrize("unit", [path.name for path in UNITS if path.suffix == ".service"])
def test_what_a_unit_starts_is_there(unit):
    for command in (*values(unit, "ExecStart"), *values(unit, "ExecStartPost")):
        inside = [word.removeprefix("/opt/lien-tinh/current/") for word in shlex.split(command)]
        named = [word for word in inside if word.endswith((".py", ".sh"))]
        assert [word for word in named if not (BASE / word).exists()] == []
        assert any(word == ".venv/bin/python" or word.endswith(".sh") for word in inside)
    assert values(unit, "EnvironmentFile") == ["/etc/lien-tinh/env"]
    assert values(unit, "WorkingDirectory") == ["/opt/lien-tinh/current"]
    assert values(unit, "User") == ["lien-tinh"]


def test_every_timer_has_its_service():
    names = {path.name for path in UNITS}
    timers = [name for name in names if name.endswith(".timer")]
    assert timers
    assert {name.replace(".timer", ".service") for name in timers} <= names


def test_a_worker_has_longer_to_end_than_a_task_may_take():
    limit = re.search(r"TIME_LIMIT_SECONDS = (\d+) \* 60", (BASE / "coordination/celery.py").read_text())
    assert limit is not None
    seconds = int(limit[1]) * 60
    assert int(values("lien-tinh-worker@.service", "TimeoutStopSec")[0]) > seconds
    assert int(compose()["services"]["worker"]["stop_grace_period"].removesuffix("s")) > seconds
    grace = re.search(r"--timeout-graceful-shutdown (\d+)", values("lien-tinh-web@.service", "ExecStart")[0])
    assert grace is not None
    assert int(values("lien-tinh-web@.service", "TimeoutStopSec")[0]) > int(grace[1])


def test_the_containers_run_what_the_units_run():
    services = compose()["services"]
    assert set(services) == {
        *("postgres", "redis", "manage", "migrate", "web1", "web2", "worker", "beat", "nginx")
    }
    [said] = values("lien-tinh-web@.service", "ExecStart")
    for instance in INSTANCES:
        door = f"--uds /run/lien-tinh/web-{instance}.sock"
        assert (
            shlex.split(of_container(said).replace("--fd 3", door)) == services[f"web{instance}"]["command"]
        )
        answers = services[f"web{instance}"]["healthcheck"]["test"]
        assert answers[1:4] == [
            ".venv/bin/python",
            "deploy/answers.py",
            f"/run/lien-tinh/web-{instance}.sock",
        ]
    [said] = values("lien-tinh-worker@.service", "ExecStart")
    # A container has a host name of its own.
    assert (
        shlex.split(of_container(said).replace("--hostname worker-%i@%H ", ""))
        == services["worker"]["command"]
    )
    [said] = values("lien-tinh-beat.service", "ExecStart")
    assert shlex.split(of_container(said)) == services["beat"]["command"]
    for name in ("web1", "web2", "worker", "beat"):
        assert services[name]["env_file"] == "env"
        assert services[name]["image"] == "lien-tinh"


def of_container(command: str) -> str:
    """A unit's command from the folder in which a container stands."""
    return command.replace("/opt/lien-tinh/current/", "")


def test_nginx_knocks_at_the_doors_that_are_opened():
    text = (DEPLOY / "nginx.conf").read_text()
    [door] = values("lien-tinh-web@.socket", "ListenStream")
    doors = [door.replace("%i", instance) for instance in INSTANCES]
    assert re.findall(r"server unix:(\S+);", text) == doors
    assert re.findall(r"proxy_pass http://unix:(\S+):/metrics;", text) == doors
    # Sent again is what was never sent; nobody says what a client says of itself.
    proxy = (DEPLOY / "nginx-proxy.conf").read_text()
    assert "proxy_next_upstream error timeout;" in proxy
    assert "X-Forwarded-For $remote_addr;" in proxy
    assert text.count("proxy_pass") == text.count("include /etc/nginx/lien-tinh-proxy.conf;")


def test_nginx_lets_a_form_with_files_through_and_waits_longer_than_a_socket_is_silent():
    text = (DEPLOY / "nginx.conf").read_text()
    [body] = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(body) * 1024 * 1024 > 4 * settings.ATTACHMENT_MAX_BYTES
    ping = re.search(r"--ws-ping-interval (\d+)", values("lien-tinh-web@.service", "ExecStart")[0])
    assert ping is not None
    [waits] = re.findall(r"location /ws/ \{.*?proxy_read_timeout (\d+)s;", text, re.DOTALL)
    assert int(waits) > 3 * int(ping[1])
    [waits] = re.findall(r"location / \{.*?proxy_read_timeout (\d+)s;", text, re.DOTALL)
    assert int(waits) > settings.DATABASE_STATEMENT_TIMEOUT + settings.DATABASE_LOCK_TIMEOUT


def test_no_line_of_nginx_shows_a_link():
    text = (DEPLOY / "nginx.conf").read_text()
    [pattern] = re.findall(r'"~\^(.*?)"\s+"\$selector', text)
    found = re.match(pattern.replace("(?<", "(?P<"), "/d/abcdefgh/a-secret-of-32-characters?x=1")
    assert found is not None
    assert found["selector"] == "/d/abcdefgh"
    [format_] = re.findall(r"log_format masked (.*?);", text, re.DOTALL)
    assert "$masked_uri" in format_
    assert not re.search(r"\$(request|request_uri|http_referer)\b", format_)
