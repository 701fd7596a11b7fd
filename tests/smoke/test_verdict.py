"""The table that the smoke test ends with."""

from include.smoke.verdict import Finding, Verdict, as_text


def verdict(*findings: Finding) -> tuple[Verdict, list[str]]:
    said: list[str] = []
    made = Verdict(said.append)
    for finding in findings:
        made.check("first load", "tables", lambda finding=finding: finding)
    return made, said


def test_all_is_well():
    made, said = verdict(Finding("10 tables"), Finding("27 rows"))
    assert said == ["first load, tables: ok: 10 tables", "first load, tables: ok: 27 rows"]
    assert as_text(made).splitlines() == [
        "  step        checked  took       found",
        "  first load  tables   0.0 s  ok  10 tables",
        "  first load  tables   0.0 s  ok  27 rows",
        "",
        "All is well: 2 checks.",
    ]


def test_what_is_wrong_follows_in_full():
    long = "fact_payment without " + "x" * 100
    made, said = verdict(Finding("10 tables"), Finding(long, "fact_payment with it"))
    made.not_tried.append("recovery")
    text = as_text(made)
    assert said[1].startswith("first load, tables: WRONG: fact_payment")
    assert f"WRONG  first load, tables\n  found     {long}\n  expected  fact_payment with it\n" in text
    assert max(len(line) for line in text.splitlines()[:3]) < 120
    assert text.endswith("Not tried: recovery.\n\nWRONG: 1 of 2 checks.")


def test_a_test_that_broke_off_sums_nothing_up():
    made, _ = verdict(Finding("10 tables"))
    assert "well" not in as_text(made, ended=False)
    assert as_text(Verdict(print), ended=False) == ""
