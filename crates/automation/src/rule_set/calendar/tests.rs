use super::*;

fn zone(name: &str) -> Option<ZoneText> {
    Some(ZoneText(ZONES.get(name).unwrap()))
}

/// A moment by its UTC time.
fn utc(text: &str) -> UnixMillis {
    UnixMillis(format!("{text}Z").parse::<Timestamp>().unwrap().as_millisecond())
}

fn document<T: Part>(json: &str) -> T {
    let mut problems = Problems::default();
    let part = T::read(Node::root(json, &mut problems).unwrap(), &mut problems);
    problems.or_all(part).unwrap()
}

fn hours(zone_name: &str, json: &str) -> Calendar {
    Calendar::compile(zone(zone_name), Some(document(json)), Vec::new(), &mut Problems::default())
}

fn quiet(zone_name: &str, json: &str) -> Calendar {
    let list: List<QuietDocument, 0, 10> = document(json);
    Calendar::compile(zone(zone_name), None, list.0, &mut Problems::default())
}

#[test]
fn hours_are_those_of_the_offices_clock() {
    let office = hours(
        "America/Sao_Paulo",
        r#"{"open":[{"days":["mon","tue","wed","thu","fri"],"from":"09:00","until":"12:00"},
                    {"days":["mon","fri"],"from":"13:00","until":"24:00"}],"closed":["2026-12-25"]}"#,
    );
    let cases = [
        ("a Monday at 08:59:59", "2026-11-23T11:59:59", false),
        ("at nine", "2026-11-23T12:00:00", true),
        ("at 11:59", "2026-11-23T14:59:00", true),
        ("at noon", "2026-11-23T15:00:00", false),
        ("at one", "2026-11-23T16:00:00", true),
        ("at 23:59, in UTC already Tuesday", "2026-11-24T02:59:00", true),
        ("a Tuesday at midnight", "2026-11-24T03:00:00", false),
        ("a Tuesday afternoon", "2026-11-24T17:00:00", false),
        ("a Saturday", "2026-11-21T14:00:00", false),
        ("Christmas, a Friday", "2026-12-25T13:00:00", false),
    ];
    for (case, at, open) in cases {
        assert_eq!(office.is_open(utc(at)), open, "{case}");
    }
    assert!(!office.is_open(UnixMillis(i64::MAX)) && !office.is_open(UnixMillis(i64::MIN)), "beyond the calendar");
    assert!(!Calendar::default().is_open(utc("2026-11-23T12:00:00")), "a set without hours is never open");
}

#[test]
fn hours_follow_when_clocks_are_changed() {
    let day = r#"{"open":[{"days":["mon","tue","wed","thu","fri","sat","sun"],"from":"09:00","until":"10:00"}]}"#;
    let cases = [
        ("São Paulo in its last summer time", "America/Sao_Paulo", "2019-02-15T11:30:00", true),
        ("the same hour afterwards", "America/Sao_Paulo", "2019-02-18T11:30:00", false),
        ("an hour later by UTC", "America/Sao_Paulo", "2019-02-18T12:30:00", true),
        ("São Paulo has none any more", "America/Sao_Paulo", "2026-01-15T12:30:00", true),
        ("Manaus is an hour behind", "America/Manaus", "2026-01-15T13:30:00", true),
        ("Lisbon in winter", "Europe/Lisbon", "2026-01-15T09:30:00", true),
        ("Lisbon in summer", "Europe/Lisbon", "2026-07-15T08:30:00", true),
        ("Lisbon in summer, by winter's clock", "Europe/Lisbon", "2026-07-15T09:30:00", false),
    ];
    for (case, zone, at, open) in cases {
        assert_eq!(hours(zone, day).is_open(utc(at)), open, "{case}");
    }
}

#[test]
fn a_quiet_period_begins_and_ends_by_the_offices_clock() {
    let eve = quiet(
        "America/Sao_Paulo",
        r#"[{"from":"2026-10-03T22:00","until":"2026-10-04T17:00","scope":"automatic","why":"primeiro turno"},
            {"from":"2026-10-01","until":"2026-10-04","scope":"ai"},
            {"from":"2026-10-04T08:00","until":"2026-10-04T09:00","scope":"all"}]"#,
    );
    let cases = [
        ("the evening before", "2026-10-01T02:59:59", None),
        ("the first day", "2026-10-01T03:00:00", Some(Scope::Ai)),
        ("the eve", "2026-10-04T01:00:00", Some(Scope::Automatic)),
        ("the widest counts", "2026-10-04T11:30:00", Some(Scope::All)),
        ("after the polls", "2026-10-04T20:00:00", Some(Scope::Ai)),
        ("the last day counts in full", "2026-10-05T02:59:59", Some(Scope::Ai)),
        ("the day after", "2026-10-05T03:00:00", None),
    ];
    for (case, at, scope) in cases {
        assert_eq!(eve.quiet_at(utc(at)), scope, "{case}");
    }
    assert_eq!(
        eve.next_silence(utc("2026-10-01T00:00:00"), Scope::Automatic),
        Some(utc("2026-10-04T01:00:00")),
        "ai silences no rule"
    );
    assert_eq!(eve.next_silence(utc("2026-10-04T01:00:00"), Scope::Automatic), Some(utc("2026-10-04T11:00:00")));
    assert_eq!(eve.next_silence(utc("2026-10-04T11:00:00"), Scope::Automatic), None);
}

#[test]
fn a_time_that_comes_twice_or_never_makes_a_silence_longer() {
    // In New York clocks went from 02:00 to 03:00 on 8 March 2026 and go from 02:00 back to 01:00 on 1 November.
    let spring = quiet("America/New_York", r#"[{"from":"2026-03-08T02:30","until":"2026-03-08T05:00","scope":"all"}]"#);
    assert_eq!(spring.quiet_at(utc("2026-03-08T06:30:00")), Some(Scope::All), "02:30 never came: 01:30 before it");
    let autumn = quiet("America/New_York", r#"[{"from":"2026-11-01T00:00","until":"2026-11-01T01:30","scope":"all"}]"#);
    assert_eq!(autumn.quiet_at(utc("2026-11-01T06:29:00")), Some(Scope::All), "until the second 01:30");
    assert_eq!(autumn.quiet_at(utc("2026-11-01T06:30:00")), None);
}
