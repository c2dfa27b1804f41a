"""Needs that are lists, in a step's form."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django.utils.translation import gettext_lazy as _

from coordination.forms.needs import Part
from coordination.forms.rows import CommitmentRow, Rows


class RowsPart(Part):
    """Rows that repeat; an error of the need stands above them."""

    template = "_components/step_rows.html"
    add_label: Any = _("Add a row")

    def build(self) -> None:
        self.rows = self._rows(self.form.add_prefix(self.need.name))

    @abstractmethod
    def _rows(self, prefix: str) -> Rows:
        """The rows of this need, under a prefix of the form's."""

    def _data(self) -> Any:
        return self.form.data if self.form.is_bound else None

    @property
    def legend(self) -> Any:
        return self.need.label

    def clean(self) -> None:
        if not self.rows.is_valid():
            self.problems.append(_("Some rows are not complete."))
        elif not self.rows.any_given():
            self.problems.append(_("Give at least one row."))

    def value(self) -> list[dict[str, Any]]:
        return self.rows.values()


class CommitmentsPart(RowsPart):
    """Commitments given with a decision."""

    add_label = _("Add a commitment")

    def _rows(self, prefix: str) -> Rows:
        return Rows(
            CommitmentRow,
            prefix=prefix,
            data=self._data(),
            spare=2,
            row_options=self.form.commitment_choices(),
        )
