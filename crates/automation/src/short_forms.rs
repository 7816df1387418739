//! How Brazilians shorten words in chat, and what they mean.

/// The long form of a folded word, if it is a short form: one or more folded words, separated by spaces.
///
/// Both the rules' words and people's words pass through here, so a rule that says `vc` and a person who writes
/// `você` meet as well.
pub(crate) fn long_form(folded: &str) -> Option<&'static str> {
    let place = SHORT_FORMS.binary_search_by_key(&folded, |(short, _)| short).ok()?;
    SHORT_FORMS.get(place).map(|(_, long)| *long)
}

/// Sorted. Both sides as [`fold`](crate::fold::fold) leaves them: without accents, capitals and repeated letters, so
/// `vdd` (verdade) stands as `vd` and WhatsApp as `whatsap`.
///
/// Left out on purpose is what means several things: `c` (com, você), `d`, `p`, `s` (sim, plural, size), `fds` (fim de
/// semana, a curse), `pro` (para o, profissional).
const SHORT_FORMS: &[(&str, &str)] = &[
    ("abs", "abracos"),
    ("aki", "aqui"),
    ("bj", "beijo"),
    ("bjo", "beijo"),
    ("bjos", "beijos"),
    ("bjs", "beijos"),
    ("blz", "beleza"),
    ("cmg", "comigo"),
    ("ctg", "contigo"),
    ("dps", "depois"),
    ("eh", "e"),
    ("flw", "falou"),
    ("gnt", "gente"),
    ("hj", "hoje"),
    ("hrs", "horas"),
    ("kd", "cade"),
    ("msg", "mensagem"),
    ("msgs", "mensagens"),
    ("msm", "mesmo"),
    ("mt", "muito"),
    ("mta", "muita"),
    ("mto", "muito"),
    ("n", "nao"),
    ("naum", "nao"),
    ("nd", "nada"),
    ("neh", "ne"),
    ("ngm", "ninguem"),
    ("obg", "obrigado"),
    ("obgd", "obrigado"),
    ("obgda", "obrigada"),
    ("obgdo", "obrigado"),
    ("oq", "o que"),
    ("oque", "o que"),
    ("pf", "por favor"),
    ("pfv", "por favor"),
    ("pfvr", "por favor"),
    ("porfavor", "por favor"),
    ("porque", "por que"),
    ("pq", "por que"),
    ("pra", "para"),
    ("q", "que"),
    ("qd", "quando"),
    ("qdo", "quando"),
    ("qm", "quem"),
    ("qnd", "quando"),
    ("qndo", "quando"),
    ("qnt", "quanto"),
    ("qnto", "quanto"),
    ("qro", "quero"),
    ("qto", "quanto"),
    ("sla", "sei la"),
    ("tb", "tambem"),
    ("tbem", "tambem"),
    ("tbm", "tambem"),
    ("td", "tudo"),
    ("tds", "todos"),
    ("tel", "telefone"),
    ("tmb", "tambem"),
    ("vc", "voce"),
    ("vcs", "voces"),
    ("vd", "verdade"),
    ("vlw", "valeu"),
    ("wats", "whatsap"),
    ("whats", "whatsap"),
    ("wp", "whatsap"),
    ("zap", "whatsap"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    #[test]
    fn every_short_form_can_be_found_and_its_long_form_stays_as_it_is() {
        assert!(SHORT_FORMS.is_sorted(), "the table is searched by halves");
        for (short, long) in SHORT_FORMS {
            assert_eq!(long_form(short), Some(*long), "{short}");
            assert_eq!(fold(short), fold(long), "{short}");
        }
        assert_eq!(long_form("voce"), None);
    }
}
