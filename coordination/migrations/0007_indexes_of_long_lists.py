from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models.deletion import PROTECT

from workflows.indexes import AddIndexAtWork, OnPostgreSQL

ASKS = ~models.Q(state__in=["verified", "cancelled"])


def index(name, key, **rest):
    return AddIndexAtWork("issue", models.Index(fields=[key, "-moved_at", "-id"], name=name, **rest))


def key(to, **rest):
    """A foreign key whose index is the one above that begins with it."""
    return models.ForeignKey(to, PROTECT, db_index=False, **rest)


class Migration(migrations.Migration):
    # Built while people work (docs/adr/0019).
    atomic = False
    dependencies = [("coordination", "0006_sessions_ended")]

    operations = [
        TrigramExtension(),
        OnPostgreSQL(
            "CREATE INDEX CONCURRENTLY issue_by_words ON coordination_issue USING gin (search_text gin_trgm_ops)",
            "DROP INDEX CONCURRENTLY issue_by_words",
        ),
        index("issue_of_unit", "unit"),
        index("issue_of_home", "home", condition=models.Q(code__isnull=False)),
        index("issue_of_author", "author"),
        index("issue_of_accountable", "accountable"),
        index("issue_of_decider", "decider"),
        index("issue_of_proposer", "proposer"),
        AddIndexAtWork(
            "issue",
            models.Index(
                fields=["unit", "merged_into"],
                name="issue_merged",
                condition=models.Q(merged_into__isnull=False),
            ),
        ),
        AddIndexAtWork(
            "commitment",
            models.Index(fields=["home", "locality"], name="commitment_asked_home", condition=ASKS),
        ),
        AddIndexAtWork(
            "commitment", models.Index(fields=["locality"], name="commitment_asked_side", condition=ASKS)
        ),
        migrations.AlterField("issue", "unit", key("coordination.organisation", related_name="issues")),
        migrations.AlterField("issue", "home", key("coordination.locality", related_name="home_issues")),
        migrations.AlterField("issue", "author", key("coordination.seat", related_name="authored_issues")),
        migrations.AlterField("issue", "accountable", key("coordination.seat", null=True, related_name="+")),
        migrations.AlterField("issue", "decider", key("coordination.seat", null=True, related_name="+")),
        migrations.AlterField(
            "issue", "proposer", key(settings.AUTH_USER_MODEL, null=True, related_name="+")
        ),
    ]
