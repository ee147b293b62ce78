"""A run on its way: whole shards lie in OUT/.unfinished, and get their names in OUT when the last one is whole.

Whoever starts the same run again reads the inputs again, keeps each whole shard whose inputs are unchanged, and makes
the others.
"""

from __future__ import annotations

import json
import logging
import shutil
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core import schemas
from pipeline.core.errors import Refusal, StanceError
from pipeline.jobs import naming
from pipeline.jobs.held import held
from pipeline.jobs.outputs import sync_folder, table_file, telling, whole_file, write_line, write_text
from pipeline.jobs.whole_shard import WholeShard
from pipeline.profiles.columns import profile_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import IO

    from pipeline.core.codebook import Codebook
    from pipeline.core.config import OutputFormat
    from pipeline.jobs.batches import Batch
    from pipeline.jobs.outputs import TableWriter
    from pipeline.jobs.tally import Tally

log = logging.getLogger(__name__)

FOLDER = ".unfinished"
RUN = "run.json"
FORMAT = 1
"""Raise it when the meaning of a file in the folder changes; a folder of another format is started anew."""


@dataclass(slots=True)
class ShardFiles:
    """The open files of one shard."""

    sentences: TableWriter
    profiles: TableWriter
    refusals: Mapping[bool, _LazyLines]
    texts: Path
    codebook: Codebook

    def write(self, batch: Batch) -> None:
        self.sentences.write(batch.sentences)
        rows = [profile.as_row() for profile in batch.profiles]
        self.profiles.write(pa.Table.from_pylist(rows, schema=profile_schema(self.codebook)))
        columns = (batch.articles[name].to_pylist() for name in ("article", "text", "format"))
        for article, text, kind in zip(*columns, strict=True):
            if kind == "html":  # offsets speak of the page's text, which the user does not have as a file
                write_text(self.texts / f"{article}.txt", text)

    def refuse(self, refusals: Sequence[Refusal], is_read: bool) -> None:
        for refusal in refusals:
            write_line(self.refusals[is_read].file(), asdict(refusal))


@contextmanager
def run_folder(out: Path, format: OutputFormat) -> Iterator[RunFolder]:
    """The folder of results, held by this run alone. Raises: StanceError where it cannot be written or is held."""
    is_new = not out.exists()
    with telling(out):
        out.mkdir(parents=True, exist_ok=True)
    with held(out):
        folder = RunFolder(out, format)
        try:
            with telling(out):  # under the lock: a run that ends removes the folder
                folder.work.mkdir(exist_ok=True)
            yield folder
        except KeyboardInterrupt as stop:
            if folder.is_published:
                raise KeyboardInterrupt(f"interrupted; the results in {out} are whole") from stop
            done = f"interrupted with {folder.n_whole:,} articles whole"
            raise KeyboardInterrupt(f"{done}; the same command goes on from there") from stop
        except StanceError:
            if folder.n_whole and not folder.is_published:
                log.warning("%s: %d articles are whole; the same command goes on from there", out, folder.n_whole)
            raise
        finally:
            folder.tidy()
            if is_new:
                with suppress(OSError):
                    out.rmdir()  # if it is empty


@dataclass(slots=True)
class RunFolder:
    """Where shards are kept until all are whole. `n_whole`: articles in the shards kept or made so far."""

    out: Path
    format: OutputFormat
    n_whole: int = 0
    is_published: bool = False
    _settings: dict[str, str] = field(default_factory=dict)

    @property
    def work(self) -> Path:
        return self.out / FOLDER

    def begin(self, settings: Mapping[str, str]) -> None:
        """Takes up what an earlier run with the same settings has left; what another has left is dropped."""
        self._settings = {**settings, "output.format": self.format}
        with telling(self.work):
            earlier = _read_run(self.work / RUN)
            if earlier["settings"] == self._settings:
                naming.take_back(self.out, self.work, self.format, earlier["n_shards"])
            else:
                self._leave(earlier)
            for partial in self.work.glob("*.partial"):
                partial.unlink()
            self._write_run(n_shards=0)

    def kept(self, number: int) -> WholeShard | None:
        """The record of a shard that an earlier run has made."""
        shard = WholeShard.read(self._path(number, "json"))
        return shard if all(self._path(number, f"{kind}.{self.format}").is_file() for kind in naming.KINDS) else None

    def keep(self, shard: WholeShard) -> None:
        """Raises: InvalidInputError for a file of the shard that is no longer the one that was written."""
        shard.check(self.work)
        self._count(shard)

    def _count(self, shard: WholeShard) -> None:
        self.n_whole += shard.tally.n_articles

    def first(self, number: int) -> pa.Table | None:
        """The sentences of the run's first articles, as far as they lie in this shard."""
        import pyarrow.parquet as pq

        path = self._path(number, "first.parquet")
        return pq.read_table(path) if path.is_file() else None

    def sentences(self, number: int) -> Path:
        return self._path(number, f"{naming.SENTENCES}.{self.format}")

    def refusals(self, number: int) -> Iterator[Refusal]:
        for kind in naming.REFUSALS.values():
            path = self._path(number, kind)
            if path.is_file():
                with path.open(encoding="utf-8") as lines:
                    yield from (Refusal(**json.loads(line)) for line in lines)

    @contextmanager
    def shard(self, number: int, codebook: Codebook) -> Iterator[ShardFiles]:
        """Files of a new shard; they stand under their names when the block has ended without an error."""
        with telling(self.work):
            self._drop(number)
        kinds = (schemas.sentence_table(codebook), profile_schema(codebook))
        with ExitStack() as stack:
            tables = [
                stack.enter_context(table_file(self._path(number, f"{kind}.{self.format}"), schema, self.format))
                for kind, schema in zip(naming.KINDS, kinds, strict=True)
            ]
            refusals = {
                is_read: _LazyLines(self._path(number, kind), stack) for is_read, kind in naming.REFUSALS.items()
            }
            yield ShardFiles(tables[0], tables[1], refusals, self._path(number, naming.TEXTS), codebook)

    def finish(self, number: int, inputs_sha256: str, tally: Tally, first: pa.Table) -> None:
        """Writes the record, which makes the shard whole, over files that are on the disk."""
        import pyarrow.parquet as pq

        if len(first):
            with whole_file(self._path(number, "first.parquet")) as file:
                pq.write_table(first, file, compression="zstd")
        with telling(self.work):
            if (texts := self._path(number, naming.TEXTS)).is_dir():
                sync_folder(texts)
            sync_folder(self.work)
            files = [path for path in self.work.glob(f"{naming.stem(number)}.*") if path.is_file()]
            shard = WholeShard.of(inputs_sha256, tally, files)
        with whole_file(self._path(number, "json")) as file:
            write_line(file, shard.as_dict())
        with telling(self.work):
            sync_folder(self.work)
        self._count(shard)

    def publish(self, n_shards: int) -> tuple[Path, ...]:
        """Gives the results their names, in place of an earlier run's; returns the tables."""
        with telling(self.out):
            naming.gather_refusals(self.work, n_shards)
            self._write_run(n_shards=n_shards)
            sync_folder(self.work)
            paths = naming.move(self.out, self.work, self.format, n_shards)
            self.is_published = True
            shutil.rmtree(self.work)
        return paths

    def publish_refusals(self, n_shards: int) -> None:
        """Of a run that has done nothing, for a wrong path perhaps: what earlier ones have done stays as it is."""
        with telling(self.out):
            naming.gather_refusals(self.work, n_shards)
            naming.move_refusals(self.out, self.work)
            for number in range(1, n_shards + 1):
                self._drop(number)

    def tidy(self) -> None:
        """Leaves nothing behind where no shard is whole."""
        with suppress(OSError):
            if not any(naming.is_record(path.name) for path in self.work.iterdir()):
                shutil.rmtree(self.work)

    def _leave(self, earlier: Mapping[str, Any]) -> None:
        if earlier["n_shards"]:  # it was whole, and was stopped while its files got their names
            naming.move(self.out, self.work, earlier["settings"]["output.format"], earlier["n_shards"])
        elif earlier["settings"]:
            before, names = earlier["settings"], {*earlier["settings"], *self._settings}
            other = {name.removesuffix("_sha256") for name in names if before.get(name) != self._settings.get(name)}
            log.warning("%s: an unfinished run with another %s is dropped", self.out, ", ".join(sorted(other)))
        shutil.rmtree(self.work)
        self.work.mkdir()

    def _write_run(self, *, n_shards: int) -> None:
        with whole_file(self.work / RUN) as file:
            write_line(file, {"format": FORMAT, "settings": self._settings, "n_shards": n_shards})

    def _drop(self, number: int) -> None:
        for path in self.work.glob(f"{naming.stem(number)}.*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _path(self, number: int, kind: str) -> Path:
        return self.work / f"{naming.stem(number)}.{kind}"


class NoFiles:
    """In the place of `ShardFiles` where results are only shown."""

    def write(self, batch: Batch) -> None:
        pass

    def refuse(self, refusals: Sequence[Refusal], is_read: bool) -> None:
        pass


class NoFolder:
    """In the place of `RunFolder` where results are only shown."""

    def begin(self, settings: Mapping[str, str]) -> None:
        pass

    def kept(self, number: int) -> WholeShard | None:
        return None

    @contextmanager
    def shard(self, number: int, codebook: Codebook) -> Iterator[NoFiles]:
        yield NoFiles()

    def finish(self, number: int, inputs_sha256: str, tally: Tally, first: pa.Table) -> None:
        pass

    def publish(self, n_shards: int) -> tuple[Path, ...]:
        return ()

    def publish_refusals(self, n_shards: int) -> None:
        pass


class _LazyLines:
    """A file that is made when there is a first line for it."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path, self._stack = path, stack
        self._file: IO[bytes] | None = None

    def file(self) -> IO[bytes]:
        if self._file is None:
            self._file = self._stack.enter_context(whole_file(self._path))
        return self._file


def _read_run(path: Path) -> dict[str, Any]:
    """What run the folder is of; one of no run where there is none, or a damaged or an unknown one."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and found.get("format") == FORMAT:
            return found
    return {"settings": {}, "n_shards": 0}
