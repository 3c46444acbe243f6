import numpy as np

from helpers.reading import duplicates

STORY = " ".join(f"word{i * 7919 % 613} and then thing{i * 104729 % 311}" for i in range(120))


def find(texts, order=None):
    signatures = np.array([duplicates.signature(text) for text in texts]).reshape(len(texts), duplicates.HASHES)
    return duplicates.find_duplicates(signatures, lambda a, b: duplicates.repeats(texts[a], texts[b]), order)


def test_near_duplicates():
    half = " ".join(STORY.split()[:150])
    edited = " ".join("changed" if i % 50 == 25 else w for i, w in enumerate(STORY.split()))
    other = " ".join(f"other{i * 31 % 997} story" for i in range(200))
    assert find([STORY, other, half, edited, STORY.upper()]) == {2: 0, 3: 0, 4: 0}
    assert find([]) == {} and find(["x"]) == {}


def test_short_texts_and_boilerplate_do_not_match():
    footer = " This story was updated with comments from the ministry and from the opposition parties."
    bodies = [" ".join(f"w{k}x{i}" for i in range(100)) + footer for k in range(30)]
    assert find(bodies) == {}
    assert find(["Yes", "Yes", "No"]) == {1: 0}


def test_the_original_is_the_first_in_the_order_given():
    assert find([STORY, "Something else.", STORY, STORY.upper()], order=[1, 3, 0, 2]) == {0: 3, 2: 3}
