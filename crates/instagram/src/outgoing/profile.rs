//! What an account shows before anybody has written: ice breakers and the menu (fact sheet 6.1, 6.2).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::limits::{MAX_ICE_BREAKERS, MAX_MENU_ITEMS};

use super::error::In;
use super::{Button, ByLocale, ContentError, Few, Locale, Localised, MessageText, Payload, wire};

/// A question that a person may tap to begin with. The tap comes as a postback and opens the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IceBreaker {
    /// What it shows. No source limits it; a tap shows it as the person's message, so it is held to a message's limit.
    pub question: MessageText,
    /// What comes back.
    pub payload: Payload,
}

/// Questions to begin with, at most [`MAX_ICE_BREAKERS`] per language. Not shown on desktop.
pub type IceBreakers = ByLocale<IceBreaker, MAX_ICE_BREAKERS>;

/// The menu beside the text field, at most [`MAX_MENU_ITEMS`] per language. Open threads see a change later.
pub type PersistentMenu = ByLocale<Button, MAX_MENU_ITEMS>;

/// What of the profile can be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileFeature {
    /// [`IceBreakers`].
    IceBreakers,
    /// [`PersistentMenu`].
    PersistentMenu,
}

/// What of the profile is set: the members of `POST` and of the answer to `GET /me/messenger_profile`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessengerProfile {
    /// The questions, if there are any.
    pub ice_breakers: Option<IceBreakers>,
    /// The menu, if there is one.
    pub persistent_menu: Option<PersistentMenu>,
}

#[derive(Serialize, Deserialize)]
struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ice_breakers: Option<Vec<List<Question>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persistent_menu: Option<Vec<List<wire::Button>>>,
}

#[derive(Serialize, Deserialize)]
struct List<T> {
    locale: String,
    call_to_actions: Vec<T>,
}

#[derive(Serialize, Deserialize)]
struct Question {
    question: String,
    payload: String,
}

impl Serialize for MessengerProfile {
    /// The body of `POST`, with its `platform`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let question = |breaker: &IceBreaker| Question {
            question: breaker.question.expose().to_owned(),
            payload: breaker.payload.expose().to_owned(),
        };
        let profile = Profile {
            platform: Some("instagram".to_owned()),
            ice_breakers: self.ice_breakers.as_ref().map(|lists| written(lists, question)),
            persistent_menu: self.persistent_menu.as_ref().map(|lists| written(lists, |button| button.into())),
        };
        profile.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MessengerProfile {
    /// Reads what `POST` takes; members beside the two are Meta's own and ignored.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let profile = wire::read_value::<Profile>(Value::deserialize(deserializer)?);
        profile.and_then(read).map_err(de::Error::custom)
    }
}

fn written<T, W, const MAX: usize>(lists: &ByLocale<T, MAX>, write: impl Fn(&T) -> W) -> Vec<List<W>> {
    let list = |list: &Localised<T, MAX>| List {
        locale: list.locale.as_str().to_owned(),
        call_to_actions: list.call_to_actions.iter().map(&write).collect(),
    };
    lists.lists().iter().map(list).collect()
}

fn read(profile: Profile) -> Result<MessengerProfile, ContentError> {
    let breaker = |question: Question| {
        let Question { question, payload } = question;
        Ok(IceBreaker {
            question: MessageText::parse(question).at("ice_breakers.question")?,
            payload: Payload::parse(payload).at("ice_breakers.payload")?,
        })
    };
    let ice_breakers = profile.ice_breakers.map(|lists| by_locale(lists, "ice_breakers", breaker)).transpose()?;
    let menu = profile.persistent_menu.map(|lists| by_locale(lists, "persistent_menu", Button::try_from));
    Ok(MessengerProfile { ice_breakers, persistent_menu: menu.transpose()? })
}

fn by_locale<W, T, const MAX: usize>(
    lists: Vec<List<W>>,
    part: &'static str,
    read: impl Fn(W) -> Result<T, ContentError>,
) -> Result<ByLocale<T, MAX>, ContentError> {
    let list = |list: List<W>| {
        let locale = Locale::parse(list.locale).at(part)?;
        let items = list.call_to_actions.into_iter().map(&read).collect::<Result<_, _>>()?;
        Ok(Localised { locale, call_to_actions: Few::new(items).at(part)? })
    };
    ByLocale::new(lists.into_iter().map(list).collect::<Result<_, ContentError>>()?).at(part)
}
