//! Which language a page speaks.

/// Portuguese unless somebody asks for English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Pt,
    En,
}

impl Lang {
    /// The language that was asked for by name, else the one that the browser prefers.
    pub(crate) fn choose(asked: Option<&str>, accepted: Option<&str>) -> Self {
        asked.and_then(Self::of).or_else(|| accepted.and_then(Self::preferred)).unwrap_or(Self::Pt)
    }

    /// The name that chooses it.
    pub(crate) fn name(self) -> &'static str {
        self.pick("pt", "en")
    }

    /// What stands in a document's `lang`.
    pub(crate) fn tag(self) -> &'static str {
        self.pick("pt-BR", "en")
    }

    /// One of two texts.
    pub(crate) fn pick<T>(self, pt: T, en: T) -> T {
        match self {
            Self::Pt => pt,
            Self::En => en,
        }
    }

    fn of(name: &str) -> Option<Self> {
        let name = name.trim();
        let primary = name.split(['-', '_']).next().unwrap_or(name);
        match primary.to_ascii_lowercase().as_str() {
            "pt" => Some(Self::Pt),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The one of ours with the highest weight in an `Accept-Language` header; the first of equals.
    fn preferred(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';');
            let Some(lang) = parts.next().and_then(Self::of) else { continue };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(Ok(1.0), str::parse);
            let weight: f32 = weight.unwrap_or(0.0);
            if weight > 0.0 && best.is_none_or(|(held, _)| weight > held) {
                best = Some((weight, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_speaks_portuguese_unless_english_is_wanted() {
        let cases = [
            ("nothing said", None, None, Lang::Pt),
            ("a Brazilian browser", None, Some("pt-BR,pt;q=0.9,en;q=0.8"), Lang::Pt),
            ("an American browser", None, Some("en-US,en;q=0.9"), Lang::En),
            ("weights count, not places", None, Some("pt;q=0.2,en;q=0.9"), Lang::En),
            ("a language that nobody here speaks", None, Some("de-DE,de;q=0.9"), Lang::Pt),
            ("the second best", None, Some("de,en;q=0.5,pt;q=0.4"), Lang::En),
            ("refused outright", None, Some("en;q=0,pt;q=0.1"), Lang::Pt),
            ("a weight that is none", None, Some("en;q=x"), Lang::Pt),
            ("asked for", Some("en"), Some("pt-BR"), Lang::En),
            ("asked for with a region", Some("pt-BR"), Some("en"), Lang::Pt),
            ("asked for in vain", Some("<script>"), Some("en"), Lang::En),
        ];
        for (case, asked, accepted, expected) in cases {
            assert_eq!(Lang::choose(asked, accepted), expected, "{case}");
        }
    }
}
