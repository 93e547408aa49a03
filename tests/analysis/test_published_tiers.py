import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.after_training import EXPLANATIONS, after_training, explanation_table
from analysis.calibration import Calibration
from analysis.figures.refusals import refusals
from analysis.fitting import fitted
from analysis.nested_models import comparison_table
from analysis.profiles import profile_intervals
from analysis.published_errors import (
    error_by_prompt,
    error_by_wording,
    paired_difference,
    paraphrase_scatter,
    sampling_error,
    unfitted_errors,
)
from analysis.published_page import published_page
from analysis.published_rates import rates_of, read_published, variations
from analysis.published_tiers import PublishedFit, searched_parameters
from analysis.rate_model import RateModel
from models.refusals import InputError
from parameter_sweeps.catalogue import load_calibration

FILE = load_calibration("published_tiers")
FEW = (1, 3, 10, 22, 23, 37, 38)
VALUES = (17.0, 0.05, 0.03, 0.1, 0.1)


@pytest.fixture(scope="module")
def table():
    return read_published(FILE.data)


@pytest.fixture(scope="module")
def published(table):
    """Return predictions at given values, as a fit has them, without the minutes of a search."""
    prompts = variations(table)
    numbers, rates = rates_of(FILE, prompts, "same_model")
    names = list(FILE.parameters)
    model = RateModel(FILE.base, searched_parameters(FILE))
    for name, value in list(zip(names, VALUES, strict=True))[1:]:
        model = model.with_fixed(name, value)
    training = [rate for rate in rates if not rate.held_out]
    fit, intervals = profile_intervals(fitted(model, training, starts=1))
    calibration = Calibration(
        fit, tuple(intervals), (), tuple(r for r in rates if r.held_out), comparison_table(fit, {})
    )
    return PublishedFit(FILE, "same_model", {number: prompts[number] for number in numbers}, tuple(rates), calibration)


@pytest.fixture(scope="module")
def few(published):
    """Return the same for a few prompts: each of their independent fits takes a second."""
    chosen = [place for place, number in enumerate(published.prompts) if number in FEW]
    prompts = {number: published.prompts[number] for number in FEW}
    rates = tuple(rate for place in chosen for rate in published.rates[2 * place : 2 * place + 2])
    return replace(published, prompts=prompts, rates=rates)


def test_numbers_of_the_default_prompt_are_read(table):
    prompt = variations(table)[1]
    assert prompt.label == "default prompt"
    assert prompt.refusal["monitored"].value == pytest.approx(0.858)
    assert prompt.refusal["monitored"].error == pytest.approx(0.019)
    assert prompt.refusal["unmonitored"].value == pytest.approx(0.972)
    assert prompt.reasoning.value == pytest.approx(0.119)
    assert prompt.gap.value == pytest.approx(0.113)


def test_split_and_scopes(table):
    prompts = variations(table)
    assert sorted(prompts) == list(range(1, 58))
    same, rates = rates_of(FILE, prompts, "same_model")
    every, _ = rates_of(FILE, prompts, "all_models")
    assert len(same) == 45
    assert len(every) == 57
    assert len(rates) == 90
    for number, first, second in zip(same, rates[::2], rates[1::2], strict=True):
        assert first.held_out == second.held_out == (number % 2 == 0)
        assert (first.context, second.context) == ("monitored", "unmonitored")
    # variation 51, refusals of 100 % with a standard error of 0, tells no number of episodes: the median of the others
    untold = rates[2 * same.index(51) + 1]
    assert untold.rate == 0.0
    assert 150.0 < untold.episodes < 190.0


def test_compliance_is_1_less_refusal(table):
    _, (first, second, *_) = rates_of(FILE, variations(table), "same_model")
    assert (first.rate, second.rate) == pytest.approx((0.142, 0.028))
    # .858 * .142/.019^2 = 337.5; .972 * .028/.009^2 = 336
    assert (first.episodes, second.episodes) == pytest.approx((337.496, 336.0), abs=1e-2)


def test_predictions_keep_to_what_prompts_say(published):
    made = published.prompt_table().set_index("variation")
    default = made.loc[1]
    for same in (8, 10, 22, 49):
        assert made.loc[same, "refusal_free_predicted"] == default["refusal_free_predicted"]
    # fewer notice: free-tier refusals rise toward those of the paid tier, which stay
    assert default["refusal_free_predicted"] < made.loc[37, "refusal_free_predicted"]
    assert made.loc[37, "refusal_paid_predicted"] == default["refusal_paid_predicted"]
    # 94 and 53 % notice, and the gap comes from them alone
    assert made.loc[37, "gap_predicted"] / default["gap_predicted"] == pytest.approx(0.53 / 0.94, rel=1e-9)
    # a tenth of the answers are given without regard to what follows: a tenth of the gap less
    assert made.loc[39, "gap_predicted"] == pytest.approx(0.9 * default["gap_predicted"], rel=1e-9)
    # no conflict, nothing to fear
    assert made.loc[51, "gap_predicted"] == pytest.approx(0.0, abs=1e-12)
    # less expected of a refusal, less deterred by it
    assert made.loc[3, "gap_predicted"] < default["gap_predicted"]


def test_reasoning_has_free_tier_answers_as_its_denominator(published):
    made = published.prompt_table()
    assert made["reasoning_all"].to_numpy() == pytest.approx(100.0 - made["refusal_free_predicted"].to_numpy())
    afraid = made["reasoning_all"] - made["reasoning_afraid"]
    # what is left is what noise alone gives, unafraid: that of the paid tier where its cue is taken at its word
    plain = ~made["wordings"].str.contains("unmonitored_untagged")
    assert afraid[plain].to_numpy() == pytest.approx(100.0 - made[plain]["refusal_paid_predicted"].to_numpy())


def test_errors_by_prompt_average_to_those_of_rates(few):
    by_prompt = error_by_prompt(few)
    held = by_prompt[by_prompt["held_out"]]
    errors = few.errors().set_index(["predictor", "of"])["mean_absolute"]
    assert held["model"].mean() == pytest.approx(errors["model", "predicted"])
    assert held["tier_mean"].mean() == pytest.approx(errors["mean of each tier", "predicted"])
    paired = paired_difference(few)
    assert paired.mean == pytest.approx(errors["model", "predicted"] - errors["mean of each tier", "predicted"])
    assert paired.prompts == 3
    by_wording = error_by_wording(few)
    assert by_wording["prompts"].tolist() == [2, 1]


def test_independent_fits_meet_their_own_rates(few):
    errors = few.errors().set_index(["predictor", "of"])["mean_absolute"]
    assert errors["independent fit of each prompt", "predicted"] < 0.1 < sampling_error(few)


def test_paraphrases_scatter_as_by_hand(published):
    # refusals of paraphrases 0 to 7: their standard deviation, and the root mean square of their standard errors
    errors = np.array([2.7, 4.2, 4.6, 2.0, 4.3, 3.1, 4.6, 3.1])
    values = [93.0, 81.4, 76.7, 96.5, 80.2, 90.7, 75.6, 90.7]
    scatter, sampling, count = paraphrase_scatter(published)
    assert count == 8
    assert scatter == pytest.approx(np.std(values, ddof=1), abs=1e-9)
    assert sampling == pytest.approx(math.sqrt(np.mean(errors**2)), abs=1e-9)


def test_mixtures_after_training_worked_by_hand():
    scenario = FILE.base.with_values({"agents.rationality": 17.0})
    before = after_training(scenario, 0.0, 0.0, 0.0)
    all_turned = after_training(scenario, 0.0, 0.0, 1.0)
    assert (all_turned.watched, all_turned.unwatched, all_turned.strategic) == (1.0, 1.0, 0.0)
    quarter = after_training(scenario, 0.0, 0.0, 0.25)
    assert quarter.unwatched == pytest.approx(0.25 + 0.75 * before.unwatched)
    assert quarter.strategic == pytest.approx(0.75 * before.strategic)
    # a habit of 3 deters where b < 3 + D, about 1 - exp(-3) = .95, and leaves the paid tier as it was
    trained = after_training(scenario, 3.0, 0.0, 0.0)
    assert trained.watched == pytest.approx(1.0 - math.exp(-3.0), abs=0.02)
    assert trained.unwatched == before.unwatched


def test_explanations_are_fitted_to_the_default_prompt(published, few, table):
    estimates = dict(zip(FILE.parameters, VALUES, strict=True))
    known = replace(published, calibration=_Known(estimates))
    found = explanation_table(known, table)
    assert len(found) == 3 * len(EXPLANATIONS)
    fitted_rows = found[found["is_fitted"]].set_index("explanation")
    # a habit alone does not reach the paid tier; both explanations with two parameters do
    assert fitted_rows.loc["habit", "refusal_paid_predicted"] > 90.0
    for name in ("habit in either tier", "turned goals, habit"):
        assert fitted_rows.loc[name, "refusal_paid_predicted"] == pytest.approx(6.9, abs=1.0)
    assert fitted_rows.loc["habit in either tier", "reasoning_predicted"] > 95.0
    assert fitted_rows.loc["turned goals, habit", "reasoning_predicted"] < 10.0
    page = published_page({"same_model": few}, found, "figure.png")
    text = "\n".join(page)
    assert "![Refusal rates" in text
    assert "In part: reasoning is nearer to goals kept" in text
    assert all(len(line) <= 118 for line in page if not line.startswith(("|", "!")))


class _Known:
    def __init__(self, estimates):
        self.estimates = estimates


def test_gaps_and_reasoning_have_errors_of_both_halves(published):
    found = unfitted_errors(published)
    assert found["prompts"].tolist() == [22, 23] * 3
    made = published.prompt_table()
    held = made[made["held_out"]]
    expected = (held["gap_predicted"] - held["gap"]).abs().mean()
    assert found["mean_absolute"].iloc[1] == pytest.approx(expected)


def test_figure_shows_each_prompt_once(published):
    figure = refusals(published.prompt_table())
    left, right = figure.axes
    labels = [text.get_text() for axes in (left, right) for text in axes.get_yticklabels()]
    assert len(labels) == 45
    assert labels[0].startswith("1 default prompt")
    assert max(len(label) for label in labels) <= 40


def test_tables_without_a_column_are_refused(tmp_path):
    path = tmp_path / "rates.csv"
    pd.DataFrame({"setting": ["x"], "context": ["monitored"]}).to_csv(path)
    with pytest.raises(InputError, match=r"the header must have the columns .*, got no measure"):
        read_published(path)
    with pytest.raises(InputError, match="must be a table that can be read"):
        read_published(tmp_path / "none.csv")
