//! Which route takes a request.

use serde_json::{Map, Value};

/// A route key taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// As the template writes it.
    pub(super) key: String,
    /// `None` takes every method.
    method: Option<String>,
    /// `None` takes every path.
    path: Option<Vec<Segment>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    /// `{app}`: one segment.
    Variable(String),
    /// `{proxy+}`: all that is left, at least one segment.
    Greedy(String),
}

impl Pattern {
    pub(super) fn parse(key: &str) -> Option<Self> {
        if key == "$default" {
            return Some(Self { key: key.to_owned(), method: None, path: None });
        }
        let (method, path) = key.split_once(' ')?;
        let segments: Vec<Segment> = path.strip_prefix('/')?.split('/').map(Segment::parse).collect();
        let greedy = segments.iter().position(|segment| matches!(segment, Segment::Greedy(_)));
        if method.is_empty() || greedy.is_some_and(|at| at + 1 < segments.len()) {
            return None;
        }
        let method = (method != "ANY").then(|| method.to_owned());
        Some(Self { key: key.to_owned(), method, path: Some(segments) })
    }

    /// The path's variables, if the request is one for this route.
    fn matches(&self, method: &str, path: &str) -> Option<Map<String, Value>> {
        if self.method.as_ref().is_some_and(|own| own != method) {
            return None;
        }
        let mut variables = Map::new();
        let Some(segments) = &self.path else { return Some(variables) };
        let mut rest = Some(path.strip_prefix('/')?);
        for segment in segments {
            let left = rest?;
            let (first, others) = left.split_once('/').map_or((left, None), |(first, others)| (first, Some(others)));
            rest = others;
            match segment {
                Segment::Literal(literal) if literal == first => {}
                Segment::Literal(_) => return None,
                Segment::Variable(_) | Segment::Greedy(_) if first.is_empty() => return None,
                Segment::Variable(name) => drop(variables.insert(name.clone(), first.into())),
                Segment::Greedy(name) => {
                    variables.insert(name.clone(), left.into());
                    rest = None;
                }
            }
        }
        rest.is_none().then_some(variables)
    }

    /// Lower is more specific: a whole path before a greedy one before `$default`, literals before variables, a named
    /// method before `ANY`.
    fn rank(&self) -> (bool, bool, usize, bool) {
        let segments = self.path.as_deref().unwrap_or_default();
        let greedy = segments.iter().any(|segment| matches!(segment, Segment::Greedy(_)));
        let variables = segments.iter().filter(|segment| !matches!(segment, Segment::Literal(_))).count();
        (self.path.is_none(), greedy, variables, self.method.is_none())
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            None => Self::Literal(text.to_owned()),
            Some(name) => match name.strip_suffix('+') {
                None => Self::Variable(name.to_owned()),
                Some(name) => Self::Greedy(name.to_owned()),
            },
        }
    }
}

/// Index of the most specific of the `patterns` that take the request, and the path's variables.
pub(super) fn best_match<'a>(
    patterns: impl Iterator<Item = &'a Pattern>,
    method: &str,
    path: &str,
) -> Option<(usize, Map<String, Value>)> {
    let matching = patterns.enumerate().filter_map(|(index, pattern)| {
        let variables = pattern.matches(method, path)?;
        Some((pattern.rank(), index, variables))
    });
    matching.min_by_key(|(rank, ..)| *rank).map(|(_, index, variables)| (index, variables))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_route_takes_a_request() {
        let keys = [
            "$default",
            "ANY /{proxy+}",
            "POST /hooks/{app}",
            "POST /hooks/instagram",
            "ANY /hooks/instagram",
            "GET /",
        ];
        let patterns: Vec<_> = keys.iter().map(|key| Pattern::parse(key).unwrap()).collect();
        let cases = [
            ("POST", "/hooks/instagram", "POST /hooks/instagram", "literal path and method"),
            ("GET", "/hooks/instagram", "ANY /hooks/instagram", "literal path, any method"),
            ("POST", "/hooks/other", "POST /hooks/{app}", "a variable takes one segment"),
            ("POST", "/hooks/other/more", "ANY /{proxy+}", "a greedy variable takes the rest"),
            ("POST", "/hooks/", "ANY /{proxy+}", "a variable is never empty"),
            ("GET", "/", "GET /", "the root"),
            ("POST", "/", "$default", "a greedy variable is never empty either"),
        ];
        for (method, path, key, reason) in cases {
            let (index, _) = best_match(patterns.iter(), method, path).unwrap();
            assert_eq!(keys[index], key, "{reason}");
        }
    }

    #[test]
    fn a_key_without_method_or_path_is_refused() {
        let cases = [
            ("/hooks", "no method"),
            ("POST", "no path"),
            ("POST hooks", "a path begins with a slash"),
            ("ANY /{proxy+}/more", "nothing comes after a greedy variable"),
        ];
        for (key, reason) in cases {
            assert_eq!(Pattern::parse(key), None, "{reason}");
        }
    }
}
