"""What the README shows, it does."""

import re
from pathlib import Path

README = (Path(__file__).parent.parent / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_runs(capsys):
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), {})
    assert "compliance_gap" in capsys.readouterr().out


def test_the_commands_exist():
    from compliance.__main__ import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    shown = set(re.findall(r"\.venv/bin/compliance (\w+)", "".join(blocks("sh"))))
    assert shown <= known
    assert len(shown) >= 5


def test_what_it_links_to_is_there():
    here = Path(__file__).parent.parent
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (here / link).exists()] == []


def test_the_yaml_is_part_of_a_scenario(tmp_path):
    from compliance import load_scenario

    (written,) = blocks("yaml")
    path = tmp_path / "shown.yaml"
    path.write_text(f"name: shown\n{written}")
    assert [group.name for group in load_scenario(path).agents.groups] == ["planners", "fakers"]
