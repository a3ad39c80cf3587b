"""What a new call starts from: criteria that cover the programme's aims, and the two letters."""

from typing import TypedDict

from django.utils.translation import gettext as _


class CriterionDefault(TypedDict):
    name: str
    description: str
    weight: int
    levels: list[str]


def general_levels() -> list[str]:
    """What 0–5 mean where a criterion says nothing more exact."""
    return [
        _("Missing. Nothing in the text answers to this."),
        _("Weak. Touched upon, but without content."),
        _("Partly. Some of it is there, but important parts are missing."),
        _("Good enough. The main parts are there and hang together."),
        _("Good. Clear, well reasoned and possible to carry out."),
        _("Very good. Convincing in every part, and others can learn from it."),
    ]


def criteria() -> list[CriterionDefault]:
    """The default set, taken from the aims of the programme (seeds; domain 7.1 and 7.5)."""
    texts = [
        (_("Protective factors"), _("The idea strengthens at least one protective factor, and it is clear how."), 3),
        (
            _("Need"),
            _(
                "The need is described at group level and rests on knowledge: figures, experience, voices of children and young people."
            ),
            2,
        ),
        (_("Collaboration"), _("Several actors take part, each with a task of its own, and they have agreed on it."), 2),
        (
            _("New way of working, tried in small scale"),
            _("Something is tried that the actors do not do today, small enough to be learned from quickly."),
            2,
        ),
        (
            _("Gender equality and integration"),
            _(
                "Gender equality and integration are part of the plan, with an intersectional view of who is reached and who is not."
            ),
            1,
        ),
        (
            _("Learning and dissemination"),
            _("It is clear what is to be learned, how it is followed up, and how others get to know it."),
            2,
        ),
        (_("Plan for ordinary operations"), _("There is a thought-out way into ordinary operations if it works."), 1),
        (_("Complement to the municipality"), _("The idea complements what the municipality does, and is linked to it."), 1),
    ]
    return [{"name": name, "description": text, "weight": weight, "levels": general_levels()} for name, text, weight in texts]


def invitation_letter() -> str:
    return _(
        "Hello {organisation},\n\n"
        "Thank you for your sketch “{title}”. We are glad to invite you to apply.\n\n"
        "{reason}\n\n"
        "The application is open for you in the platform. Send it in no later than {deadline}. "
        "An invitation is not a promise of money: the decision is taken when all applications have been prepared.\n\n"
        "Write to us or call if you wonder about anything.\n\n"
        "{contact}"
    )


def declining_letter() -> str:
    return _(
        "Hello {organisation},\n\n"
        "Thank you for your sketch “{title}”, and for the work you have put into it. "
        "This time we do not invite you to apply.\n\n"
        "{reason}\n\n"
        "What you can do now: call us and talk about the sketch, take it further in a coming call, "
        "or join the conversations and meetings of the programme. Your sketch stays in the platform, and you can use it again.\n\n"
        "{contact}"
    )
