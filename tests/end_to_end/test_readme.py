"""What the README shows is run: every line of the blocks marked `sh run`, in order, in a fresh folder."""

import re
import shlex
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def shown_commands():
    blocks = re.findall(r"```sh run\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line.strip()]


def test_every_command_of_the_readme_works(stance, tmp_path):
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    commands = shown_commands()
    assert {command[1] for command in commands} >= {"label", "compare", "evaluate", "train"}
    for program, *arguments in commands:
        assert program == "stance"
        done = stance(*arguments)
        assert done.code == 0, f"{arguments}: {done.err}"


def test_every_verb_stands_in_the_readme():
    from pipeline.cli.main import VERBS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [verb for verb in VERBS if f"stance {verb}" not in readme and f"`{verb}`" not in readme] == []
