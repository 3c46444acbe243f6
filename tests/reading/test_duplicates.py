from helpers.reading import duplicates

STORY = " ".join(f"word{i * 7919 % 613} and then thing{i * 104729 % 311}" for i in range(120))


def test_near_duplicates():
    half = " ".join(STORY.split()[:150])
    edited = " ".join("changed" if i % 50 == 25 else w for i, w in enumerate(STORY.split()))
    other = " ".join(f"other{i * 31 % 997} story" for i in range(200))
    assert duplicates.find_duplicates([STORY, other, half, edited, STORY.upper()]) == {2: 0, 3: 0, 4: 0}
    assert duplicates.find_duplicates([]) == {} and duplicates.find_duplicates(["x"]) == {}


def test_short_texts_and_boilerplate_do_not_match():
    footer = " This story was updated with comments from the ministry and from the opposition parties."
    bodies = [" ".join(f"w{k}x{i}" for i in range(100)) + footer for k in range(30)]
    assert duplicates.find_duplicates(bodies) == {}
    assert duplicates.find_duplicates(["Yes", "Yes", "No"]) == {1: 0}
