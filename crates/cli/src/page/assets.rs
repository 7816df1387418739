//! The files of the page, as they lie in `page/` beside the sources.

use super::answer::Answer;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// Path, type and text of each.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("../../page/page.html")),
    ("/page.css", CSS, include_str!("../../page/page.css")),
    ("/page.js", JS, include_str!("../../page/page.js")),
];

pub(super) fn answer(path: &str) -> Answer {
    match FILES.iter().find(|(known, ..)| *known == path) {
        Some((_, content_type, text)) => Answer::file(content_type, text),
        None => Answer::refused(404, "there is nothing here"),
    }
}
