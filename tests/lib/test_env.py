import pytest

from kraftsamling.lib.env import ConfigurationError, env_bool, env_choice, env_days, env_int, env_list, env_secret, env_str

WHERE = "See docs/operations.md, “Settings”."


@pytest.fixture
def put(monkeypatch):
    return lambda value: monkeypatch.setenv("ROOF_TEST", value)


def refusal(function, *args, **kwargs):
    with pytest.raises(ConfigurationError) as refused:
        function("ROOF_TEST", *args, **kwargs)
    return str(refused.value)


def test_an_empty_value_is_the_default(put):
    assert env_str("ROOF_TEST", "x") == "x"
    put("  ")
    assert (env_str("ROOF_TEST", "x"), env_bool("ROOF_TEST", True), env_int("ROOF_TEST", 7)) == ("x", True, 7)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("1", True), ("TRUE", True), ("yes", True), ("on", True), ("0", False), ("False", False), ("no", False), ("OFF", False)],
)
def test_on_and_off_in_the_usual_words(put, value, wanted):
    put(value)
    assert env_bool("ROOF_TEST", not wanted) is wanted


def test_a_value_that_is_neither_on_nor_off_stops_the_start(put):
    put("perhaps")
    assert refusal(env_bool, True) == f"ROOF_TEST is “perhaps”, but must be on or off. {WHERE}"


@pytest.mark.parametrize(("value", "number"), [("0", 0), ("8000", 8000), (" 5 ", 5)])
def test_whole_numbers(put, value, number):
    put(value)
    assert env_int("ROOF_TEST", 1) == number


def test_numbers_that_are_none_or_too_small_stop_the_start(put):
    put("1.5")
    assert refusal(env_int, 1) == f"ROOF_TEST is “1.5”, but must be a whole number. {WHERE}"
    put("0")
    assert refusal(env_int, 1, least=1) == f"ROOF_TEST is 0, but must be at least 1. {WHERE}"


def test_one_of_a_few_words(put):
    put("b")
    assert env_choice("ROOF_TEST", ("a", "b"), "a") == "b"
    put("c")
    assert refusal(env_choice, ("a", "b"), "a") == f"ROOF_TEST is “c”, but must be one of a, b. {WHERE}"


def test_a_list_between_commas(put):
    put(" a, ,b,")
    assert env_list("ROOF_TEST", "x") == ["a", "b"]


def test_a_secret_may_lie_in_a_file(put, monkeypatch, tmp_path):
    put("open")
    assert env_secret("ROOF_TEST") == "open"
    (tmp_path / "secret").write_text("hidden å\n", encoding="utf-8")
    monkeypatch.setenv("ROOF_TEST_FILE", str(tmp_path / "secret"))
    assert env_secret("ROOF_TEST") == "hidden å"
    monkeypatch.setenv("ROOF_TEST_FILE", str(tmp_path / "missing"))
    assert refusal(env_secret).startswith("ROOF_TEST_FILE points at “")


@pytest.mark.parametrize(("text", "days"), [("", (14, 3)), ("7", (7,)), ("21, 7,1", (21, 7, 1))])
def test_days_are_whole_numbers_with_commas_between(monkeypatch, text, days):
    monkeypatch.setenv("SOME_DAYS", text)
    assert env_days("SOME_DAYS", (14, 3)) == days


@pytest.mark.parametrize("text", ["två", "3,-1", "1.5", "3;1"])
def test_days_that_are_no_days_stop_the_start(monkeypatch, text):
    monkeypatch.setenv("SOME_DAYS", text)
    with pytest.raises(ConfigurationError):
        env_days("SOME_DAYS", (14, 3))
