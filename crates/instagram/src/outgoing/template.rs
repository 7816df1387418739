//! Templates: cards, or a text with buttons (fact sheet 4.2).

use crate::limits::{MAX_TEMPLATE_BUTTONS, MAX_TEMPLATE_ELEMENTS};

use super::error::In;
use super::{ButtonTitle, ContentError, ElementTitle, Few, LinkUrl, MediaUrl, Payload, TemplateText, wire};

/// What a template shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// Cards side by side.
    Generic(Few<Element, 1, MAX_TEMPLATE_ELEMENTS>),
    /// A text above buttons.
    Button {
        /// The text.
        text: TemplateText,
        /// The buttons.
        buttons: Few<Button, 1, MAX_TEMPLATE_BUTTONS>,
    },
}

/// A card. It has something besides its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    title: ElementTitle,
    rest: Rest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rest {
    subtitle: Option<ElementTitle>,
    image_url: Option<MediaUrl>,
    default_action: Option<LinkUrl>,
    buttons: Few<Button, 0, MAX_TEMPLATE_BUTTONS>,
}

/// What can be tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Button {
    /// Opens an address.
    WebUrl {
        /// What it shows.
        title: ButtonTitle,
        /// What it opens.
        url: LinkUrl,
    },
    /// Sends us a postback.
    Postback {
        /// What it shows.
        title: ButtonTitle,
        /// What comes back.
        payload: Payload,
    },
}

impl Element {
    /// A card with a title and whatever else there is; `default_action` opens when the card itself is tapped.
    ///
    /// # Errors
    /// [`ContentError::BareElement`] when there is nothing but the title.
    pub fn new(
        title: ElementTitle,
        subtitle: Option<ElementTitle>,
        image_url: Option<MediaUrl>,
        default_action: Option<LinkUrl>,
        buttons: Few<Button, 0, MAX_TEMPLATE_BUTTONS>,
    ) -> Result<Self, ContentError> {
        if subtitle.is_none() && image_url.is_none() && default_action.is_none() && buttons.is_empty() {
            return Err(ContentError::BareElement);
        }
        Ok(Self { title, rest: Rest { subtitle, image_url, default_action, buttons } })
    }
}

impl From<&Template> for wire::AttachmentPayload {
    fn from(template: &Template) -> Self {
        match template {
            Template::Generic(elements) => Self {
                template_type: Some("generic".to_owned()),
                elements: Some(elements.iter().map(Into::into).collect()),
                ..Self::default()
            },
            Template::Button { text, buttons } => Self {
                template_type: Some("button".to_owned()),
                text: Some(text.expose().to_owned()),
                buttons: Some(buttons.iter().map(Into::into).collect()),
                ..Self::default()
            },
        }
    }
}

impl TryFrom<wire::AttachmentPayload> for Template {
    type Error = ContentError;

    fn try_from(payload: wire::AttachmentPayload) -> Result<Self, ContentError> {
        let wire::AttachmentPayload { url, id, template_type, text, elements, buttons } = payload;
        wire::check_absent([("payload.url", url.is_some()), ("payload.id", id.is_some())])?;
        match template_type.at("payload.template_type")?.as_str() {
            "generic" => {
                wire::check_absent([("payload.text", text.is_some()), ("payload.buttons", buttons.is_some())])?;
                let elements = elements.at("elements")?.into_iter().map(Element::try_from);
                Ok(Self::Generic(Few::new(elements.collect::<Result<_, _>>()?).at("elements")?))
            }
            "button" => {
                wire::check_absent([("payload.elements", elements.is_some())])?;
                let text = TemplateText::parse(text.at("payload.text")?).at("payload.text")?;
                Ok(Self::Button { text, buttons: few_buttons(buttons.at("buttons")?)? })
            }
            _ => Err(ContentError::UnknownKind("payload.template_type")),
        }
    }
}

impl From<&Element> for wire::Element {
    fn from(element: &Element) -> Self {
        let Element { title, rest: Rest { subtitle, image_url, default_action, buttons } } = element;
        let opens = |url: &LinkUrl| wire::Button {
            kind: WEB_URL.to_owned(),
            url: Some(url.expose().to_owned()),
            title: None,
            payload: None,
        };
        Self {
            title: title.expose().to_owned(),
            subtitle: subtitle.as_ref().map(|subtitle| subtitle.expose().to_owned()),
            image_url: image_url.as_ref().map(|url| url.expose().to_owned()),
            default_action: default_action.as_ref().map(opens),
            buttons: (!buttons.is_empty()).then(|| buttons.iter().map(Into::into).collect()),
        }
    }
}

impl TryFrom<wire::Element> for Element {
    type Error = ContentError;

    fn try_from(element: wire::Element) -> Result<Self, ContentError> {
        let wire::Element { title, subtitle, image_url, default_action, buttons } = element;
        let title = ElementTitle::parse(title).at("elements.title")?;
        let subtitle = subtitle.map(ElementTitle::parse).transpose().at("elements.subtitle")?;
        let image_url = image_url.map(MediaUrl::parse).transpose().at("elements.image_url")?;
        let default_action = default_action.map(opened).transpose()?;
        let buttons = few_buttons(buttons.unwrap_or_default())?;
        Self::new(title, subtitle, image_url, default_action, buttons)
    }
}

/// The address of a `default_action`, which is a `web_url` button without a title.
fn opened(action: wire::Button) -> Result<LinkUrl, ContentError> {
    const URL: &str = "elements.default_action.url";
    let wire::Button { kind, url, title, payload } = action;
    if kind != WEB_URL {
        return Err(ContentError::UnknownKind("elements.default_action.type"));
    }
    wire::check_absent([
        ("elements.default_action.title", title.is_some()),
        ("elements.default_action.payload", payload.is_some()),
    ])?;
    LinkUrl::parse(url.at(URL)?).at(URL)
}

const WEB_URL: &str = "web_url";
const POSTBACK: &str = "postback";

impl From<&Button> for wire::Button {
    fn from(button: &Button) -> Self {
        match button {
            Button::WebUrl { title, url } => Self {
                kind: WEB_URL.to_owned(),
                url: Some(url.expose().to_owned()),
                title: Some(title.expose().to_owned()),
                payload: None,
            },
            Button::Postback { title, payload } => Self {
                kind: POSTBACK.to_owned(),
                url: None,
                title: Some(title.expose().to_owned()),
                payload: Some(payload.expose().to_owned()),
            },
        }
    }
}

impl TryFrom<wire::Button> for Button {
    type Error = ContentError;

    fn try_from(button: wire::Button) -> Result<Self, ContentError> {
        const TITLE: &str = "buttons.title";
        const URL: &str = "buttons.url";
        const PAYLOAD: &str = "buttons.payload";
        let wire::Button { kind, url, title, payload } = button;
        let title = ButtonTitle::parse(title.at(TITLE)?).at(TITLE)?;
        match kind.as_str() {
            WEB_URL => {
                wire::check_absent([(PAYLOAD, payload.is_some())])?;
                Ok(Self::WebUrl { title, url: LinkUrl::parse(url.at(URL)?).at(URL)? })
            }
            POSTBACK => {
                wire::check_absent([(URL, url.is_some())])?;
                Ok(Self::Postback { title, payload: Payload::parse(payload.at(PAYLOAD)?).at(PAYLOAD)? })
            }
            _ => Err(ContentError::UnknownKind("buttons.type")),
        }
    }
}

fn few_buttons<const MIN: usize>(
    buttons: Vec<wire::Button>,
) -> Result<Few<Button, MIN, MAX_TEMPLATE_BUTTONS>, ContentError> {
    let buttons = buttons.into_iter().map(Button::try_from).collect::<Result<_, _>>()?;
    Few::new(buttons).at("buttons")
}
