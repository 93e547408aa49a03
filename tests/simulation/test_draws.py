"""The draws: known answers of the generator, the ends of the uniforms, addresses, uniformity."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from simulation.draws import (
    DIRECTION,
    EPISODE,
    HONEYPOT,
    PARAMETER,
    addressed_uniforms,
    episode_uniforms,
    honeypot_uniform,
    philox,
    uniform_from_word,
    uniform_from_words,
)

ALL_ONES = 0xFFFFFFFF


def words(*address: int) -> tuple[int, ...]:
    """Return the words of a counter (four numbers) under a key (the last two)."""
    return tuple(int(word) for word in philox(*(np.uint64(number) for number in address)))


# Known answers


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        # Known answers of philox4x32-10 published with Random123 (Salmon et al. 2011).
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ALL_ONES,) * 4, (ALL_ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_words(counter, key, answer):
    assert words(*counter, *key) == answer


def test_uniforms_of_an_episode_are_the_four_words_of_its_address():
    seed, replicate, stream, episode, agent = 5, 6, 7, 8, 9
    drawn = words(episode, agent, int(EPISODE), stream, seed, replicate)
    assert episode_uniforms(seed, replicate, stream, episode, agent) == tuple((word + 0.5) / 2**32 for word in drawn)
    first = words(episode, agent, int(HONEYPOT), stream, seed, replicate)[0]
    assert honeypot_uniform(seed, replicate, stream, episode, agent) == (first + 0.5) / 2**32


def test_uniforms_of_a_decision_take_26_bits_of_each_of_two_words():
    seed, replicate, stream, decision = 5, 6, 7, PARAMETER + 3
    drawn = words(0, 2, decision, stream, seed, replicate)
    exact = [
        (Fraction(high >> 6) * 2**26 + (low >> 6) + Fraction(1, 2)) / 2**52 for high, low in (drawn[:2], drawn[2:])
    ]
    assert [Fraction(u) for u in addressed_uniforms(seed, replicate, decision, stream, 3)[2]] == exact


# Ends


def test_no_word_gives_0_or_1():
    # (0 + 1/2) 2^-32 = 2^-33, and (2^32 - 1 + 1/2) 2^-32 = 1 - 2^-33: both are doubles
    assert uniform_from_word(np.uint64(0)) == 2.0**-33
    assert uniform_from_word(np.uint64(ALL_ONES)) == 1.0 - 2.0**-33 < 1.0


def test_no_two_words_give_0_or_1():
    # 2^-53 and 1 - 2^-53, the largest double below 1
    assert uniform_from_words(np.uint64(0), np.uint64(0)) == 2.0**-53
    assert uniform_from_words(np.uint64(ALL_ONES), np.uint64(ALL_ONES)) == math.nextafter(1.0, 0.0)


def test_neighbouring_52_bit_uniforms_differ_by_2_to_minus_52():
    # the lowest bits that count are bit 6 of the second word and bit 6 of the first, 2^26 times as much
    assert uniform_from_words(np.uint64(0), np.uint64(64)) - 2.0**-53 == 2.0**-52
    assert uniform_from_words(np.uint64(64), np.uint64(0)) - 2.0**-53 == 2.0**-26
    assert uniform_from_words(np.uint64(63), np.uint64(63)) == 2.0**-53


# Addresses


@pytest.mark.parametrize("changed", range(5))
def test_every_part_of_an_address_counts(changed):
    address = [1, 2, 3, 4, 5]
    other = [number + (position == changed) for position, number in enumerate(address)]
    assert not set(episode_uniforms(*address)) & set(episode_uniforms(*other))


def test_decisions_do_not_share_an_address():
    assert not set(addressed_uniforms(1, 0, PARAMETER, 0, 50).flat) & set(
        addressed_uniforms(1, 0, DIRECTION, 0, 50).flat
    )


def test_a_draw_does_not_depend_on_how_many_agents_there_are():
    np.testing.assert_array_equal(
        addressed_uniforms(1, 2, PARAMETER, 3, 300)[:100], addressed_uniforms(1, 2, PARAMETER, 3, 100)
    )


# Uniformity: fixed addresses, so each test below passes for ever or was false alarm from the start, with the
# probability in its comment.


@pytest.mark.parametrize("word", range(4))
def test_episode_uniforms_are_uniform(word):
    # 20,000 draws in 100 bins; chi-square with 99 degrees of freedom, false alarm 1e-4 a word
    drawn = [episode_uniforms(11, 0, 0, number // 200, number % 200)[word] for number in range(20_000)]
    observed, _ = np.histogram(drawn, bins=100, range=(0.0, 1.0))
    assert stats.chisquare(observed).pvalue > 1e-4


@pytest.mark.parametrize("column", [0, 1])
def test_52_bit_uniforms_are_uniform(column):
    # 100,000 draws in 256 bins, and in 256 bins of what lies behind the first 32 bits; false alarm 1e-4 each
    drawn = addressed_uniforms(12, 3, DIRECTION, 0, 100_000)[:, column]
    for value in (drawn, drawn * 2.0**32 % 1.0):
        observed, _ = np.histogram(value, bins=256, range=(0.0, 1.0))
        assert stats.chisquare(observed).pvalue > 1e-4


def test_words_of_an_address_are_independent():
    # pairs of the four words in 10 x 10 cells, 20,000 addresses; false alarm 1e-4 a pair, 6 pairs
    drawn = np.array([episode_uniforms(13, 1, 0, 0, agent) for agent in range(20_000)])
    for first in range(4):
        for second in range(first):
            observed, _, _ = np.histogram2d(drawn[:, first], drawn[:, second], 10, [[0, 1], [0, 1]])
            assert stats.chisquare(observed.ravel()).pvalue > 1e-4
