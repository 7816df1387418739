//! Why an account is broken, and what an office does about it: pure.
//!
//! Codes are the fact sheet's table 4.7, meanings those of Meta's error reference; the advice is ours.

use crate::members::members;

members! {
    /// Why Meta takes an account's token no more.
    pub struct Trouble {
        /// As the table has it: `token/190/463`.
        code: String,
        /// Its meaning, as a word that does not change between versions.
        reason: &'static str,
        /// What happened and what to do, for a person of the office.
        advice: Advice,
    }
}

members! {
    /// The same in both languages.
    pub struct Advice {
        /// In Portuguese.
        pt: &'static str,
        /// In English.
        en: &'static str,
    }
}

impl Trouble {
    /// What a stored code stands for. A code that is not known means a new login, as all of them do in the end.
    pub fn of(code: &str) -> Self {
        let mut numbers = code.split('/').skip(1).map(|number| number.parse::<u32>().ok());
        let (number, subcode) = (numbers.next().flatten(), numbers.next().flatten());
        let (reason, pt, en) = match (number, subcode) {
            (Some(190), Some(458)) => APP_REMOVED,
            (Some(190), Some(459)) => CHECKPOINT,
            (Some(190), Some(460)) => PASSWORD_CHANGED,
            (Some(190), Some(463)) => EXPIRED,
            (Some(190), Some(464)) => UNCONFIRMED,
            (Some(190), Some(467)) => LOGGED_OUT,
            (Some(190), Some(492)) => INVALID_SESSION,
            (Some(102), _) => SESSION_OVER,
            (Some(200), Some(2_534_066)) => SCOPE_MISSING,
            _ => INVALID,
        };
        Self { code: code.to_owned(), reason, advice: Advice { pt, en } }
    }
}

/// A reason, and what to do about it in Portuguese and in English.
type Entry = (&'static str, &'static str, &'static str);

const APP_REMOVED: Entry = (
    "app_removed",
    "O acesso foi retirado nas configurações do Instagram. Se foi sem querer, clique em Conectar Instagram e \
     autorize de novo.",
    "Access was withdrawn in Instagram's settings. If that was not meant, click Connect Instagram and \
     grant it again.",
);

const CHECKPOINT: Entry = (
    "checkpoint",
    "O Instagram pede uma confirmação de segurança. Abra o aplicativo do Instagram com esta conta, faça o que ele pedir e \
     depois clique em Conectar Instagram.",
    "Instagram asks for a security check. Open the Instagram app with this account, do what it asks, then click Connect \
     Instagram.",
);

const PASSWORD_CHANGED: Entry = (
    "password_changed",
    "A senha da conta mudou, ou o Instagram encerrou as sessões por segurança. Clique em Conectar Instagram e entre com a \
     senha nova.",
    "The account's password changed, or Instagram ended its sessions for safety. Click Connect Instagram and log in with the \
     new password.",
);

const EXPIRED: Entry = (
    "expired",
    "A autorização passou da validade e não pôde ser renovada. Clique em Conectar Instagram.",
    "The authorisation ran out and could not be renewed. Click Connect Instagram.",
);

const UNCONFIRMED: Entry = (
    "unconfirmed",
    "A conta do Instagram não está confirmada. Confirme o e-mail ou o telefone no aplicativo do Instagram e depois clique em \
     Conectar Instagram.",
    "The Instagram account is not confirmed. Confirm its e-mail or phone in the Instagram app, then click Connect Instagram.",
);

const LOGGED_OUT: Entry = (
    "logged_out",
    "A sessão foi encerrada: alguém saiu da conta. Clique em Conectar Instagram e entre de novo.",
    "The session ended: somebody logged out of the account. Click Connect Instagram and log in again.",
);

const INVALID_SESSION: Entry = (
    "invalid_session",
    "A sessão desta conta não vale mais. Peça a quem administra a conta que clique em Conectar Instagram e entre de novo.",
    "This account's session is no longer good. Have somebody who manages the account click Connect Instagram and log in \
     again.",
);

const SESSION_OVER: Entry = (
    "session_over",
    "O Instagram encerrou o acesso. Clique em Conectar Instagram e entre de novo.",
    "Instagram ended the access. Click Connect Instagram and log in again.",
);

const SCOPE_MISSING: Entry = (
    "scope_missing",
    "Falta uma permissão. Clique em Conectar Instagram e deixe todas as permissões marcadas.",
    "A permission is missing. Click Connect Instagram and leave all permissions ticked.",
);

const INVALID: Entry = (
    "invalid",
    "O Instagram não aceita mais a autorização desta conta. Clique em Conectar Instagram. Se acontecer outra vez, fale com o \
     suporte.",
    "Instagram takes this account's authorisation no more. Click Connect Instagram. If it happens again, call support.",
);

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_code_has_its_own_meaning_and_advice_in_both_languages() {
        let cases = [
            ("token/190/458", "app_removed"),
            ("token/190/459", "checkpoint"),
            ("token/190/460", "password_changed"),
            ("token/190/463", "expired"),
            ("token/190/464", "unconfirmed"),
            ("token/190/467", "logged_out"),
            ("token/190/492", "invalid_session"),
            ("token/102", "session_over"),
            ("token/102/463", "session_over"),
            ("token/200/2534066", "scope_missing"),
            ("token/190", "invalid"),
            ("token/190/999999", "invalid"),
            ("token", "invalid"),
            ("", "invalid"),
        ];
        let mut advice = HashSet::new();
        for (code, reason) in cases {
            let trouble = Trouble::of(code);
            assert_eq!((trouble.reason, &*trouble.code), (reason, code));
            assert!(trouble.advice.pt.contains("Conectar Instagram"), "{code}: says what to click");
            assert!(trouble.advice.en.contains("Connect Instagram"), "{code}: says what to click");
            advice.insert((reason, trouble.advice.pt, trouble.advice.en));
        }
        assert_eq!(advice.len(), 10);
        assert_eq!(advice.iter().map(|(_, pt, _)| pt).collect::<HashSet<_>>().len(), 10, "no two alike");
    }
}
