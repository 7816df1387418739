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
    ("/page/composer.js", JS, include_str!("../../page/page/composer.js")),
    ("/page/conversation.js", JS, include_str!("../../page/page/conversation.js")),
    ("/page/desk.js", JS, include_str!("../../page/page/desk.js")),
    ("/page/dictionary.js", JS, include_str!("../../page/page/dictionary.js")),
    ("/page/dom.js", JS, include_str!("../../page/page/dom.js")),
    ("/page/entry.js", JS, include_str!("../../page/page/entry.js")),
    ("/page/feed.js", JS, include_str!("../../page/page/feed.js")),
    ("/page/list.js", JS, include_str!("../../page/page/list.js")),
    ("/page/outcome.js", JS, include_str!("../../page/page/outcome.js")),
    ("/page/people.js", JS, include_str!("../../page/page/people.js")),
    ("/page/portuguese.js", JS, include_str!("../../page/page/portuguese.js")),
    ("/page/replies.js", JS, include_str!("../../page/page/replies.js")),
    ("/page/reply.js", JS, include_str!("../../page/page/reply.js")),
    ("/page/telling.js", JS, include_str!("../../page/page/telling.js")),
    ("/page/test.js", JS, include_str!("../../page/page/test.js")),
    ("/page/top.js", JS, include_str!("../../page/page/top.js")),
    ("/page/trail.js", JS, include_str!("../../page/page/trail.js")),
    ("/page/words.js", JS, include_str!("../../page/page/words.js")),
];

pub(super) fn answer(path: &str) -> Answer {
    match FILES.iter().find(|(known, ..)| *known == path) {
        Some((_, content_type, text)) => Answer::file(content_type, text),
        None => Answer::refused(404, "there is nothing here"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_is_served_and_nothing_asks_for_another() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/page/page");
        let mut here: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("/page/{}", entry.unwrap().file_name().to_string_lossy()))
            .collect();
        here.sort();
        let served: Vec<&str> =
            FILES.iter().map(|(path, ..)| *path).filter(|path| path.starts_with("/page/")).collect();
        assert_eq!(served, here);
        for (path, _, text) in FILES {
            for import in text.split("from \"./").skip(1) {
                let name = import.split('"').next().unwrap();
                let asked = if *path == "/page.js" { format!("/{name}") } else { format!("/page/{name}") };
                assert_eq!(answer(&asked).status, 200, "{path} asks for {asked}");
            }
        }
        assert_eq!(answer("/page/../Cargo.toml").status, 404);
    }
}
