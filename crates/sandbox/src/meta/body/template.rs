//! Templates and their limits.

use serde::Deserialize;
use serde_json::Value;

use super::{MAX_PAYLOAD_BYTES, MAX_TITLE_CHARS, check_count, check_text, object};
use crate::meta::reply::Refusal;

const MAX_ELEMENTS: usize = 10;
/// Of an element's title and of its subtitle.
const MAX_ELEMENT_CHARS: usize = 80;
const MAX_BUTTONS: usize = 3;
const MAX_BUTTON_TEMPLATE_CHARS: usize = 640;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Generic {
    #[serde(rename = "template_type")]
    _template_type: String,
    elements: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Element {
    title: String,
    subtitle: Option<String>,
    image_url: Option<String>,
    default_action: Option<Value>,
    buttons: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ButtonTemplate {
    #[serde(rename = "template_type")]
    _template_type: String,
    text: String,
    buttons: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Button {
    #[serde(rename = "type")]
    kind: String,
    url: Option<String>,
    title: Option<String>,
    payload: Option<String>,
}

pub(super) fn check_generic(payload: &Value) -> Result<(), Refusal> {
    let Generic { elements, .. } = object(payload, "a generic template")?;
    if elements.is_empty() {
        return Err(Refusal::parameter("param elements must not be empty"));
    }
    check_count(&elements, MAX_ELEMENTS)?;
    for element in &elements {
        let element: Element = object(element, "param elements")?;
        check_text(&element.title, MAX_ELEMENT_CHARS, element.title.chars().count())?;
        if let Some(subtitle) = &element.subtitle {
            check_text(subtitle, MAX_ELEMENT_CHARS, subtitle.chars().count())?;
        }
        if let Some(action) = &element.default_action {
            check_button_of(action, false)?;
        }
        if let Some(buttons) = &element.buttons {
            check_buttons(buttons)?;
        }
        let has_more = element.subtitle.is_some()
            || element.image_url.is_some()
            || element.default_action.is_some()
            || element.buttons.is_some();
        if !has_more {
            return Err(Refusal::parameter("an element must have something besides its title"));
        }
    }
    Ok(())
}

pub(super) fn check_button(payload: &Value) -> Result<(), Refusal> {
    let ButtonTemplate { text, buttons, .. } = object(payload, "a button template")?;
    check_text(&text, MAX_BUTTON_TEMPLATE_CHARS, text.chars().count())?;
    check_buttons(&buttons)
}

fn check_buttons(buttons: &[Value]) -> Result<(), Refusal> {
    if buttons.is_empty() {
        return Err(Refusal::parameter("param buttons must not be empty"));
    }
    check_count(buttons, MAX_BUTTONS)?;
    buttons.iter().try_for_each(|button| check_button_of(button, true))
}

/// A button, or an element's `default_action`, which is one without a title.
fn check_button_of(button: &Value, titled: bool) -> Result<(), Refusal> {
    let Button { kind, url, title, payload } = object(button, "a button")?;
    match (kind.as_str(), url, payload) {
        ("web_url", Some(_), None) => {}
        ("postback", None, Some(payload)) if titled => check_text(&payload, MAX_PAYLOAD_BYTES, payload.len())?,
        _ => return Err(Refusal::parameter("a button must be a web_url or a postback")),
    }
    match title {
        Some(title) if titled => check_text(&title, MAX_TITLE_CHARS, title.chars().count()),
        None if !titled => Ok(()),
        _ => Err(Refusal::parameter("a button must have a title, and a default_action none")),
    }
}
