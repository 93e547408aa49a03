"""Compiles rules and loops to machine code; the only file that imports numba.

numba renews a cached function only when the function's *own* file changes. A rule that is inlined into a loop of
another file would go stale there, silently. The cache therefore stands in a folder named by a digest of every source
of ``models/`` and ``simulation/``, of numba's version and of the processor: an edited rule means a new folder.

``error_model="numpy"`` (a division by zero gives an infinity, not an exception) keeps loops free of branches, and no
``fastmath`` is allowed anywhere: it would let the compiler reorder sums, and results would differ between machines.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import struct
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

_ROOT = Path(__file__).resolve().parent.parent
_FLOORS_WITH_COMPILED_CODE = ("models", "simulation")


def source_digest() -> str:
    """Return the digest that names the cache: sources of the compiled floors, numba's version, the processor."""
    digest = _digest_of_sources()
    digest.update(version("numba").encode())
    digest.update(_processor().encode())
    return digest.hexdigest()[:20]


def model_digest() -> str:
    """Return the SHA-256 of all sources of ``models/`` and ``simulation/``, which say what a run gives."""
    return _digest_of_sources().hexdigest()


def _digest_of_sources() -> hashlib._Hash:
    digest = hashlib.sha256()
    for floor in _FLOORS_WITH_COMPILED_CODE:
        for source in sorted((_ROOT / floor).rglob("*.py")):
            digest.update(source.relative_to(_ROOT).as_posix().encode())
            digest.update(source.read_bytes())
    return digest


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine() + platform.processor()
    named = [line for line in lines if line.startswith(("model name", "flags", "Features"))]
    return platform.machine() + "".join(sorted(set(named)))


def cache_folder() -> Path:
    """Return a folder of the user's own that can be written: in their cache, else in the temporary folder."""
    chosen = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    for parent in (Path(chosen), Path(tempfile.gettempdir()) / f"strategic-compliance-{getpass.getuser()}"):
        folder = parent / "strategic-compliance" / source_digest()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if os.access(folder, os.W_OK) and _is_own(parent):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="strategic-compliance-"))


def _is_own(folder: Path) -> bool:
    """Tell whether the folder belongs to this user: compiled code of somebody else's must not be loaded."""
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()


os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())

import numba  # noqa: E402  (the cache folder must be set before)
from llvmlite import binding, ir  # noqa: E402
from numba.core import types  # noqa: E402
from numba.extending import intrinsic, overload  # noqa: E402

# Rules are long chains of operations that wait for each other. Four vectors a turn of the loop, side by side, keep the
# processor busy: a sixth of the time of an episode less. LLVM ends the process if an option is given twice.
_INTERLEAVED = "_STRATEGIC_COMPLIANCE_INTERLEAVED"
if not hasattr(numba, _INTERLEAVED):
    binding.set_option("strategic-compliance", "--force-vector-interleave=4")
    setattr(numba, _INTERLEAVED, True)


def processor_target() -> dict[str, str]:
    """Return the processor that code is compiled for, as the compiler names it, and its features in words."""
    features = binding.get_host_cpu_features()
    present = sorted(name for name, has_it in features.items() if has_it)
    return {"name": binding.get_host_cpu_name(), "features": " ".join(present)}


def compiled(function: F) -> F:
    """Compile a scalar rule; it is inlined into every loop that calls it."""
    return cast("F", numba.njit(cache=True, error_model="numpy", forceinline=True)(function))


def compiled_loop(function: F) -> F:
    """Compile a loop over agents, cells or states; it releases the interpreter's lock.

    Also for a rule that is called at so many places that inlining it at each would take minutes to compile.
    """
    return cast("F", numba.njit(cache=True, error_model="numpy", nogil=True)(function))


def compiled_briefly(function: F) -> F:
    """Compile a loop of microseconds; it keeps the interpreter's lock, since getting it back would take far longer."""
    return cast("F", numba.njit(cache=True, error_model="numpy")(function))


def was_compiled(function: Callable[..., Any]) -> bool:
    """Tell whether a loop was compiled before on this machine: if not, its first call may take a minute or two."""
    kept = getattr(getattr(function, "_cache", None), "_cache_file", None)
    index = getattr(kept, "_index_path", None)
    return index is None or Path(index).exists()


def float_from_bits(bits: int) -> float:
    """Return the double whose IEEE 754 pattern is `bits` (a signed 64-bit integer)."""
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])


def bits_from_float(value: float) -> int:
    """Return the IEEE 754 pattern of a double as a signed 64-bit integer."""
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


@intrinsic
def _bitcast_to_float(_typing: Any, bits: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic
def _bitcast_to_integer(_typing: Any, value: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@overload(float_from_bits, inline="always", strict=False)
def _compiled_float_from_bits(bits: Any) -> Any:
    return lambda bits: _bitcast_to_float(bits)  # type: ignore[call-arg]


@overload(bits_from_float, inline="always", strict=False)
def _compiled_bits_from_float(value: Any) -> Any:
    return lambda value: _bitcast_to_integer(value)  # type: ignore[call-arg]
