"""The configuration's schema: every default is stated here, once."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from pipeline.core.fingerprints import sha256_json
from pipeline.core.read_paths import change_paths

Share = Annotated[float, Field(ge=0, le=1)]
OutputFormat = Literal["jsonl", "csv", "parquet"]


class Section(BaseModel):
    """A part of the configuration; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(BaseModel):
    """A replaceable part: `kind` names it in the registry, its own `Options` say which further keys it takes."""

    model_config = ConfigDict(extra="allow", frozen=True)
    category: ClassVar[str]
    kind: str

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Cleaner(Part):
    category = "cleaner"
    kind: str = "rules.v1"


class Segmenter(Part):
    category = "segmenter"
    kind: str = "sentencex.v1"


class Attributor(Part):
    category = "attributor"
    kind: str = "quotes.v1"


class Trainer(Part):
    category = "trainer"
    kind: str = "frozen.v1"


class Public(Part):
    """A public labelled set that lies on the user's disk: `kind` is its format, `path` its file or folder."""

    category = "public_set"
    path: str = Field(min_length=1)


class Read(Section):
    """Limits of one input; what is over them is refused with the reason.

    `max_file_mb` is for documents and standard input; tables are read row by row, and a row has `max_article_mb`.
    """

    max_file_mb: float = Field(default=50, gt=0)
    max_article_mb: float = Field(default=5, gt=0)
    max_line_chars: int = Field(default=200_000, gt=0)
    max_columns: int = Field(default=1_000, gt=0)
    max_sentence_chars: int = Field(default=100_000, gt=0)
    max_sentences: int = Field(default=50_000, gt=0)
    max_row_group_mb: float = Field(default=2_000, gt=0)
    text_column: str = "text"
    id_column: str = "id"


class Label(Section):
    """`abstain`: a label whose calibrated probability is under it goes to a person.

    `shard_articles`: a result file has no more; a run that was cut off goes on from the last whole one.
    """

    model: str = "default"
    abstain: Share = 0.0
    batch_articles: int = Field(default=8, ge=1)
    threads: int | None = Field(default=None, ge=1)
    engine: str = "local"
    shard_articles: int = Field(default=2_000, ge=1)


class Profile(Section):
    """Which sentences count, and how intervals are made."""

    voices: tuple[str, ...] = Field(default=("author",), min_length=1)
    level: float = Field(default=0.95, gt=0.5, lt=1)
    resamples: int = Field(default=1_000, ge=100)
    is_corrected: bool = True
    min_sentences: int = Field(default=10, ge=1)


class Compare(Section):
    """`alpha`: rate of false verdicts across all pairs of a comparison, after Holm's correction.

    `over`: the periods of a series, of each group of `by` or of all articles together.
    """

    by: str | None = None
    over: Literal["year", "quarter", "month"] | None = None
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    permutations: int = Field(default=2_000, ge=100)


class Evaluate(Section):
    """`split`: the part of the gold set that is scored, where the set has splits; None scores all of it.

    `baseline_sets`: what the trained baselines learn from. None takes the shipped op-eds where they are labelled by the
    model's codebook, else the gold set itself, out of fold.
    """

    split: str | None = "test"
    level: float = Field(default=0.95, gt=0.5, lt=1)
    resamples: int = Field(default=1_000, ge=100)
    has_baselines: bool = True
    baseline_sets: tuple[str, ...] | None = None
    n_errors_shown: int = Field(default=20, ge=0)


class Train(Section):
    """`sets`: names of shipped sets, or folders. Articles are never split between folds.

    `silver`: results of `stance label` as Parquet, whose probabilities are learned from beside: they teach what
    another, larger model knows, and are in no held-out fold; `silver_tasks`, None for all, are those that it knows
    better. `public`: labelled sets of others, learned from in the same way; `pipeline/training/public/mapping.yaml`
    says what their labels are read as, and what they do not know is left open. `holds_out` keeps the model of the
    first fold itself: a teacher must not have seen the articles on which its pupil is judged. `judged_on`, None for
    all of `sets`, are those whose held-out articles calibrate the model and give its error and figures: the ones most
    like a user's.
    """

    sets: tuple[str, ...] = Field(default=("opeds",), min_length=1)
    silver: tuple[str, ...] = ()
    silver_tasks: tuple[str, ...] | None = None
    public: tuple[Public, ...] = ()
    trainer: Trainer = Trainer()
    folds: int = Field(default=5, ge=2)
    holds_out: bool = False
    judged_on: tuple[str, ...] | None = Field(default=None, min_length=1)
    is_parallel: bool = False  # fits the folds in a second process, beside the fit on everything
    model_name: str = Field(default="stance", pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")

    @field_validator("judged_on")
    @classmethod
    def _are_learned_from(cls, judged_on: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        if unknown := next((name for name in judged_on or () if name not in info.data.get("sets", ())), None):
            raise ValueError(f"{unknown!r} is not among train.sets")
        return judged_on


class Adapt(Section):
    """Further masked language modelling of an encoder on the user's own unlabelled texts, before it is trained.

    `encoder`: a name or folder as in `train.trainer.encoder`; None takes that one, and `minilm` where there is none.
    `rate` is the encoder's peak learning rate; a language-model head that the encoder comes without is fitted first,
    alone. `mask_share` of the tokens are predicted. A random sample of `max_tokens` is taken of more texts; each epoch
    reads it once. `threads` None leaves the choice to torch.
    Units: window in tokens without the special ones.
    """

    encoder: str | None = Field(default=None, min_length=1)
    epochs: int = Field(default=3, ge=1)
    rate: float = Field(default=1e-4, gt=0)
    window: int = Field(default=254, ge=16, le=8_190)
    windows_per_step: int = Field(default=16, ge=1)
    mask_share: float = Field(default=0.15, gt=0, lt=1)
    max_tokens: int = Field(default=2_000_000, ge=10_000)
    precision: Literal["float32", "bfloat16"] = "bfloat16"
    threads: int | None = Field(default=None, ge=1)


class Promote(Section):
    """The gate that moves `champion`: the lower bound of the paired difference of macro-F1 on `task` must pass it.

    `task` None is the codebook's main task.
    """

    task: str | None = None
    min_lower_bound: float = 0.0
    level: float = Field(default=0.95, gt=0.5, lt=1)
    resamples: int = Field(default=2_000, ge=100)


class Tracking(Section):
    """`uri` None means `MLFLOW_TRACKING_URI`, and where that is unset a SQLite file in the working folder.

    `timeout_s` is for one answer, `max_wait_s` for all waiting of a job. What could not be written by then is `kept`
    in a folder, and `stance sync` logs it later.
    """

    is_on: bool = True
    uri: str | None = None
    experiment: str = Field(default="stance", min_length=1)
    timeout_s: float = Field(default=10, gt=0)
    max_wait_s: float = Field(default=60, gt=0)
    kept: str = Field(default="runs/unlogged", min_length=1)


class Output(Section):
    format: OutputFormat = "jsonl"
    directory: str | None = None


class Cache(Section):
    """Judgements kept between runs, without the articles' text. `folder` None is the user's cache folder."""

    is_on: bool = True
    folder: str | None = None
    max_mb: float = Field(default=500, gt=0)


class Ray(Section):
    """Where `label.engine: ray` works. `address` None is RAY_ADDRESS, and where that is unset this machine alone.

    `workers` None: as many as the cluster's cores carry, `label.threads` (or one) for each. A worker that does not open
    the model within `start_s` is not waited for.
    """

    address: str | None = None
    workers: int | None = Field(default=None, ge=1)
    start_s: float = Field(default=120, gt=0)


_NOT_IDENTITY: Any = {
    "tracking": True,
    "output": True,
    "cache": True,
    "ray": True,
    "paths_as_written": True,
    "label": {"engine", "shard_articles", "batch_articles"},
}


class Config(Section):
    """All settings of all jobs; a job reads the sections that it needs.

    `paths_as_written` is filled in on reading a file: how it wrote each path that was meant from its own folder.
    """

    codebook: str = "russia-1.0"
    seed: int = Field(default=0, ge=0)
    read: Read = Read()
    clean: Cleaner = Cleaner()
    segment: Segmenter = Segmenter()
    attribute: Attributor = Attributor()
    label: Label = Label()
    profile: Profile = Profile()
    compare: Compare = Compare()
    evaluate: Evaluate = Evaluate()
    train: Train = Train()
    adapt: Adapt = Adapt()
    promote: Promote = Promote()
    tracking: Tracking = Tracking()
    output: Output = Output()
    cache: Cache = Cache()
    ray: Ray = Ray()
    paths_as_written: dict[str, str] = {}

    @property
    def sha256(self) -> str:
        """Identity of the settings. What changes no result is left out: where it goes, and in how many pieces.

        Paths count as they were written, so that a project that moves keeps its identity: what lies there has its own.
        """
        values = self.model_dump(mode="json", exclude=_NOT_IDENTITY)
        change_paths(values, lambda path: self.paths_as_written.get(path, path))
        return sha256_json(values)
