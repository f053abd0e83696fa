# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each make target installs and runs."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import antsibull_nox
import nox

nox.options.default_venv_backend = "venv"

ROOT = Path(__file__).parent
RUNTIME = ("-r", "meta/ee-requirements.txt")
EMULATOR = ("-r", "tests/emulator/requirements.txt")
LINTERS = (
    "ruff>=0.9",
    "mypy>=1.14",
    "yamllint",
    "ansible-lint",
    "types-requests",
    "types-defusedxml",
    "types-PyYAML",
    "pytest",
    "nox",
    "rich",
    "antsibull-nox",
    "zizmor",
)

# What ansible-test's sanity tests would download to have a pip in their environments: the same from the package registry.
GET_PIP = """\
import runpy, sys
sys.path.insert(0, {wheel!r})
sys.argv[1:] = ["install", "pip=={version}", *(a for a in sys.argv[1:] if a not in ("--no-setuptools", "--no-wheel"))]
runpy.run_module("pip", run_name="__main__")
"""
PIP_OF_ANSIBLE_TEST = {"2.16": "23.1.2", "2.17": "23.1.2", "2.18": "24.2", "2.19": "24.2", "2.20": "25.2", "2.21": "25.2"}

# Each release of ansible-core that is supported, on a Python that it runs on.
CORES = (("3.10", "2.16"), ("3.10", "2.17"), ("3.11", "2.18"), ("3.11", "2.19"), ("3.12", "2.20"), ("3.13", "2.21"))
# The Python, requests and urllib3 of RHEL 9, Debian 12 and Ubuntu 24.04, and the newest; with an ansible-core that the Python can import.
LIBRARIES = (
    ("3.9", "2.15", "requests==2.25.1", "urllib3==1.26.5"),
    ("3.11", "2.19", "requests==2.28.1", "urllib3==1.26.12"),
    ("3.12", "2.20", "requests==2.31.0", "urllib3==2.0.7"),
    ("3.13", "2.21", "requests", "urllib3"),
)
# The oldest of the other libraries that meta/ee-requirements.txt allows; tested on the oldest Python.
OLDEST = ("phonenumbers==8.12.15", "defusedxml==0.6.0")

# A Python that is missing fails the run: what was not run is not shown as passed.
nox.options.error_on_missing_interpreters = True

# The checks that collections share: docs-check, license-check and extra-checks; antsibull-nox.toml sets them up.
antsibull_nox.load_antsibull_nox_toml()

Step = t.Callable[[], None]


@nox.session
def test(session: nox.Session) -> None:
    """All checks and tests, on the newest ansible-core that this Python can run."""
    session.install("ansible-core", *LINTERS, *RUNTIME, *EMULATOR, "-r", "tests/unit/requirements.txt")
    collection = copy_of_collection(session)
    ansible_test = AnsibleTest(session, collection)

    def run(*args: str) -> None:
        session.run(
            *args,
            env={
                "ANSIBLE_COLLECTIONS_PATH": str(collection.parents[2]),
                "MYPYPATH": str(collection.parents[2]),
                "MYPY_CACHE_DIR": str(collection.parents[3] / "mypy"),
            },
        )

    def types() -> None:
        run("mypy", str(collection / "plugins"))
        run("mypy", "noxfile.py", "docs/site/picture.py")
        for program in ("emulator", "benchmark", "mutation", "system"):
            with session.chdir(f"tests/{program}"):
                run("mypy", "--config-file", "../../pyproject.toml", ".")
        run("mypy", str(collection / "tests" / "unit"))

    def units() -> None:
        ansible_test("units", "--requirements", "--coverage", *ansible_test.python)
        ansible_test("coverage", "combine")
        with session.chdir(collection):
            data = "--data-file=tests/output/coverage/coverage"
            session.run("coverage", "report", data, "--include=*/plugins/*", "--omit=*/tests/*", "--show-missing", "--fail-under=100")

    def lint() -> None:
        with session.chdir(collection):
            run("ansible-lint", "--offline", "--strict", "--profile", "production")

    steps: dict[str, Step] = {
        "formatting": lambda: run("ruff", "format", "--check", "."),
        "ruff": lambda: run("ruff", "check", "."),
        "types": types,
        "yamllint": lambda: run("yamllint", "--strict", "."),
        "workflows": lambda: run("zizmor", "--offline", "--no-progress", ".github"),
        "ansible-lint": lint,
        "sanity": ansible_test.sanity,
        "units": units,
        "integration": ansible_test.integration,
        "system": lambda: run("pytest", "-q", "-p", "no:cacheprovider", "tests/system"),
    }
    take(session, "make test", steps)


@nox.session
@nox.parametrize(("python", "core"), CORES)
def matrix(session: nox.Session, core: str) -> None:
    """ansible-test's sanity, unit and integration tests on one release of ansible-core."""
    session.install("--quiet", f"ansible-core=={core}.*", *RUNTIME, *EMULATOR, "-r", "tests/unit/requirements.txt", silent=True)
    ansible_test = AnsibleTest(session, copy_of_collection(session))
    steps = {"sanity": ansible_test.sanity, "units": ansible_test.units, "integration": ansible_test.integration}
    take(session, f"ansible-core {core} on Python {session.python}", steps)


@nox.session
@nox.parametrize(("python", "core", "requests", "urllib3"), LIBRARIES)
def libraries(session: nox.Session, core: str, requests: str, urllib3: str) -> None:
    """The unit tests with the libraries that one distribution ships."""
    oldest = OLDEST if session.python == "3.9" else ()
    session.install("--quiet", f"ansible-core=={core}.*", requests, urllib3, *oldest, "pytest", "-r", "tests/unit/requirements.txt", silent=True)
    collection = copy_of_collection(session)
    with session.chdir(collection):
        session.run("pytest", "-q", "-p", "no:cacheprovider", "tests/unit", env={"PYTHONPATH": str(collection.parents[2])})


@nox.session(python="3.10")
def old_target(session: nox.Session) -> None:
    """The integration tests with the oldest Python as their target, under the oldest controller."""
    session.install("--quiet", "ansible-core==2.16.*", *EMULATOR, silent=True)
    target = fresh(session, "target")
    session.run("python3.9", "-m", "venv", str(target), external=True)
    libraries = ("requests==2.25.1", "urllib3==1.26.5", *OLDEST)
    session.run(str(target / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *libraries, external=True)
    session.env["PATH"] = os.pathsep.join([session.bin, str(target / "bin"), os.environ["PATH"]])
    AnsibleTest(session, copy_of_collection(session), python="3.9").integration()


@nox.session
def demo(session: nox.Session) -> None:
    """The demo playbook against the emulator, with the collection installed from its build; takes a version of ansible-core."""
    core = f"ansible-core=={session.posargs[0]}.*" if session.posargs else "ansible-core"
    session.install("--quiet", core, *RUNTIME, *EMULATOR, silent=True)
    run_demo(session)


@nox.session
def picture(session: nox.Session) -> None:
    """The picture at the top of the README, from the demo's real output."""
    session.install("--quiet", "ansible-core", "rich", *RUNTIME, *EMULATOR, silent=True)
    output = run_demo(session, silent=True, ANSIBLE_FORCE_COLOR="true", COLUMNS="80")
    command = [str(Path(session.bin) / "python"), "docs/site/picture.py", "make demo"]
    output = re.sub(r"\S*/(?=docs/examples/)", "", output)  # the folder that the demo was run in
    drawn = subprocess.run(command, input=output, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    (ROOT / "docs" / "demo.svg").write_text(drawn.stdout, encoding="utf-8")


def run_demo(session: nox.Session, *, silent: bool = False, **environment: str) -> str:
    """Run the demo with an installed build of the collection; what it printed, where it was to be silent."""
    place = fresh(session, "demo")
    collections = place / "collections"
    session.run("ansible-galaxy", "collection", "build", "--output-path", str(place), silent=True)
    (build,) = place.glob("*.tar.gz")
    session.run("ansible-galaxy", "collection", "install", str(build), "--offline", "-p", str(collections), silent=True, env={"HOME": str(place)})
    with emulator(session, "--stop", "+33612345678") as api_url:
        output = session.run(
            "ansible-playbook",
            str(collections / "ansible_collections/community/smspartner/docs/examples/demo.yml"),
            silent=silent,
            env={
                "HOME": str(place),
                "ANSIBLE_COLLECTIONS_PATH": str(collections),
                "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
                "ANSIBLE_LOCALHOST_WARNING": "false",
                "ANSIBLE_PYTHON_INTERPRETER": str(Path(session.bin) / "python"),
                "SMSPARTNER_API_KEY": "demo-key",
                "SMSPARTNER_API_URL": api_url,
                **environment,
            },
        )
    return str(output)


@nox.session
def galaxy(session: nox.Session) -> None:
    """Galaxy's checks of the build, those of the changelog, and what a builder of execution environments reads."""
    session.install("--quiet", "galaxy-importer", "setuptools<81", "antsibull-changelog", "ansible-builder", silent=True)
    collection = copy_of_collection(session)
    session.chdir(collection)
    session.run("antsibull-changelog", "lint")
    session.run("ansible-galaxy", "collection", "build", "--output-path", session.create_tmp(), "--force", silent=True)
    (build,) = Path(session.create_tmp()).glob("*.tar.gz")
    report = str(session.run("python", "-m", "galaxy_importer.main", str(build), silent=True))
    read = str(session.run("ansible-builder", "introspect", str(collection.parents[2]), silent=True))
    print(report, read, sep="\n")
    if re.search(r"^(WARNING|ERROR)|traceback", report, re.MULTILINE | re.IGNORECASE) or "completed successfully" not in report:
        session.error("Galaxy would complain")
    for library in (collection / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines():
        if not library.startswith("#") and library not in read:
            session.error(f"an execution environment would lack {library}")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as a site in build/html, without the network and without a warning."""
    session.install("--quiet", "-r", "docs/site/requirements.txt", silent=True)
    collections = copy_of_collection(session).parents[2]
    labels, pages, site = fresh(session, "labels") / "objects.inv", fresh(session, "pages"), ROOT / "build" / "html"
    session.run("sphobjinv", "convert", "zlib", "--quiet", "docs/site/ansible-labels.txt", str(labels))
    write = ("antsibull-docs", "collection", "--use-current", "--fail-on-error", "--squash-hierarchy", "--no-add-antsibull-docs-version")
    session.run(*write, "--dest-dir", str(pages), "community.smspartner", env={"ANSIBLE_COLLECTIONS_PATH": str(collections)})
    build = ("sphinx-build", "-q", "-n", "-W", "--keep-going", "-b", "html", "-c", "docs/site")
    session.run(*build, str(pages), str(site), env={"ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_LABELS": str(labels)})
    print(f"make docs: {site / 'index.html'}")


@nox.session
def mutants(session: nox.Session) -> None:
    """How many small changes of module_utils the unit tests notice."""
    session.install("--quiet", "ansible-core", "mutmut", "pytest", *RUNTIME, "-r", "tests/unit/requirements.txt", silent=True)
    place = copy_of_collection(session).parents[2]
    # Only the one beside the collection is to be read.
    (place / "ansible_collections/community/smspartner/pyproject.toml").unlink()
    shutil.copy2("tests/mutation/pyproject.toml", place)
    (place / "mutants").mkdir()
    with session.chdir(place):
        session.run("mutmut", "run", "--max-children", "2", env={"PYTHONPATH": str(place / "mutants")})
        session.run("python", str(ROOT / "tests" / "mutation"))


@nox.session
def bench(session: nox.Session) -> None:
    """Speed as ratios against rivals; takes the letters of the measurements to make."""
    session.install("--quiet", "ansible-core", *RUNTIME, *EMULATOR, silent=True)
    collections = copy_of_collection(session).parents[2]
    session.run("python", "tests/benchmark", *session.posargs, env={"ANSIBLE_COLLECTIONS_PATH": str(collections)})


class AnsibleTest:
    """Runs ansible-test in a copy of the collection, with a home of its own."""

    def __init__(self, session: nox.Session, collection: Path, python: str = "") -> None:
        self._session = session
        self._collection = collection
        self._home = {"HOME": str(ready_home(session))}
        self.python = ("--python", python or str(session.run("python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])", silent=True)).strip())

    def __call__(self, *args: str) -> None:
        with self._session.chdir(self._collection):
            self._session.run("ansible-test", *args, "--color", "no", env=self._home)

    def sanity(self) -> None:
        self("sanity", "--requirements", *self.python)

    def units(self) -> None:
        self("units", "--requirements", *self.python)

    def integration(self) -> None:
        with emulator(self._session) as api_url:
            config = self._collection / "tests" / "integration" / "integration_config.yml"
            config.write_text(f"smspartner_api_url: {api_url}\nsmspartner_api_key: demo-key\n")
            self("integration", "-v", *self.python)


def take(session: nox.Session, name: str, steps: dict[str, Step]) -> None:
    """Take all steps, and say at the end which passed; any that failed fails the session."""
    failed = [step for step in steps if not succeeds(session, step, steps[step])]
    passed = [step for step in steps if step not in failed]
    print(f"\n{name}: {'all is well' if not failed else 'FAILED: ' + ', '.join(failed)} ({', '.join(passed)} passed)")
    print(f"{len(passed)} passed, {len(failed)} failed")
    if failed:
        session.error("not all steps passed")


def succeeds(session: nox.Session, name: str, step: Step) -> bool:
    """Run a step under a heading; a failure is noted, so that the next ones are seen too."""
    print(f"\n=== {name} ===", flush=True)
    try:
        step()
    except nox.command.CommandFailed:
        session.warn(f"{name} failed")
        return False
    return True


def fresh(session: nox.Session, name: str) -> Path:
    """An empty folder of the session's own."""
    place = Path(session.create_tmp()).absolute() / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place


def copy_of_collection(session: nox.Session) -> Path:
    """The files that belong to the project, where ansible-test wants them: in a git tree below ansible_collections."""
    collection = fresh(session, "collections") / "ansible_collections" / "community" / "smspartner"
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (collection / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, collection / name)
    with session.chdir(collection):
        session.run("git", "init", "--quiet", external=True)
        session.run("git", "add", "--all", external=True)
    return collection


def ready_home(session: nox.Session) -> Path:
    """A home in which ansible-test finds the script that it would otherwise download."""
    home = fresh(session, "home")
    version = session.run("python", "-c", "from ansible.release import __version__; print(__version__)", silent=True)
    pip = PIP_OF_ANSIBLE_TEST[".".join(str(version).split(".")[:2])]
    session.run("python", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(home), f"pip=={pip}", silent=True)
    (wheel,) = home.glob("pip-*.whl")
    script = home / ".ansible" / "test" / "cache" / f"get_pip_{pip.replace('.', '_')}.py"
    script.parent.mkdir(parents=True)
    script.write_text(GET_PIP.format(wheel=str(wheel), version=pip))
    return home


@contextlib.contextmanager
def emulator(session: nox.Session, *args: str) -> t.Iterator[str]:
    """Run the emulator, and give its address."""
    command = [str(Path(session.bin) / "python"), str(ROOT / "tests" / "emulator"), *args]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().removeprefix("api_url=")
        finally:
            process.terminate()
