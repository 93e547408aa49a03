import pytest

from analysis.rate_table import rates_of_text
from analysis.rates import effective_episodes, with_untold_episodes
from models.refusals import InputError
from parameter_sweeps.catalogue import load_scenario

BASE = load_scenario("base")


def read(*lines):
    return rates_of_text("\n".join(lines), BASE)


def refusals_of(*lines):
    with pytest.raises(InputError) as refused:
        read(*lines)
    return refused.value.messages


def test_standard_error_is_worth_p_1_minus_p_over_its_square():
    # 14.2 % with a standard error of 1.9 points: .142 * .858 / .019^2 = .121836 / .000361 = 337.495...
    assert effective_episodes(0.142, 0.019) == pytest.approx(337.49584, rel=1e-6)
    (row,) = read("context,percent,sem", "monitored,14.2,1.9")
    assert row.episodes == pytest.approx(337.49584, rel=1e-6)
    assert (row.rate, row.context, row.place, row.label, row.held_out) == (0.142, "monitored", "row 1", "row 1", False)


def test_columns_are_read_with_settings_and_labels():
    rows = read(
        "label,context,rate,n,held_out,regime.schedule.rate,agents.cue.discrimination",
        "one,monitored,0.25,40,false,0.3,inf",
        "two,unmonitored,0.5,10,true,,",
    )
    assert rows[0].settings == {"regime.schedule.rate": 0.3, "agents.cue.discrimination": float("inf")}
    assert rows[1].settings == {}
    assert [row.held_out for row in rows] == [False, True]
    assert [row.episodes for row in rows] == [40.0, 10.0]
    assert [row.label for row in rows] == ["one", "two"]


def test_n_counts_before_a_standard_error():
    (row,) = read("context,percent,n,sem", "monitored,14.2,50,1.9")
    assert row.episodes == 50.0


def test_rows_that_tell_no_number_take_the_median_of_those_that_do():
    # 50 % +- 5: 100 episodes; 20 % +- 2: .16/.0004 = 400; 50 % +- 2.5: 400. The median of 100, 400, 400 is 400.
    rows = read(
        "context,percent,sem",
        "monitored,50,5",
        "monitored,20,2",
        "monitored,50,2.5",
        "monitored,100,0.4",
        "monitored,0,0",
        "monitored,30,0",
    )
    assert [row.episodes for row in rows] == pytest.approx([100.0, 400.0, 400.0, 400.0, 400.0, 400.0])
    assert with_untold_episodes([float("nan")]) is None


def test_rates_at_both_ends_are_allowed_and_beyond_refused_with_the_row():
    assert [row.rate for row in read("context,percent,n", "monitored,0,5", "monitored,100,5")] == [0.0, 1.0]
    assert refusals_of("context,percent,n", "monitored,50,5", "monitored,100.001,5") == [
        "table: percent in row 2 must be a number from 0 to 100, got 100.001"
    ]
    assert refusals_of("context,rate,n", "monitored,14.2,5") == [
        "table: rate in row 1 must be a number from 0 to 1, got 14.2"
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["context,rate,n", "monitored,0.5,0"], "n in row 1 must be a number above 0, got 0"),
        (["context,rate,n", "monitored,0.5,"], "n in row 1 must be given, got nothing"),
        (["context,rate,n", "monitored,,5"], "rate in row 1 must be a number from 0 to 1, got nothing"),
        (["context,rate,n", "monitored,nan,5"], "rate in row 1 must be a number from 0 to 1, got nan"),
        (["context,rate,sem", "monitored,0.5,-1"], "sem in row 1 must be a number from 0 to 0.5, got -1"),
        (["context,rate,n", "watched,0.5,5"], "context in row 1 must be monitored or unmonitored, got 'watched'"),
        (["context,rate,n", "monitored,0.5"], "row 1 must have 3 fields, got 2"),
        (
            ["context,rate,n,held_out", "monitored,0.5,5,perhaps"],
            "held_out in row 1 must be true or false, got 'perhaps'",
        ),
        (["context,rate,n"], "the table must have at least one row, got none"),
        (["rate,n", "0.5,5"], "the header must have the column context, got none"),
        (["context,n", "monitored,5"], "the header must have a column rate or percent, got neither"),
        (["context,rate,percent,n", "monitored,.5,50,5"], "the header must have a column rate or percent, got both"),
        (["context,rate", "monitored,0.5"], "the header must have a column n or sem, got neither"),
        (
            ["context,context,rate,n", "monitored,monitored,.5,5"],
            "the header must have each column once, got context 2 times",
        ),
        (
            ["context,rate,n,agents.foresigth", "monitored,0.5,5,.5"],
            "column agents.foresigth is not known; did you mean agents.foresight?",
        ),
        (
            ["context,rate,n,agents.foresight", "monitored,0.5,5,2"],
            "row 1: agents.foresight must be a number in [0, 1] or a distribution, got 2",
        ),
        (
            ["context,percent,sem", "monitored,100,0"],
            "the table must have n in some row, where no standard error tells how many episodes there were, got none",
        ),
    ],
)
def test_what_is_refused(lines, message):
    assert refusals_of(*lines) == [f"table: {message}"]


def test_every_wrong_row_is_told_up_to_ten():
    found = refusals_of("context,rate,n", *(f"monitored,{number},5" for number in range(2, 15)))
    assert len(found) == 11
    assert found[-1] == "table: ... and 3 more"
