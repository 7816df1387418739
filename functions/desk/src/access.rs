//! Whose account it is. Every request about one comes through here, and learns nothing of another customer's.

use instagram::AccountId;
use store::{Account, Connection};

use crate::Desk;
use crate::answer::Problem;
use crate::ask::Ask;

impl Desk {
    /// The account of the path, if it is the customer's of the path.
    ///
    /// One that was never connected here, that is erased, that is another customer's, and what is no id: each costs one read
    /// of the table and has one answer, so that neither words nor time tell them apart.
    pub(crate) async fn account_of(&self, ask: &Ask) -> Result<Account, Problem> {
        let account = self.store.account(&asked(ask.name("account"))).await?;
        account.filter(|account| is_theirs(account, ask.name("customer"))).ok_or_else(Problem::not_found)
    }
}

/// The id, or in place of what is none one that no account has: it is looked for all the same.
fn asked(text: &str) -> AccountId {
    AccountId::parse(text).unwrap_or_else(|_| AccountId::parse("-").expect("it is visible ASCII"))
}

/// An account that left is its customer's still, for as long as what people wrote is kept; one that is erased is nobody's.
pub(crate) fn is_theirs(account: &Account, customer: &str) -> bool {
    account.connection != Connection::Erased && !customer.is_empty() && account.customer == customer
}

#[cfg(test)]
mod tests {
    use instagram::AppId;

    use super::*;

    #[test]
    fn an_account_is_its_own_customers_until_it_is_erased() {
        let account = |connection, customer: &str| {
            let id = AccountId::parse("17841400000000001").unwrap();
            Account { connection, ..Account::new(id, AppId::parse("1").unwrap(), customer, "gabinete") }
        };
        let cases = [
            ("connected", Connection::Connected, "gabinete", "gabinete", true),
            ("left", Connection::Disconnected, "gabinete", "gabinete", true),
            ("erased", Connection::Erased, "gabinete", "gabinete", false),
            ("another customer's", Connection::Connected, "gabinete", "outro", false),
            ("another case", Connection::Connected, "gabinete", "Gabinete", false),
            ("a beginning", Connection::Connected, "gabinete", "gabinet", false),
            ("nobody's, asked for by nobody", Connection::Connected, "", "", false),
        ];
        for (case, connection, customer, asking, expected) in cases {
            assert_eq!(is_theirs(&account(connection, customer), asking), expected, "{case}");
        }
    }
}
