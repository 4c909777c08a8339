"""Filters of the register that people keep."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A filter of the register that a person keeps under a name. A removed one is kept a while, to be brought back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=600)  # as it stands in the register's address
    shared = models.BooleanField(_("for everyone of my hotlines"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"], condition=Q(removed_at__isnull=True), name="a_view_has_its_name_alone"
            )
        ]

    def __str__(self) -> str:
        return self.name
