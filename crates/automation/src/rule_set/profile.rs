//! What the account shows before anybody has written: questions and the menu.

use instagram::{
    limits::MAX_ICE_BREAKERS,
    outgoing::{ButtonTitle, ByLocale, Few, IceBreaker, LinkUrl, MessageText, MessengerProfile, Payload},
};

use super::{
    errors::Problems,
    message::ButtonDocument,
    part::{List, object},
    wording::Line,
};

object! {
    /// A question to begin with. Not shown on desktop.
    struct IceBreakerDocument {
        /// The question.
        "question" => question: Line<80>,
        /// What comes back, as a postback.
        "payload" => payload: Payload,
    }
}

object! {
    /// An item of the menu: it opens an address or sends a payload.
    struct MenuItemDocument {
        /// What it shows.
        "title" => title: ButtonTitle,
        /// What it opens.
        "url" => url: Option<LinkUrl>,
        /// What comes back, as a postback.
        "payload" => payload: Option<Payload>,
    }
}

/// The profile as Meta takes it. What the set does not name is not there, and is to be removed where it was.
pub(super) fn compile(
    ice_breakers: Option<List<IceBreakerDocument, 0, MAX_ICE_BREAKERS>>,
    menu: Option<List<MenuItemDocument, 0, 20>>,
    problems: &mut Problems,
) -> MessengerProfile {
    let mut questions = Vec::new();
    for document in ice_breakers.into_iter().flat_map(List::into_elements) {
        let question = MessageText::parse(document.question.0).ok();
        questions.extend(question.map(|question| IceBreaker { question, payload: document.payload }));
    }
    let mut items = Vec::new();
    for (i, MenuItemDocument { title, url, payload }) in menu.map(|list| list.0).unwrap_or_default() {
        items.extend(ButtonDocument { title, url, payload }.compile(&format!("$.menu[{i}]"), problems));
    }
    MessengerProfile {
        ice_breakers: Few::new(questions).ok().map(ByLocale::for_everybody),
        persistent_menu: Few::new(items).ok().map(ByLocale::for_everybody),
    }
}
