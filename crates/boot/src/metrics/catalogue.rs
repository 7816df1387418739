//! What can be counted: a metric exists by being written down in a catalogue, and nowhere else.

/// A metric: what [`Sheet`](crate::Sheet) takes. Made by [`catalogue!`](crate::catalogue) alone, so that every name that
/// is ever written is in a list that can be printed and held against dashboards.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    name: &'static str,
    kind: Kind,
    unit: Unit,
    scope: Scope,
    what: &'static str,
}

/// How values of a metric go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sum it.
    Count,
    /// Take its maximum, minimum or average.
    Level,
    /// Take percentiles of it.
    Distribution,
}

/// What a value is a number of, in CloudWatch's words; `None` for units that those do not know, such as days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Unit {
    Count,
    Seconds,
    Milliseconds,
    None,
}

/// Whether functions that count the same are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// By function: the dimension `service`.
    Service,
    /// No dimension: whoever counts adds to the same series.
    Everywhere,
}

impl Metric {
    /// For [`catalogue!`](crate::catalogue) alone.
    #[doc(hidden)]
    pub const fn catalogued(name: &'static str, kind: Kind, unit: Unit, scope: Scope, what: &'static str) -> Self {
        Self { name, kind, unit, scope, what }
    }

    /// Its name in CloudWatch.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// How its values go together.
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// What its values are numbers of.
    pub const fn unit(self) -> Unit {
        self.unit
    }

    /// Whether functions that count it are told apart.
    pub const fn scope(self) -> Scope {
        self.scope
    }

    /// What it counts, in a sentence.
    pub fn what(self) -> &'static str {
        self.what.trim()
    }
}

/// A name is one metric.
impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Metric {}

impl Kind {
    /// The word in the printed catalogue.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Level => "level",
            Self::Distribution => "distribution",
        }
    }
}

impl Unit {
    /// CloudWatch's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
            Self::Milliseconds => "Milliseconds",
            Self::None => "None",
        }
    }
}

/// Makes metrics, and the list of all of them: a visibility, the list's name and its [`Scope`], then the metrics, each with
/// its constant's name, its [`Kind`], its name in CloudWatch and, unless it is `Count`, its [`Unit`]. The comment above a
/// metric is what the printed catalogue says of it.
///
/// ```
/// boot::catalogue! {
///     /// What a bakery counts.
///     pub(crate) METRICS: Service;
///
///     /// Loaves that left the oven.
///     LOAVES: Count "Loaves";
///     /// How warm the oven is.
///     WARMTH: Level "Warmth" in None;
///     /// How long a customer waits.
///     WAIT: Distribution "WaitMs" in Milliseconds;
/// }
/// # fn main() {
/// assert_eq!(METRICS.len(), 3);
/// assert_eq!((LOAVES.name(), LOAVES.what()), ("Loaves", "Loaves that left the oven."));
/// # assert_eq!((WARMTH.unit(), WAIT.kind()), (boot::Unit::None, boot::Kind::Distribution));
/// # }
/// ```
#[macro_export]
macro_rules! catalogue {
    (@unit) => { $crate::Unit::Count };
    (@unit $unit:ident) => { $crate::Unit::$unit };
    (
        $(#[$about:meta])* $vis:vis $all:ident: $scope:ident;
        $($(#[doc = $what:literal])+ $metric:ident: $kind:ident $name:literal $(in $unit:ident)?;)+
    ) => {
        $(
            $(#[doc = $what])+
            $vis const $metric: $crate::Metric = $crate::Metric::catalogued(
                $name,
                $crate::Kind::$kind,
                $crate::catalogue!(@unit $($unit)?),
                $crate::Scope::$scope,
                concat!($($what),+),
            );
        )+
        $(#[$about])*
        $vis const $all: &[$crate::Metric] = &[$($metric),+];
    };
}
