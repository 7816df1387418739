//! Messages that are more than a text, as a rule document writes them.

use instagram::{
    limits::{MAX_BUTTON_TEMPLATE_CHARS, MAX_BUTTON_TITLE_CHARS, MAX_PAYLOAD_BYTES, MAX_TEMPLATE_TITLE_CHARS},
    outgoing::{
        Button, ButtonTitle, Content, Element, ElementTitle, Few, LinkUrl, MediaUrl, Payload, QuickReply, ReactionWord,
        Template, TemplateText,
    },
};
use serde_json::Value;

use super::{
    errors::Problems,
    node::Node,
    part::{List, Part, Text, object},
    schema::Definitions,
    step::{Body, Step},
    wording::MessageWordings,
};

object! {
    /// A direct message with answers to tap. Not shown on desktop.
    struct QuickRepliesDocument {
        /// The message.
        "text" => text: MessageWordings,
        /// The answers.
        "replies" => replies: List<QuickReplyDocument, 1, 13>,
    }
}

object! {
    /// An answer to tap.
    struct QuickReplyDocument {
        /// What it shows.
        "title" => title: ButtonTitle,
        /// What comes back.
        "payload" => payload: Payload,
    }
}

object! {
    /// A text above buttons.
    struct ButtonTemplateDocument {
        /// The text.
        "text" => text: TemplateText,
        /// The buttons.
        "buttons" => buttons: List<ButtonDocument, 1, 3>,
    }
}

object! {
    /// Cards side by side.
    struct GenericTemplateDocument {
        /// The cards.
        "elements" => elements: List<ElementDocument, 1, 10>,
    }
}

object! {
    /// A card. It has something besides its title.
    struct ElementDocument {
        /// Its title.
        "title" => title: ElementTitle,
        /// What stands below.
        "subtitle" => subtitle: Option<ElementTitle>,
        /// Its image, by its address.
        "image_url" => image_url: Option<MediaUrl>,
        /// What opens when the card is tapped.
        "url" => url: Option<LinkUrl>,
        /// Its buttons.
        "buttons" => buttons: Option<List<ButtonDocument, 1, 3>>,
    }
}

object! {
    /// A button: it opens an address or sends a payload.
    struct ButtonDocument {
        /// What it shows.
        "title" => title: ButtonTitle,
        /// What it opens.
        "url" => url: Option<LinkUrl>,
        /// What comes back, as a postback.
        "payload" => payload: Option<Payload>,
    }
}

pub(super) fn quick_replies(list: List<QuickReplyDocument, 1, 13>) -> Vec<QuickReply> {
    let reply = |document: QuickReplyDocument| QuickReply::Text { title: document.title, payload: document.payload };
    list.into_elements().map(reply).collect()
}

impl ButtonTemplateDocument {
    pub(super) fn compile(self, path: &str, problems: &mut Problems) -> Option<Step> {
        let buttons = compile_buttons(self.buttons, &format!("{path}.button_template.buttons"), problems);
        let template = Template::Button { text: self.text, buttons: Few::new(buttons).ok()? };
        Some(Step::Message(Body::Fixed(Content::Template(template))))
    }
}

impl GenericTemplateDocument {
    pub(super) fn compile(self, path: &str, problems: &mut Problems) -> Option<Step> {
        let mut elements = Vec::new();
        for (i, element) in self.elements.0 {
            elements.extend(element.compile(&format!("{path}.generic_template.elements[{i}]"), problems));
        }
        let template = Template::Generic(Few::new(elements).ok()?);
        Some(Step::Message(Body::Fixed(Content::Template(template))))
    }
}

impl ElementDocument {
    fn compile(self, path: &str, problems: &mut Problems) -> Option<Element> {
        let buttons = self.buttons.map(|list| compile_buttons(list, &format!("{path}.buttons"), problems));
        let buttons = Few::new(buttons.unwrap_or_default()).ok()?;
        match Element::new(self.title, self.subtitle, self.image_url, self.url, buttons) {
            Ok(element) => Some(element),
            Err(error) => {
                problems.add(path, error.to_string());
                None
            }
        }
    }
}

fn compile_buttons(list: List<ButtonDocument, 1, 3>, path: &str, problems: &mut Problems) -> Vec<Button> {
    let mut buttons = Vec::new();
    for (i, document) in list.0 {
        buttons.extend(document.compile(&format!("{path}[{i}]"), problems));
    }
    buttons
}

impl ButtonDocument {
    pub(super) fn compile(self, path: &str, problems: &mut Problems) -> Option<Button> {
        match (self.url, self.payload) {
            (Some(url), None) => Some(Button::WebUrl { title: self.title, url }),
            (None, Some(payload)) => Some(Button::Postback { title: self.title, payload }),
            (Some(_), Some(_)) | (None, None) => {
                problems.add(path, "a button has either `url` or `payload`");
                None
            }
        }
    }
}

/// Texts that their own type checks. The schema counts characters; bytes and addresses are the type's business.
macro_rules! checked_texts {
    ($($name:ident: $max:expr;)*) => {$(
        impl Part for $name {
            fn read(node: Node<'_>, problems: &mut Problems) -> Option<Self> {
                let text = node.text(problems)?;
                let is_of_shape = (1..=$max).contains(&text.chars().count());
                match Self::parse(text) {
                    Ok(text) => return Some(text),
                    Err(error) if is_of_shape => node.refuse(error.to_string(), problems),
                    Err(error) => node.misshapen(error.to_string(), problems),
                }
                None
            }

            fn schema(definitions: &mut Definitions) -> Value {
                Text::<1, { $max }>::schema(definitions)
            }
        }
    )*};
}

checked_texts! {
    ButtonTitle: MAX_BUTTON_TITLE_CHARS;
    ElementTitle: MAX_TEMPLATE_TITLE_CHARS;
    TemplateText: MAX_BUTTON_TEMPLATE_CHARS;
    Payload: MAX_PAYLOAD_BYTES;
    ReactionWord: instagram::limits::MAX_REACTION_BYTES;
    MediaUrl: instagram::limits::MAX_URL_BYTES;
    LinkUrl: instagram::limits::MAX_URL_BYTES;
}
