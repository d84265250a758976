"""The demo lists again, their exports, and the way back: on lists of the size that an office keeps."""

from pathlib import Path

from gongdan.api import CompanyDesk, Source
from gongdan.testing.contents import contents, differences
from tests.plugins.property_mgmt.expectations import DEMO

#: Kind → file, the ending of the export, and the rows that are taken.
LISTS = {"units": ("房屋台账.xlsx", "csv", 1188), "cases": ("报修投诉台账.csv", "xlsx", 2953)}
_NOUNS = ("asset", "asset_link", "contact_point", "party", "search_document", "ticket")


def test_the_same_lists_and_their_exports_change_nothing_and_all_can_be_undone(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    engine = company_desk.installation.database.engine
    runs = [company_desk.imports.run(kind, Source(path=DEMO / file)) for kind, (file, _, _) in LISTS.items()]
    before = contents(engine)
    for kind, (file, ending, taken) in LISTS.items():
        exported = tmp_path / f"{kind}.{ending}"
        assert company_desk.exports.write(kind, exported) == taken
        for path in (DEMO / file, exported):
            runs.append(company_desk.imports.run(kind, Source(path=path)))
            assert runs[-1].counts["same"] == taken
            assert runs[-1].counts.keys().isdisjoint({"imported", "changed"})
    assert differences(before, contents(engine)) == ["import_batch", "import_run", "journal_entry", "journal_head"]
    for run in reversed(runs):
        company_desk.imports.undo(run.id)
    left = contents(engine)
    assert {noun: left[noun] for noun in _NOUNS} == {noun: [] for noun in _NOUNS}
    assert company_desk.journal.verify().first_bad is None
