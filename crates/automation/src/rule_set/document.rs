//! The whole document, member by member.

use super::{
    calendar::{HoursDocument, QuietDocument, ZoneText},
    condition::PhraseText,
    part::{List, Text, Whole, object},
    profile::{IceBreakerDocument, MenuItemDocument},
    rule::RuleDocument,
    step::{StepDocument, TagText},
    wording::{Line, MessageWordings},
};

/// Most rules in a set.
pub const MAX_RULES: usize = 500;

object! {
    /// What an Instagram account answers by itself.
    struct Document {
        /// This is a campaign: the disclosure line is required and cannot be put off for longer than a day.
        "campaign" => campaign: Option<bool>,
        /// The time zone of hours and quiet periods, by its IANA name: America/Sao_Paulo.
        "time_zone" => time_zone: Option<ZoneText>,
        /// When people of the office are there.
        "business_hours" => business_hours: Option<HoursDocument>,
        /// Times in which something keeps silent, such as the days around an election.
        "quiet" => quiet: Option<List<QuietDocument, 0, 100>>,
        /// The line that says that a machine answers.
        "disclosure" => disclosure: Option<DisclosureDocument>,
        /// What happens when somebody wants no more automatic answers, and when they want them again.
        "opt_out" => opt_out: Option<OptOutDocument>,
        /// What happens when somebody wants to talk to a person.
        "hand_over" => hand_over: Option<HandOverWishDocument>,
        /// What happens when somebody wants their data erased.
        "erasure" => erasure: Option<ErasureDocument>,
        /// What is done about a message or tap that no rule matches.
        "fallback" => fallback: Option<FallbackDocument>,
        /// How answers written by a machine that learnt to write are marked, and where they may go.
        "ai" => ai: Option<AiDocument>,
        /// Questions offered to people who have not written yet.
        "ice_breakers" => ice_breakers: Option<List<IceBreakerDocument, 0, 4>>,
        /// The menu beside the text field.
        "menu" => menu: Option<List<MenuItemDocument, 0, 20>>,
        /// The rules.
        "rules" => rules: List<RuleDocument, 0, MAX_RULES>,
    }
    unread {
        /// Where editors find the schema of this document.
        "$schema" => Option<Text<1, 500>>,
        /// The format of the document: 1.
        "version" => Whole<1, 1>,
    }
}

object! {
    /// The line that says that a machine answers. It stands before the first answer, the first after a long pause, and the
    /// first after a person of the office wrote.
    struct DisclosureDocument {
        /// The line. It takes its place in the 1000 bytes of a message.
        "text" => text: Line<300>,
        /// After how many hours it is said again. Else 24.
        "after_hours" => after_hours: Option<Whole<1, 168>>,
    }
}

object! {
    /// What happens when somebody wants no more automatic answers. Words listed come on top of those that always count,
    /// such as PARAR, SAIR and CANCELAR; all count only as a whole message.
    struct OptOutDocument {
        /// More words for it.
        "words" => words: Option<List<PhraseText, 1, 50>>,
        /// The confirmation, sent once.
        "text" => text: Option<MessageWordings>,
        /// More words for the way back, beside VOLTAR.
        "return_words" => return_words: Option<List<PhraseText, 1, 50>>,
        /// The answer to who comes back, sent once.
        "return_text" => return_text: Option<MessageWordings>,
    }
}

object! {
    /// What happens when somebody wants to talk to a person. Words listed come on top of those that always count, such as
    /// FALAR COM ATENDENTE; all count only as a whole message.
    struct HandOverWishDocument {
        /// More words for it.
        "words" => words: Option<List<PhraseText, 1, 50>>,
        /// The answer.
        "text" => text: Option<MessageWordings>,
        /// How the conversation is marked. Else atendente.
        "tag" => tag: Option<TagText>,
        /// For how long no automatic answer is given. Else 720, half a day.
        "pause_minutes" => pause_minutes: Option<Whole<1, 43_200>>,
    }
}

object! {
    /// What happens when somebody wants their data erased. Words listed come on top of those that always count, such as
    /// APAGAR MEUS DADOS; all count only as a whole message.
    struct ErasureDocument {
        /// More words for it.
        "words" => words: Option<List<PhraseText, 1, 50>>,
        /// The answer.
        "text" => text: Option<MessageWordings>,
    }
}

object! {
    /// What is done about a message or tap that no rule matches.
    struct FallbackDocument {
        /// Steps, in order.
        "do" => steps: List<StepDocument, 1, 10>,
        /// How long the same person gets no second one. Else 720, half a day.
        "cooldown_minutes" => cooldown_minutes: Option<Whole<1, 43_200>>,
    }
}

object! {
    /// Answers written by a machine that learnt to write.
    struct AiDocument {
        /// The line that marks them. It takes its place in the 1000 bytes of a message.
        "label" => label: Option<Line<200>>,
        /// Public replies leave as they are. Else they are drafts for a person.
        "public_replies" => public_replies: Option<bool>,
    }
}
