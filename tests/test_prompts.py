from bench.tasks.prompts import PROMPT_GROUPS, QUESTIONS


def test_ten_groups_hold_22_distinct_questions_in_the_papers_order():
    assert [group.number for group in PROMPT_GROUPS] == list(range(1, 11))
    assert [len(group.questions) for group in PROMPT_GROUPS] == [2, 3, 3, 2, 2, 2, 2, 2, 2, 2]
    assert [question.number for question in QUESTIONS] == list(range(1, 23))
    assert len({question.text for question in QUESTIONS}) == 22
    assert [question.group for question in QUESTIONS[:6]] == [1, 1, 2, 2, 2, 3]


def test_group_names_are_the_papers():
    names = "Basics|Morphology and Structure|Size and Distribution|Surface Characteristics|Composition and Elements"
    names += "|Interactions and Boundaries|External Environment|Image Technique and Modifications"
    names += "|Functional Features|Context and Application"
    assert "|".join(group.name for group in PROMPT_GROUPS) == names


def test_the_displaced_fragment_ends_the_second_question_of_prompt_5():
    carriers = [question.text for question in QUESTIONS if "elements/compounds?" in question.text]
    assert carriers == ["Identify any labels or markers pointing to specific elements/compounds?"]
    assert carriers[0] == PROMPT_GROUPS[4].questions[1]


def test_no_markup_is_left():
    for question in QUESTIONS:
        assert not any(mark in question.text for mark in ("?.", ".?", "**", "  ", "- Comment", "- Note"))
        assert question.text[0].isupper() and question.text[-1] in "?."
