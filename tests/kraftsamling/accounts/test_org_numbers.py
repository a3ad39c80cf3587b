import pytest
from django.core.exceptions import ValidationError
from stdnum.se import orgnr

from kraftsamling.accounts.identity import OrgNumberFormField, parse_org_number


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("212000-0142", "212000-0142"),
        ("2120001355", "212000-1355"),
        (" 556036 0793 ", "556036-0793"),
        ("16232100-0214", "232100-0214"),
        ("16 202100\u20116883", "202100-6883"),
        ("232100\u22120164", "232100-0164"),
    ],
)
def test_parse_org_number_reads_what_people_write(text, wanted):
    assert parse_org_number(text) == wanted
    assert orgnr.is_valid(wanted)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_number"),
        ("Hallsberg", "not_a_number"),
        ("212000-014", "not_a_number"),
        ("16212000-01422", "not_a_number"),
        ("٢١٢٠٠٠٠١٤٢", "not_a_number"),
        ("²120000142", "not_a_number"),
        ("556036-0794", "check_digit"),
        ("811218-9876", "personal_number"),
        ("19811218-9876", "personal_number"),
        ("20212000-0142", "personal_number"),
        ("211000-0143", "personal_number"),
    ],
)
def test_parse_org_number_refuses(text, code):
    with pytest.raises(ValidationError) as refusal:
        parse_org_number(text)
    assert refusal.value.code == code


def test_the_form_field_gives_the_written_form():
    assert OrgNumberFormField().clean("162120000142") == "212000-0142"
    assert OrgNumberFormField(required=False).clean(" ") == ""
