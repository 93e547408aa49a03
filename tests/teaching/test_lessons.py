import ast
import re
import traceback
from functools import cache
from pathlib import Path

import matplotlib as mpl
import pytest

from compliance.compiling import tell_of_first_run
from models.refusals import InputError
from parameter_sweeps.catalogue import load_scenario
from teaching.answers import EXERCISES
from teaching.exercises import Exercise, check, verdict
from teaching.rendered import cells_of, lesson_files, page_of, write_lessons

DOCS = Path(__file__).resolve().parents[2] / "docs" / "lessons"
LESSONS = {path.stem: path for path in lesson_files()}
#: Each worked out on paper; b = 1 and hit rate .8 unless the exercise says otherwise.
BY_HAND = {
    "1.1": 1.0 / (0.8 * 2.0),  # b = q tau F
    "1.2": 1.0 / (0.2 * 0.8),  # b = m tau F: told nothing, q = m
    "1.3": "honest",  # told nothing it can only act or comply, and acting is worth b (1 - 0) > 0 as K = 0
    "2.1": 1.0 / (1.0 + 0.8 * 0.8),  # 1/(1 + tau (1 - m))
    "2.2": 1.0 - (1.0 / 0.9 - 1.0) / 0.8,  # the same for m
    "2.3": 1.0 / 0.8,  # b = tau F
    "3.1": 1.0 / (0.8 * 5.0),  # b = m tau F
    "3.2": 0.5,  # r b = h (F - b), h = .5 hp, r = .5, F - b = 2
    "3.3": "announced_tiers",  # told, it complies in all watched episodes and no other: the most there is
    "4.1": 10.0,  # 0 to 9 join; with 10 in, the next wants 11
    "4.2": 0.3,  # (1.5 (2 S - 1) + 1.2)/2 = S: 3 S - .3 = 2 S
    "4.3": 0.75,  # .3 (2 S - 1) + .6 = S: .3 = .4 S
    "5.1": 1.0 / (4.0 + 1.0),  # b = m (F + b)
    "5.2": 0.14 / 0.7,  # c_m = x recovery
    "5.3": 0.8 * 0.5 / 0.2,  # gamma (1 - m) b/(1 - gamma)
}


@cache
def page(name):
    return page_of(LESSONS[name])


@pytest.mark.parametrize("name", BY_HAND)
def test_what_was_worked_by_hand_is_right(name, capsys):
    assert check(name, BY_HAND[name])
    assert capsys.readouterr().out.startswith(f"Exercise {name}: right")


def test_every_exercise_was_worked_by_hand():
    assert list(BY_HAND) == list(EXERCISES)


@pytest.mark.parametrize("name", BY_HAND)
def test_what_is_wrong_is_refused_with_a_hint(name, capsys):
    right = BY_HAND[name]
    wrongs = {"no such rule": "not"} if isinstance(right, str) else {0.98 * right: "low", 1.02 * right: "high"}
    for wrong, said in wrongs.items():
        assert not check(name, wrong)
        out = capsys.readouterr().out
        assert said in out
        assert EXERCISES[name].hint in out
        assert EXERCISES[name].reason not in out


def test_cells_are_parted_by_their_marks():
    source = "before\n# %% [markdown]\n# # Head\n#\n# Text.\n\n# %%\nx = 1\n\n\n# %%\nprint(x)\n"
    cells = cells_of(source)
    assert [cell.is_text for cell in cells] == [True, False, False]
    assert cells[0].source == "# Head\n\nText."
    assert [cell.source for cell in cells[1:]] == ["x = 1", "print(x)"]
    # x = 1 stands in the eighth line
    assert [cell.line for cell in cells] == [3, 8, 12]


def test_a_page_has_what_is_printed_and_drawn(tmp_path):
    lesson = tmp_path / "lesson_9.py"
    lesson.write_text(
        "# %% [markdown]\n# # Nine\n\n# %%\nimport matplotlib.pyplot as plt\n\nx = 3 * 3\nprint(x)\n\n"
        "# %%\nfigure, axes = plt.subplots()\naxes.set(xlabel='time', ylabel='place')\nplt.show()\n"
    )
    before = mpl.get_backend()
    made = page_of(lesson)
    assert made.markdown.index("# Nine") < made.markdown.index("x = 3 * 3") < made.markdown.index("```text\n9\n```")
    assert "![place over time](lesson_9_1.png)" in made.markdown
    assert [*made.figures] == ["lesson_9_1.png"]
    assert made.figures["lesson_9_1.png"].startswith(b"\x89PNG")
    assert made.namespace["x"] == 9
    assert mpl.get_backend() == before


def test_a_mistake_in_a_lesson_is_found_by_its_line(tmp_path):
    lesson = tmp_path / "lesson_9.py"
    lesson.write_text("# %%\nx = 1\n\n# %%\nx = 2\nx / 0\n")
    with pytest.raises(ZeroDivisionError) as raised:
        page_of(lesson)
    last = traceback.extract_tb(raised.value.__traceback__)[-1]
    assert (last.filename, last.lineno) == (str(lesson), 6)


def test_there_are_five():
    assert [name.split("_")[1] for name in LESSONS] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_and_is_the_page_in_docs(name):
    made = page(name)
    assert made.figures
    assert (DOCS / f"{name}.md").read_text() == made.markdown, "python -m teaching.rendered writes it anew"
    assert {path.name for path in DOCS.glob(f"{name}_*.png")} == set(made.figures)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_begins_with_a_question_and_asks_its_exercises(name):
    first = cells_of(LESSONS[name].read_text())[0]
    number = name.split("_")[1]
    assert first.source.startswith(f"# Lesson {number}: ")
    assert re.search(r"\*\*[^*]+\?[^*]*\*\*", first.source)
    asked = re.findall(r"^Exercise (\S+): over to you", page(name).markdown, re.MULTILINE)
    assert asked == [exercise for exercise in EXERCISES if exercise.startswith(f"{number}.")]
    assert all(f"**{exercise}** " in page(name).markdown for exercise in asked)
    assert 2 <= len(asked) <= 3


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_needs_only_the_front_door(name):
    imported = set()
    for node in ast.walk(ast.parse(LESSONS[name].read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert imported <= {
        "math",
        "numpy",
        "matplotlib.pyplot",
        "compliance",
        "compliance.compiling",
        "teaching.exercises",
    }
    assert {"compliance", "teaching.exercises"} <= imported


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_says_that_it_compiles_before_it_does(name):
    calls = [node for node in ast.walk(ast.parse(LESSONS[name].read_text())) if isinstance(node, ast.Call)]
    working = ("explain", "simulate", "strategy_map", "strategy_values", "check")
    (told,) = (call.lineno for call in calls if ast.unparse(call.func) == "tell_of_first_run")
    assert told < min(call.lineno for call in calls if ast.unparse(call.func) in working)


@pytest.mark.parametrize(("is_ready", "lines"), [(False, 1), (True, 0)])
def test_a_first_run_is_told_of_in_one_line_however_many_scenarios(monkeypatch, capsys, is_ready, lines):
    monkeypatch.setattr("simulation.readiness.was_compiled", lambda loop: is_ready)
    base = load_scenario("base")
    tell_of_first_run(base, base.with_values({"agents.conformity": 1.0}))
    told = capsys.readouterr()
    # what a lesson prints stands in its page; this does not
    assert told.out == ""
    assert told.err.splitlines() == ["Compiling for this machine, once: this may take two minutes ..."] * lines


def test_a_second_rendering_is_the_same_to_the_byte():
    name = "lesson_2_the_boundary"
    again = page_of(LESSONS[name])
    assert again.markdown == page(name).markdown
    assert again.figures == page(name).figures


def test_the_proof_and_the_map_agree_in_every_cell():
    assert "disagree: 0 of 2500" in page("lesson_2_the_boundary").markdown


def test_pages_are_written_with_their_figures(tmp_path, monkeypatch):
    monkeypatch.setattr("teaching.rendered.lesson_files", lambda: [LESSONS["lesson_4_populations"]])
    write_lessons(tmp_path / "new")
    shown = re.findall(r"\]\(([^)]+\.png)\)", (tmp_path / "new" / "lesson_4_populations.md").read_text())
    assert len(shown) == 3
    assert sorted(path.name for path in (tmp_path / "new").glob("*.png")) == sorted(shown)


def test_no_answer_is_not_wrong_yet(capsys):
    assert not check("1.1")
    assert capsys.readouterr().out == "Exercise 1.1: over to you; put your answer in place of None.\n"


@pytest.mark.parametrize("written", ["Context-Sensitive", " context sensitive ", "context_sensitive"])
def test_a_name_may_be_written_as_in_sentences(written):
    assert verdict(Exercise("0.1", lambda: "context_sensitive", "", ""), written)[0]


@pytest.mark.parametrize(("answer", "is_right"), [(1.0019, True), (1.0021, False), (0.9979, False)])
def test_three_digits_suffice(answer, is_right):
    assert verdict(Exercise("0.1", lambda: 1.0, "", ""), answer)[0] is is_right


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("1.1", "a half", "answer to 1.1 must be a number, got 'a half'"),
        ("1.1", True, "answer to 1.1 must be a number, got True"),
        ("1.1", float("nan"), "answer to 1.1 must be a number, got nan"),
        ("1.3", 3, "answer to 1.3 must be a name in quotes, got 3"),
        ("1.33", 3, "exercise must be one of 1.1, 1.2, .*, got '1.33'; did you mean 1.3?"),
    ],
)
def test_what_is_no_answer_is_refused(name, answer, message):
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        check(name, answer)
