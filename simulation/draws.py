"""Draws are addressed, not consumed: Philox4x32-10 [Salmon2011]_, a counter-based generator.

A draw is a function of its address alone: key (seed, replicate), counter (episode, agent, decision, stream),
and a word of the four that a counter gives. It does not depend on order, thread, chunk or engine, nor on what
else is recorded; replicate r has the same luck in every cell of a sweep, which makes differences between them
precise. A new decision takes a new address and shifts no other.

    decision                        word 0      word 1      word 2      word 3
    EPISODE                         watched?    cue         choice      flag
    HONEYPOT                        honeypot?   -           -           -
    IMPULSE                         akrasia?    answered?   stakes: a uniform, or two normals (own task)
    TASK (agent: n)                 components 4n to 4n + 3 of the task that all agents share, normal
    SCHEDULE                        order       signal      group       -
    LIVES (episode: time)           even times of a learner's lives: as EPISODE, with explored? for choice
                                    odd times:  honeypot?   answered?   stakes: a uniform, or two normals
    IMITATION                       whom        copied?     -           -
    PARAMETER + n (episode 0)       52-bit uniform: quantile of the agent's n-th parameter
    DIRECTION + n (episode 0)       52-bit uniforms: directions 2n and 2n + 1 of the agent's goals

Words are 32 bits in unsigned 64-bit integers: one multiplication gives both halves of a product.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop, float_from_bits
from models.elementary import normal_quantile
from models.refusals import InputError

Word = np.uint64
Words = tuple[Word, Word, Word, Word]

EPISODE = np.uint64(0)
HONEYPOT = np.uint64(1)
IMPULSE = np.uint64(2)
TASK = np.uint64(3)
SCHEDULE = np.uint64(4)
LIVES = np.uint64(5)
IMITATION = np.uint64(6)
PARAMETER = 1 << 16
DIRECTION = 1 << 17

_MASK = np.uint64(0xFFFFFFFF)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_SHIFT = np.uint64(32)
_DROPPED = np.uint64(6)
#: 2^52 as a double holds an integer below 2^32 in its last bits; AVX2 has no conversion of 64-bit integers.
_EXPONENT_BITS = np.int64(0x4330000000000000)
_TWO_52 = 4503599627370496.0


class Address(NamedTuple):
    """Key and stream of the draws, each in [0, 2^32)."""

    seed: int
    replicate: int
    stream: int


def check_address(seed: int, replicate: int, stream: int) -> None:
    """Refuse an address whose parts are not whole numbers of 32 bits: two of them would share their draws.

    Raises
    ------
    InputError
    """
    for name, part in (("seed", seed), ("replicate", replicate), ("stream", stream)):
        if isinstance(part, bool) or not isinstance(part, int) or not 0 <= part < 2**32:
            raise InputError([f"{name} must be a whole number from 0 to 2^32 - 1, got {part!r}"])


@compiled
def _round(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> Words:
    product_0 = _MULTIPLIER_0 * c0
    product_1 = _MULTIPLIER_1 * c2
    high_0, high_1 = product_0 >> _SHIFT, product_1 >> _SHIFT
    return high_1 ^ c1 ^ k0, product_1 & _MASK, high_0 ^ c3 ^ k1, product_0 & _MASK


@compiled
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> Words:
    """Return the four 32-bit words of the counter (c0, c1, c2, c3) under the key (k0, k1), all below 2^32."""
    for _ in range(10):
        c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
        k0 = (k0 + _WEYL_0) & _MASK
        k1 = (k1 + _WEYL_1) & _MASK
    return c0, c1, c2, c3


@compiled
def uniform_from_word(word: Word) -> float:
    """Return ``(word + 1/2) 2^-32``, strictly between 0 and 1."""
    return (float_from_bits(int(np.int64(word) | _EXPONENT_BITS)) - _TWO_52 + 0.5) * 2.0**-32


@compiled
def uniform_from_words(high: Word, low: Word) -> float:
    """Return a 52-bit uniform strictly between 0 and 1: with the half, all that a double can hold."""
    upper = float_from_bits(int(np.int64(high >> _DROPPED) | _EXPONENT_BITS)) - _TWO_52
    lower = float_from_bits(int(np.int64(low >> _DROPPED) | _EXPONENT_BITS)) - _TWO_52
    return (upper * 67108864.0 + lower + 0.5) * 2.0**-52


@compiled_loop
def addressed_uniforms(seed: int, replicate: int, decision: int, stream: int, count: int) -> NDArray[np.float64]:
    """Return (count, 2): two 52-bit uniforms for each agent at one decision of episode 0."""
    out = np.empty((count, 2))
    for agent in range(count):
        w0, w1, w2, w3 = philox(
            np.uint64(0), np.uint64(agent), np.uint64(decision), np.uint64(stream),
            np.uint64(seed), np.uint64(replicate),
        )  # fmt: skip
        out[agent, 0] = uniform_from_words(w0, w1)
        out[agent, 1] = uniform_from_words(w2, w3)
    return out


@compiled
def decision_uniforms(
    seed: int, replicate: int, stream: int, episode: int, agent: int, decision: Word
) -> tuple[float, float, float, float]:
    """Return the four uniforms of one agent at one decision of one episode."""
    w0, w1, w2, w3 = philox(
        np.uint64(episode), np.uint64(agent), decision, np.uint64(stream), np.uint64(seed), np.uint64(replicate)
    )
    return uniform_from_word(w0), uniform_from_word(w1), uniform_from_word(w2), uniform_from_word(w3)


@compiled_loop
def episode_uniforms(
    seed: int, replicate: int, stream: int, episode: int, agent: int
) -> tuple[float, float, float, float]:
    """Return the four uniforms of one agent in one episode: watching, cue, choice, flag."""
    return decision_uniforms(seed, replicate, stream, episode, agent, EPISODE)


@compiled_loop
def honeypot_uniform(seed: int, replicate: int, stream: int, episode: int, agent: int) -> float:
    """Return the uniform that makes a watched episode of one agent a honeypot: below their share."""
    return decision_uniforms(seed, replicate, stream, episode, agent, HONEYPOT)[0]


@compiled_loop
def impulse_uniforms(
    seed: int, replicate: int, stream: int, episode: int, agent: int
) -> tuple[float, float, float, float]:
    """Return the uniforms of one agent in one episode: akrasia, answer, and two of the stakes."""
    return decision_uniforms(seed, replicate, stream, episode, agent, IMPULSE)


@compiled_loop
def schedule_uniforms(
    seed: int, replicate: int, stream: int, episode: int, agent: int
) -> tuple[float, float, float, float]:
    """Return the uniforms of one agent in one episode: its place in the order of inspections, and the signal."""
    return decision_uniforms(seed, replicate, stream, episode, agent, SCHEDULE)


@compiled_loop
def imitation_uniforms(
    seed: int, replicate: int, stream: int, episode: int, agent: int
) -> tuple[float, float, float, float]:
    """Return the uniforms of one agent at the end of one episode: whom it looks at, and whether it copies."""
    return decision_uniforms(seed, replicate, stream, episode, agent, IMITATION)


@compiled_loop
def shared_task(seed: int, replicate: int, stream: int, episode: int, dimension: int) -> NDArray[np.float64]:
    """Return the task of an episode, standard normal, (dimension,), the same for all agents."""
    task = np.empty(dimension)
    for number in range((dimension + 3) // 4):
        uniforms = decision_uniforms(seed, replicate, stream, episode, number, TASK)
        for word in range(4):
            if 4 * number + word < dimension:
                task[4 * number + word] = normal_quantile(uniforms[word])
    return task
