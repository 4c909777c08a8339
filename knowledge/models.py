"""What an operator says, looks up and writes: scripts, questions with their answers, contacts, text modules."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _


def _words(*names: str) -> models.GeneratedField:
    """Everything that is searched in one column, kept by the database, under one trigram index."""
    parts: list[object] = []
    for name in names:
        parts += [Cast(name, models.TextField()), Value(" ", output_field=models.TextField())]
    return models.GeneratedField(expression=Concat(*parts), output_field=models.TextField(), db_persist=True)


class Script(models.Model):
    """The uniform words of a hotline in one language on one occasion.

    Texts may hold {operator}, {hotline}, {organisation} and {daypart}; `knowledge.scripts.fill` puts them in.
    """

    class Occasion(models.TextChoices):
        INBOUND = "inbound", _("incoming call")
        CALLBACK = "callback", _("call back")
        VOICEMAIL = "voicemail", _("answer to a voicemail")

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="scripts")
    language = models.CharField(max_length=8, default="en")
    occasion = models.CharField(max_length=10, choices=Occasion, default=Occasion.INBOUND)
    greeting = models.TextField(_("greeting"))
    closing = models.TextField(_("closing"))

    class Meta:
        ordering = ["hotline", "language", "occasion"]
        constraints = [
            models.UniqueConstraint(fields=["hotline", "language", "occasion"], name="one_script_an_occasion")
        ]

    def __str__(self) -> str:
        return f"{self.get_occasion_display()}, {self.language}"


class ScriptStep(models.Model):
    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["position"]


class Question(models.Model):
    """A question callers ask, with the answer to say aloud."""

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="questions")
    language = models.CharField(max_length=8, default="en")
    question = models.CharField(_("question"), max_length=200)
    answer = models.TextField(_("answer, to say aloud"))
    details = models.TextField(_("details"), blank=True)
    keywords = models.CharField(_("other words for it"), max_length=200, blank=True)
    sensitive = models.BooleanField(_("sensitive"), default=False)
    emergency = models.BooleanField(_("emergency protocol"), default=False)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    words = _words("question", "keywords", "answer", "details")

    class Meta:
        ordering = ["question", "id"]
        indexes = [GinIndex(fields=["words"], name="question_words", opclasses=["gin_trgm_ops"], fastupdate=False)]

    def __str__(self) -> str:
        return self.question


class Contact(models.Model):
    """A person or office that callers are passed on to."""

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=32, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    competence = models.TextField(_("questions in their competence"), blank=True)
    hours = models.CharField(_("hours"), max_length=120, blank=True)
    verified_on = models.DateField(_("last verified"), null=True, blank=True)
    words = _words("name", "role", "competence")

    class Meta:
        ordering = ["name", "id"]
        indexes = [GinIndex(fields=["words"], name="contact_words", opclasses=["gin_trgm_ops"], fastupdate=False)]

    def __str__(self) -> str:
        return self.name


class Snippet(models.Model):
    """A text module: words that operators write often, put into a note by typing `::` and the beginning of the name."""

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="snippets")
    name = models.CharField(_("name"), max_length=60)
    text = models.TextField(_("text"), max_length=1000)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["hotline", "name"], name="a_text_module_has_one_name")]

    def __str__(self) -> str:
        return self.name
