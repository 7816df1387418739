//! When an office works and when it keeps silent, in its own time.

use std::sync::LazyLock;

use instagram::UnixMillis;
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time, Weekday},
    tz::{TimeZone, TimeZoneDatabase},
};
use regex::Regex;
use serde_json::{Value, json};

use super::{
    errors::Problems,
    node::{Node, compile},
    part::{List, Part, Text, object, words},
    schema::Definitions,
};

/// The zones of the IANA database as they were when this was built: a Lambda has no zone files that we chose.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

const CLOCK_PATTERN: &str = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$";
const DAY_PATTERN: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
const MOMENT_PATTERN: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$";

words! {
    /// What a quiet period silences; each includes the one before it.
    pub enum Scope {
        /// Answers written by a machine that learnt to write.
        "ai" => Ai,
        /// Everything that leaves without a person's hand.
        "automatic" => Automatic,
        /// Everything, answers of the office's people too.
        "all" => All,
    }
}

words! {
    /// A day of the week.
    pub(in crate::rule_set) enum Day {
        /// Monday
        "mon" => Monday,
        /// Tuesday
        "tue" => Tuesday,
        /// Wednesday
        "wed" => Wednesday,
        /// Thursday
        "thu" => Thursday,
        /// Friday
        "fri" => Friday,
        /// Saturday
        "sat" => Saturday,
        /// Sunday
        "sun" => Sunday,
    }
}

object! {
    /// When people of the office are there. The condition `business_hours` asks for it.
    struct HoursDocument {
        /// The week.
        "open" => open: List<OpeningDocument, 1, 50>,
        /// Days on which nobody is there, such as 2026-12-25.
        "closed" => closed: Option<List<DayText, 1, 200>>,
    }
}

object! {
    /// Some hours on some days of the week.
    struct OpeningDocument {
        /// The days.
        "days" => days: List<Day, 1, 7>,
        /// From this time of day, such as 09:00.
        "from" => from: ClockText,
        /// Until this time of day, such as 18:00; at most 24:00.
        "until" => until: ClockText,
    }
}

object! {
    /// A time in which something keeps silent.
    struct QuietDocument {
        /// From when, in the set's time zone: 2026-10-03T00:00, or a day from its beginning.
        "from" => from: MomentText,
        /// Until when: 2026-10-04T17:00, or a day with all of it.
        "until" => until: MomentText,
        /// What keeps silent.
        "scope" => scope: Scope,
    }
    unread {
        /// Why, for those who read the rules.
        "why" => Option<Text<1, 200>>,
    }
}

/// The name of a time zone, checked.
#[derive(Debug, Clone)]
pub(super) struct ZoneText(TimeZone);

/// A time of day, in minutes since midnight.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockText(i16);

/// A day.
#[derive(Debug, Clone, Copy)]
pub(super) struct DayText(Date);

/// A day, or a minute of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct MomentText(Date, Option<Time>);

/// What a rule set says of times. All of it is judged by when an event happened, so that deciding again decides the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendar {
    hours: Option<Hours>,
    quiet: Vec<Quiet>,
}

#[derive(Debug, Clone)]
struct Hours {
    zone: TimeZone,
    openings: Vec<Opening>,
    closed: Vec<Date>,
}

#[derive(Debug, Clone)]
struct Opening {
    days: Vec<Day>,
    minutes: std::ops::Range<i16>,
}

#[derive(Debug, Clone)]
struct Quiet {
    from: UnixMillis,
    until: UnixMillis,
    scope: Scope,
}

impl Scope {
    /// Its word in a document.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, scope)| *scope == self).map_or("", |(name, _)| name)
    }
}

impl Calendar {
    /// Puts the parts together. Without a zone no local time can be told.
    pub(super) fn compile(
        zone: Option<ZoneText>,
        hours: Option<HoursDocument>,
        quiet: Vec<(usize, QuietDocument)>,
        problems: &mut Problems,
    ) -> Self {
        let Some(ZoneText(zone)) = zone else {
            for path in [hours.map(|_| "$.business_hours"), quiet.first().map(|_| "$.quiet")].into_iter().flatten() {
                problems.add(path, "needs the set's `time_zone`, such as America/Sao_Paulo");
            }
            return Self::default();
        };
        let hours = hours.map(|hours| Hours::compile(zone.clone(), hours, problems));
        let mut periods = Vec::new();
        for (i, document) in quiet {
            match Quiet::compile(&zone, &document) {
                Some(period) => periods.push(period),
                None => problems.add(&format!("$.quiet[{i}]"), "ends before it begins"),
            }
        }
        Self { hours, quiet: periods }
    }

    /// Whether the set says when the office is there at all.
    pub(super) fn has_hours(&self) -> bool {
        self.hours.is_some()
    }

    /// How many quiet periods there are.
    pub(super) fn quiet_periods(&self) -> usize {
        self.quiet.len()
    }

    /// Whether the office is there. Never true of a set without hours, or of a time beyond the calendar.
    pub(crate) fn is_open(&self, at: UnixMillis) -> bool {
        self.hours.as_ref().is_some_and(|hours| hours.include(at))
    }

    /// The widest of the quiet periods at a moment.
    pub(crate) fn quiet_at(&self, at: UnixMillis) -> Option<Scope> {
        self.quiet.iter().filter(|period| period.from <= at && at < period.until).map(|period| period.scope).max()
    }

    /// When the next quiet period of at least this scope begins: nothing that was planned before may leave in it.
    pub(crate) fn next_silence(&self, after: UnixMillis, scope: Scope) -> Option<UnixMillis> {
        let silent = self.quiet.iter().filter(|period| period.scope >= scope && period.from > after);
        silent.map(|period| period.from).min()
    }
}

impl Hours {
    fn compile(zone: TimeZone, document: HoursDocument, problems: &mut Problems) -> Self {
        let mut openings = Vec::new();
        for (i, opening) in document.open.0 {
            let minutes = opening.from.0..opening.until.0;
            if minutes.is_empty() {
                let reason = "ends before it begins: write hours across midnight as two";
                problems.add(&format!("$.business_hours.open[{i}]"), reason);
            }
            openings.push(Opening { days: opening.days.into_elements().collect(), minutes });
        }
        let closed = document.closed.map(|days| days.into_elements().map(|day| day.0).collect());
        Self { zone, openings, closed: closed.unwrap_or_default() }
    }

    fn include(&self, at: UnixMillis) -> bool {
        let Ok(moment) = Timestamp::from_millisecond(at.0) else { return false };
        let local = self.zone.to_datetime(moment);
        let minute = i16::from(local.hour()) * 60 + i16::from(local.minute());
        let today = Day::of(local.weekday());
        !self.closed.contains(&local.date())
            && self.openings.iter().any(|opening| opening.days.contains(&today) && opening.minutes.contains(&minute))
    }
}

impl Quiet {
    /// Where clocks are changed, a local time may come twice or never: then the period is the longer one.
    fn compile(zone: &TimeZone, document: &QuietDocument) -> Option<Self> {
        let QuietDocument { from: MomentText(first, from), until: MomentText(last, until), scope, .. } = document;
        let from = DateTime::from_parts(*first, from.unwrap_or(Time::midnight()));
        let until = match until {
            Some(time) => DateTime::from_parts(*last, *time),
            None => DateTime::from_parts(last.tomorrow().ok()?, Time::midnight()),
        };
        let from = zone.to_ambiguous_timestamp(from).earlier().ok()?;
        let until = zone.to_ambiguous_timestamp(until).later().ok()?;
        let (from, until) = (UnixMillis(from.as_millisecond()), UnixMillis(until.as_millisecond()));
        (from < until).then_some(Self { from, until, scope: *scope })
    }
}

impl Day {
    fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

impl Part for ZoneText {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        let Text(name) = Text::<1, 60>::read(node.again(), problems)?;
        let zone = ZONES.get(&name).ok();
        if zone.is_none() {
            node.refuse("no time zone of the IANA database; one is America/Sao_Paulo", problems);
        }
        zone.map(Self)
    }

    fn schema(definitions: &mut Definitions) -> Value {
        let mut schema = Text::<1, 60>::schema(definitions);
        schema["examples"] =
            json!(["America/Sao_Paulo", "America/Manaus", "America/Cuiaba", "America/Rio_Branco", "America/Noronha"]);
        schema
    }
}

impl Part for ClockText {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        static PATTERN: LazyLock<Regex> = LazyLock::new(|| compile(CLOCK_PATTERN));
        let text = node.text_like(&PATTERN, "expected a time of day from 00:00 to 24:00", problems)?;
        let (hours, minutes) = text.split_once(':')?;
        Some(Self(hours.parse::<i16>().ok()? * 60 + minutes.parse::<i16>().ok()?))
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "string", "pattern": CLOCK_PATTERN})
    }
}

impl Part for DayText {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        static PATTERN: LazyLock<Regex> = LazyLock::new(|| compile(DAY_PATTERN));
        let text = node.text_like(&PATTERN, "expected a day such as 2026-12-25", problems)?;
        parsed(&node, &text, problems).map(Self)
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "string", "pattern": DAY_PATTERN})
    }
}

impl Part for MomentText {
    fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
        static PATTERN: LazyLock<Regex> = LazyLock::new(|| compile(MOMENT_PATTERN));
        let expected = "expected a time such as 2026-10-03T00:00, or a day such as 2026-10-03";
        let text = node.text_like(&PATTERN, expected, problems)?;
        match text.split_once('T') {
            Some((day, time)) => Some(Self(parsed(&node, day, problems)?, Some(parsed(&node, time, problems)?))),
            None => Some(Self(parsed(&node, &text, problems)?, None)),
        }
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({"type": "string", "pattern": MOMENT_PATTERN})
    }
}

/// A text of the right form may still name the 30th of February.
fn parsed<T: std::str::FromStr>(node: &Node<'_>, text: &str, problems: &mut Problems) -> Option<T> {
    let value = text.parse().ok();
    if value.is_none() {
        node.refuse("no such day or time", problems);
    }
    value
}

#[cfg(test)]
mod tests;
