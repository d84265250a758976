"""How much memory a long list takes; ``gongdan bench`` measures a hundred thousand rows, which take half a minute."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

_STATUS = Path("/proc/self/status")
#: The peak that `getrusage` tells would be that of the tests, which a new process takes over from its parent.
_SCRIPT = f"""
import sys
from pathlib import Path
from gongdan.testing.bench_import import run
run(Path(sys.argv[1]), int(sys.argv[2]))
print(Path({str(_STATUS)!r}).read_text())
"""
#: The program itself takes about 110 MB; the rows of a batch, and the keys of all rows, come on top.
_MOST_MB = 190


@pytest.mark.skipif(not _STATUS.exists(), reason="only Linux tells the peak of one process")
def test_ten_thousand_rows_are_imported_in_little_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _SCRIPT, str(tmp_path / "home"), "10000"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found = re.search(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert found is not None
    assert int(found[1]) / 1024 < _MOST_MB
