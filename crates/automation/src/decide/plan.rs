//! What matching rules want and the guard allows.

use instagram::{
    UnixMillis,
    outgoing::{CommentText, Content, Few, MessageText},
};

use super::{Decision, Recipient};
use crate::{
    Ask, AskedFor, Effect, Intended, Mode, Otherwise, Outcome, Refusal, ReplyAction, RuleSet, Scope, Source, Trace,
    Wish, clean,
    disclosure::with_line,
    guard::{Guard, Planned, Way},
    reply::{DISCLOSURE_STEP, name_and_random},
    rule_set::{AskStep, Body, HAND_OVER_MS, HandOver, Step, Variable, Variants},
    trace::{Note, Verdict},
};

/// The metric of the loop breaker.
const LOOP_ALARM: &str = "reply_loop";

/// Replies, effects and a question, in the making.
pub(super) struct Plan<'a> {
    guard: Guard<'a>,
    rules: &'a RuleSet,
    replies: Vec<Intended>,
    effects: Vec<Effect>,
    ask: Option<Ask>,
    planned: Planned,
    /// What did something.
    by: Vec<Source>,
    first_refusal: Option<Refusal>,
    loops: bool,
    /// The disclosure line is due and not yet in a reply of this plan.
    disclosure_is_due: bool,
}

/// Where a reply comes from, and what it is held to.
#[derive(Clone, Copy)]
struct Sending<'s> {
    source: &'s Source,
    step: u8,
    patience_ms: Option<i64>,
    confirms_wish: bool,
}

impl<'a> Plan<'a> {
    pub(super) fn new(guard: Guard<'a>, rules: &'a RuleSet) -> Self {
        let disclosure_is_due = rules.disclosure().is_some_and(|disclosure| disclosure.is_due(guard.facts));
        Self {
            guard,
            rules,
            replies: Vec::new(),
            effects: Vec::new(),
            ask: None,
            planned: Planned::default(),
            by: Vec::new(),
            first_refusal: None,
            loops: false,
            disclosure_is_due,
        }
    }

    /// Takes a rule's steps. What is sent stops at the first refusal: later messages may speak of an earlier one ("see
    /// your messages"). What is no answer is done all the same: a conversation is handed over, said or unsaid.
    pub(super) fn take(&mut self, source: &Source, steps: &[Step], patience_ms: Option<i64>) -> Verdict {
        let before = self.planned.replies;
        let mut refused = None;
        for (step, place) in steps.iter().zip(0..) {
            let sending = Sending { source, step: place, patience_ms, confirms_wish: false };
            if let Err(refusal) = self.take_step(step, sending, refused.is_none()) {
                self.loops |= refusal == Refusal::Loop;
                refused = refused.or(Some(refusal));
            }
        }
        self.first_refusal = self.first_refusal.or(refused);
        Verdict::Matched { planned: u8::try_from(self.planned.replies - before).unwrap_or(u8::MAX), refused }
    }

    /// Answers a wish.
    pub(super) fn confirm(&mut self, wish: Wish) -> Verdict {
        let wishes = self.rules.wishes();
        let texts = match wish {
            Wish::Silence => Some(&wishes.silence),
            Wish::Return => Some(&wishes.comeback),
            Wish::Erasure => Some(&wishes.erasure),
            Wish::Person => wishes.person.text.as_ref(),
        };
        let confirms_wish = matches!(wish, Wish::Silence | Wish::Return);
        let source = Source::Wish(wish);
        let sending = Sending { source: &source, step: 0, patience_ms: None, confirms_wish };
        let sent = texts.map_or(Ok(()), |texts| self.send_text(texts, sending));
        self.loops |= sent == Err(Refusal::Loop);
        Verdict::Matched { planned: u8::try_from(self.planned.replies).unwrap_or(u8::MAX), refused: sent.err() }
    }

    /// `may_send` is false behind a refusal.
    fn take_step(&mut self, step: &Step, sending: Sending<'_>, may_send: bool) -> Result<(), Refusal> {
        let at = self.guard.facts.at;
        match step {
            Step::Tag(tag) => self.effect(sending, Effect::Tag { tag: tag.clone() }),
            Step::Pause { ms } => self.effect(sending, Effect::Pause { until: at.plus_ms(*ms) }),
            Step::HandOver(hand_over) => {
                self.effect(sending, hand_over.effect(at));
                if let (Some(texts), true) = (&hand_over.text, may_send) {
                    return self.send_text(texts, sending);
                }
            }
            Step::HideComment => self.take_gesture(step, sending),
            _ if !may_send => {}
            Step::Message(body) => return self.send_body(body, sending),
            Step::PrivateReply(texts) => return self.send_text(texts, sending),
            Step::PublicReply(texts) => return self.send_public(texts, sending),
            Step::Ask(ask) => return self.ask(ask, sending),
            Step::React(_) | Step::MarkSeen | Step::ShowTyping => self.take_gesture(step, sending),
        }
        Ok(())
    }

    /// What shows without words. One that may not be shown is left out, and says nothing of what follows.
    fn take_gesture(&mut self, step: &Step, sending: Sending<'_>) {
        let subject = self.guard.subject;
        let may_show = || self.guard.check(Way::Direct, sending.patience_ms, Planned::default()).is_ok();
        let effect = match (step, subject.to) {
            (Step::React(reaction), Recipient::Person(to)) if may_show() => {
                subject.mid.map(|mid| Effect::React { to: to.clone(), mid: mid.clone(), reaction: reaction.clone() })
            }
            (Step::MarkSeen, Recipient::Person(to)) if may_show() => Some(Effect::MarkSeen { to: to.clone() }),
            (Step::ShowTyping, Recipient::Person(to)) if may_show() => Some(Effect::ShowTyping { to: to.clone() }),
            (Step::HideComment, Recipient::Comment(comment)) if self.guard.may_hide(sending.patience_ms) => {
                Some(Effect::HideComment { comment: comment.clone() })
            }
            _ => None,
        };
        if let Some(effect) = effect {
            self.effect(sending, effect);
        }
    }

    fn effect(&mut self, sending: Sending<'_>, effect: Effect) {
        self.effects.push(effect);
        self.did_something(sending);
    }

    fn send_body(&mut self, body: &Body, sending: Sending<'_>) -> Result<(), Refusal> {
        match body {
            Body::Text(texts) => self.send_text(texts, sending),
            Body::WithQuickReplies(texts, replies) => {
                let text = self.direct_text(texts, sending)?;
                // Checked when the set was read.
                let quick_replies = Few::new(replies.clone()).unwrap_or_default();
                self.send_direct(Content::Text { text, quick_replies }, sending)
            }
            Body::Fixed(content) => {
                self.send_disclosure(sending)?;
                self.send_direct(content.clone(), sending)
            }
        }
    }

    fn send_text(&mut self, texts: &Variants, sending: Sending<'_>) -> Result<(), Refusal> {
        let text = self.direct_text(texts, sending)?;
        self.send_direct(text.into(), sending)
    }

    /// Says by itself that a machine answers, before what holds no text.
    fn send_disclosure(&mut self, sending: Sending<'_>) -> Result<(), Refusal> {
        let Some(disclosure) = self.rules.disclosure().filter(|_| self.disclosure_is_due) else { return Ok(()) };
        let line = MessageText::parse(disclosure.line.clone()).map_err(|_| Refusal::TextTooLong)?;
        self.send_direct(line.into(), Sending { step: DISCLOSURE_STEP, ..sending })
    }

    /// A direct message, or where there is only a comment its private reply.
    fn send_direct(&mut self, content: Content, sending: Sending<'_>) -> Result<(), Refusal> {
        let (way, action) = match self.guard.subject.to {
            Recipient::Person(to) => (Way::Direct, ReplyAction::Message { to: to.clone(), content }),
            Recipient::Comment(comment) => {
                (Way::PrivateReply, ReplyAction::PrivateReply { comment: comment.clone(), content })
            }
        };
        let not_after = self.check(way, sending)?;
        self.push(sending, action, not_after, self.disclosure_is_due);
        Ok(())
    }

    fn send_public(&mut self, texts: &Variants, sending: Sending<'_>) -> Result<(), Refusal> {
        let Recipient::Comment(comment) = self.guard.subject.to else { return Err(Refusal::WindowClosed) };
        let text = CommentText::parse(self.filled(texts, sending)).map_err(|_| Refusal::TextTooLong)?;
        let not_after = self.check(Way::PublicReply, sending)?;
        self.push(sending, ReplyAction::PublicReply { comment: comment.clone(), text }, not_after, false);
        Ok(())
    }

    /// Asks for an answer. Where none may be asked for, what was to come without one comes at once.
    fn ask(&mut self, step: &AskStep, sending: Sending<'_>) -> Result<(), Refusal> {
        let facts = self.guard.facts;
        let (way, to) = match self.guard.subject.to {
            Recipient::Person(person) => (Way::Direct, AskedFor::Person(person.clone())),
            Recipient::Comment(comment) if step.in_public => {
                let draft = !self.rules.ai().public_replies;
                (Way::PublicReply, AskedFor::PublicReply { comment: comment.clone(), draft })
            }
            Recipient::Comment(comment) => (Way::PrivateReply, AskedFor::PrivateReply(comment.clone())),
        };
        let not_after = self.check(way, sending)?;
        let disclosure = self.rules.disclosure().filter(|_| self.disclosure_is_due && way != Way::PublicReply);
        let otherwise = match &step.fallback {
            Some(texts) => Otherwise::Send(self.otherwise(texts, way, sending)?),
            None => Otherwise::HandOver(HandOver::plain().effect(facts.at)),
        };
        if self.guard.quiet() >= Some(Scope::Ai) || self.ask.is_some() {
            match otherwise {
                Otherwise::Send(action) => self.push(sending, action, not_after, disclosure.is_some()),
                Otherwise::HandOver(effect) => self.effect(sending, effect),
            }
            return Ok(());
        }
        self.ask = Some(Ask {
            id: name_and_random(facts.key, sending.source, sending.step).0,
            source: sending.source.clone(),
            step: sending.step,
            persona: step.persona.clone(),
            to,
            deadline: facts.at.plus_ms(step.wait_ms).min(not_after),
            not_after,
            otherwise,
            label: self.rules.ai().label.clone(),
            disclosure: disclosure.map(|disclosure| disclosure.line.clone()),
        });
        self.planned.replies += 1;
        self.planned.private_reply |= way == Way::PrivateReply;
        self.did_something(sending);
        Ok(())
    }

    /// The reply that stands in for an answer that did not come.
    fn otherwise(&self, texts: &Variants, way: Way, sending: Sending<'_>) -> Result<ReplyAction, Refusal> {
        match (self.guard.subject.to, way) {
            (Recipient::Person(to), _) => {
                Ok(ReplyAction::Message { to: to.clone(), content: self.direct_text(texts, sending)?.into() })
            }
            (Recipient::Comment(comment), Way::PublicReply) => {
                let text = CommentText::parse(self.filled(texts, sending)).map_err(|_| Refusal::TextTooLong)?;
                Ok(ReplyAction::PublicReply { comment: comment.clone(), text })
            }
            (Recipient::Comment(comment), _) => {
                let content = self.direct_text(texts, sending)?.into();
                Ok(ReplyAction::PrivateReply { comment: comment.clone(), content })
            }
        }
    }

    fn check(&self, way: Way, sending: Sending<'_>) -> Result<UnixMillis, Refusal> {
        if sending.confirms_wish {
            self.guard.check_wished(way, sending.patience_ms, self.planned)
        } else {
            self.guard.check(way, sending.patience_ms, self.planned)
        }
    }

    /// The chosen wording with its blanks filled, below the disclosure line where that is due.
    fn direct_text(&self, texts: &Variants, sending: Sending<'_>) -> Result<MessageText, Refusal> {
        let text = self.filled(texts, sending);
        let disclosure = self.rules.disclosure().filter(|_| self.disclosure_is_due);
        let text = disclosure.map_or(text.clone(), |disclosure| with_line(&disclosure.line, &text));
        MessageText::parse(text).map_err(|_| Refusal::TextTooLong)
    }

    fn filled(&self, texts: &Variants, sending: Sending<'_>) -> String {
        let Guard { facts, subject, .. } = self.guard;
        let (_, random) = name_and_random(facts.key, sending.source, sending.step);
        texts.pick(random).fill(|variable| match variable {
            Variable::Username => clean::username(subject.username.or(facts.names.username)?.expose()),
            Variable::FirstName => clean::first_name(facts.names.first_name?.expose()),
            Variable::Comment => clean::comment(subject.comment()?),
        })
    }

    fn push(&mut self, sending: Sending<'_>, action: ReplyAction, not_after: UnixMillis, discloses: bool) {
        let Sending { source, step, confirms_wish, .. } = sending;
        self.planned.replies += 1;
        self.planned.private_reply |= matches!(action, ReplyAction::PrivateReply { .. });
        self.disclosure_is_due &= !discloses;
        let (id, _) = name_and_random(self.guard.facts.key, source, step);
        self.replies.push(Intended { id, source: source.clone(), step, action, not_after, discloses, confirms_wish });
        self.did_something(sending);
    }

    fn did_something(&mut self, sending: Sending<'_>) {
        if self.by.last() != Some(sending.source) {
            self.by.push(sending.source.clone());
        }
    }

    /// The decision, explained. Nothing but the explanation is left where the account only observes.
    pub(super) fn into_decision(self, verdicts: Vec<Verdict>, mut notes: Vec<Note>) -> Decision {
        notes.extend(self.guard.quiet().map(Note::Quiet));
        notes.extend(self.replies.iter().any(|reply| reply.discloses).then_some(Note::Disclosed));
        let trace = Trace::new(self.rules, verdicts, notes);
        let Self { by, replies, mut effects, ask, first_refusal, loops, .. } = self;
        let acts = self.guard.facts.mode == Mode::Answer;
        let outcome = match first_refusal {
            Some(refusal) if by.is_empty() => Outcome::Refused(refusal),
            None if by.is_empty() => Outcome::NoMatch,
            _ if !acts => Outcome::Observed { by },
            _ if !replies.is_empty() => Outcome::Answered { by },
            _ if ask.is_some() => Outcome::Asked { by },
            _ => Outcome::Handled { by },
        };
        if !acts {
            return Decision { outcome, replies: Vec::new(), effects: Vec::new(), ask: None, trace };
        }
        if loops {
            effects.push(Effect::Pause { until: self.guard.facts.at.plus_ms(HAND_OVER_MS) });
            effects.push(Effect::Alarm { code: LOOP_ALARM });
        }
        Decision { outcome, replies, effects, ask, trace }
    }
}
