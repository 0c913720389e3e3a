"""docker-compose.yml, Dockerfile and odoo.conf keep their promises to each other."""

import configparser
import os
import re
import shutil
import subprocess

import pytest
import yaml
from cryptography.fernet import Fernet

from tests.without_odoo import REPOSITORY

ODOO_SERVICES = ("setup", "odoo", "jobs")
PEERS = ("cmms", "line")
SECRET_NAMES = re.compile(r"password|secret|token|keys?$", re.IGNORECASE)


@pytest.fixture(scope="module")
def text():
    return (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services(text):
    return yaml.safe_load(text)["services"]


@pytest.fixture(scope="module")
def configuration():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(REPOSITORY / "odoo.conf", encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def dockerfile():
    return (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")


def environment_of(service):
    """A service's variables; those passed through have None as value."""
    given = service.get("environment", {})
    if isinstance(given, list):
        return dict.fromkeys(given)
    return given


# ------------------------------------------------------------------ compose file


def test_production_is_a_database_a_setup_a_server_and_a_process_for_jobs(services):
    always = {name for name, service in services.items() if "profiles" not in service}

    assert always == {"db", *ODOO_SERVICES}


@pytest.mark.parametrize("name", PEERS)
def test_pretend_partners_come_with_the_profile_demo_only(services, name):
    assert services[name]["profiles"] == ["demo"]


def test_every_lasting_service_restarts_and_says_whether_it_is_healthy(services):
    lasting = {name: service for name, service in services.items() if name != "setup"}

    for name, service in lasting.items():
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0] == "CMD", name


def test_health_is_asked_where_each_service_can_tell_it(services):
    asked = {
        name: service["healthcheck"]["test"]
        for name, service in services.items()
        if name != "setup"
    }

    assert asked["db"][1] == "pg_isready"
    assert asked["odoo"][-1].endswith("/mfg/v1/health")
    assert asked["jobs"][-1].endswith("/mfg/v1/health")


def test_only_the_jobs_process_loads_the_runner(services, configuration):
    modules = configuration["options"]["server_wide_modules"].split(",")

    assert "queue_job" not in modules
    assert "--load=base,web,queue_job" in services["jobs"]["command"]
    assert services["odoo"]["command"] == ["odoo"]


def test_odoo_waits_for_the_database_and_for_the_installation(services):
    for name in ("odoo", "jobs"):
        assert services[name]["depends_on"] == {
            "db": {"condition": "service_healthy"},
            "setup": {"condition": "service_completed_successfully"},
        }


def test_setup_installs_every_addon_and_ends(services):
    command = services["setup"]["command"]
    named = next(word for word in command if word.startswith("--init="))
    addons = {path.parent.name for path in REPOSITORY.glob("addons/*/__manifest__.py")}

    # Core comes with those that need it, and what joins two with both; the last is for
    # servers of many databases.
    assert set(named.removeprefix("--init=").split(",")) == addons - {
        "mfg_integration_core",
        "mfg_integration_edge_mes",
        "mfg_integration_no_database",
    }
    assert "--stop-after-init" in command
    assert services["setup"]["restart"] == "no"


def test_secrets_come_from_the_environment_and_are_asked_for(services):
    for name, service in services.items():
        for variable, value in environment_of(service).items():
            if SECRET_NAMES.search(variable) and value is not None:
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value), (name, variable)


def test_no_secret_is_written_into_a_command(services):
    for name, service in services.items():
        for option in re.findall(
            r"--(?:token|secret|webhook-secret|api-key)=(\S+)",
            " ".join(service.get("command", [])),
        ):
            assert option.startswith('"$${'), name


def test_images_name_no_host_and_have_a_fixed_version(services, dockerfile):
    images = [service["image"] for service in services.values()]
    images += re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)

    for image in images:
        assert re.fullmatch(r"[a-z-]+:[0-9.]+", image), image


def test_nothing_but_the_loopback_interface_is_opened(services):
    ports = [port for service in services.values() for port in service.get("ports", ())]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_must_survive_is_on_a_volume(text, services):
    declared = set(yaml.safe_load(text)["volumes"])
    used = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", ())
    }

    assert used == declared
    assert "odoo-data:/var/lib/odoo" in services["odoo"]["volumes"]
    assert "odoo-data:/var/lib/odoo" in services["jobs"]["volumes"]


@pytest.mark.skipif(
    not shutil.which("docker-compose"), reason="docker-compose is not installed"
)
def test_docker_compose_accepts_the_file(tmp_path):
    finished = docker_compose_config(
        tmp_path,
        POSTGRES_PASSWORD="a $trange one",
        MFG_INTEGRATION_KEYS=Fernet.generate_key().decode(),
    )

    assert finished.returncode == 0, finished.stderr


@pytest.mark.skipif(
    not shutil.which("docker-compose"), reason="docker-compose is not installed"
)
def test_docker_compose_asks_for_a_missing_secret(tmp_path):
    finished = docker_compose_config(tmp_path, POSTGRES_PASSWORD="one")

    assert finished.returncode != 0
    assert "set at least one Fernet key" in finished.stderr


def docker_compose_config(folder, **variables):
    """``docker-compose config`` with those variables and no others of ours."""
    return subprocess.run(
        ["docker-compose", "--file", str(REPOSITORY / "docker-compose.yml"), "config"],
        # Away from the repository, where an .env file could lie.
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# ------------------------------------------------------------------- odoo.conf


def test_the_doors_know_their_one_database(configuration):
    options = configuration["options"]

    assert options["db_name"] == "plant"
    # With it, Odoo lists the databases for each of their calls.
    assert "dbfilter" not in options
    assert options["list_db"] == "False"


def test_the_server_has_workers_and_leaves_crons_to_the_jobs_process(configuration):
    options = configuration["options"]

    assert int(options["workers"]) > 0
    assert options["max_cron_threads"] == "0"
    assert options["proxy_mode"] == "True"


def test_the_suites_channel_has_a_limit(configuration):
    channels = configuration["queue_job"]["channels"].split(",")

    assert any(channel.startswith("root.mfg:") for channel in channels)


def test_configuration_holds_no_secret(configuration):
    options = {
        name: value
        for section in configuration.sections()
        for name, value in configuration[section].items()
        if SECRET_NAMES.search(name) or name == "admin_passwd"
    }

    assert options == {}


def test_paths_are_those_of_the_image(configuration, dockerfile):
    options = configuration["options"]

    assert f"COPY --chown=odoo addons {options['addons_path']}" in dockerfile
    assert "COPY --chown=odoo odoo.conf /etc/odoo/odoo.conf" in dockerfile


def test_what_the_image_copies_is_let_through_to_it(dockerfile):
    allowed = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = re.findall(r"^COPY (?:--\S+ )?(\S+) ", dockerfile, re.MULTILINE)

    assert copied
    for name in copied:
        assert any(line.startswith(f"!{name}") for line in allowed), name
        assert (REPOSITORY / name).exists(), name
