//! Ten thousand forged attempts, across apps and customers and both ways of the login: none has an effect.

use connect::{CrmSecrets, Ticket};
use serde_json::json;

use crate::browser::{As, Browser};
use crate::stage::{
    APP_SECRET, CRM_SECRET, CUSTOMER, OFFICE, OFFICE_SCOPED, OTHER_APP_SECRET, OTHER_CUSTOMER, PERMISSIONS, Stage,
    crm_secrets, form, request, signed_request,
};

/// How many attempts of each of the four kinds.
const EACH: usize = 2_500;

/// The same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).unwrap()
    }

    fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[self.next(16)])).collect()
    }
}

/// `text` with one character exchanged for another of its alphabet.
fn bent(text: &str, numbers: &mut Numbers) -> String {
    let place = numbers.next(text.len());
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = match bytes[place] {
        b'.' => b'A',
        b'A' => b'B',
        _ => b'A',
    };
    String::from_utf8(bytes).unwrap()
}

fn forged_ticket(stage: &Stage, numbers: &mut Numbers) -> String {
    let guess = json!({"secrets": [numbers.hex(64)]}).to_string();
    let guessed = CrmSecrets::parse_parts([guess.as_str()]).unwrap();
    let ticket = stage.ticket();
    match numbers.next(4) {
        // Another customer's name, signed with a guess.
        0 => Ticket { customer: OTHER_CUSTOMER.to_owned(), ..ticket }.sign(&guessed),
        // A good ticket, bent.
        1 => bent(&ticket.sign(&crm_secrets()), numbers),
        // An old one.
        2 => Ticket {
            expires_at: ticket.expires_at - 301 - i64::from(u32::try_from(numbers.next(9_000)).unwrap()),
            ..ticket
        }
        .sign(&crm_secrets()),
        // A payload of one customer under the signature of another's.
        _ => {
            let other = Ticket { customer: OTHER_CUSTOMER.to_owned(), ..stage.ticket() }.sign(&crm_secrets());
            let own = ticket.sign(&crm_secrets());
            format!("{}.{}", other.split('.').next().unwrap(), own.split('.').nth(1).unwrap())
        }
    }
}

#[tokio::test]
async fn ten_thousand_forged_attempts_have_no_effect() {
    let stage = Stage::new().await;
    let mut owner = Browser::new(&stage);
    owner.log_in(&stage.signed_ticket(), As::Account(OFFICE)).await;
    // A login under way, which nobody else may end, and one of another customer in a browser of its own.
    let open_ticket = stage.signed_ticket();
    let dialog = owner.reach_dialog(&open_ticket).await;
    let open = owner.grant(&dialog, As::Account(OFFICE), &PERMISSIONS).await;
    let (_, open_state) = open.split_once("state=").unwrap();
    let mut stranger = Browser::new(&stage);
    stranger.reach_dialog(&stage.others_ticket()).await;
    let connected_at = stage.account(OFFICE).await.unwrap().login.connected_at;
    stage.clock.advance(std::time::Duration::from_secs(60));
    let before = stage.everything().await;

    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for attempt in 0..EACH {
        // 1: tickets, at the page and at the button.
        let ticket = forged_ticket(&stage, &mut numbers);
        let answer = match attempt % 2 {
            0 => stranger.start(&ticket).await,
            _ => stranger.go(&ticket).await,
        };
        assert_eq!(answer.status, 400, "{attempt}: a ticket");

        // 2: the way back, with states that are bent, made up, or the owner's.
        let state = match numbers.next(3) {
            0 => format!("{}.{}", &open_state[..32], numbers.hex(64)),
            1 => format!("{}.{}", numbers.hex(32), numbers.hex(64)),
            _ => open_state.to_owned(),
        };
        let answer = stranger.come_back(&format!("code=AQ{}&state={state}", numbers.hex(8))).await;
        assert_eq!(answer.status, 400, "{attempt}: a state");

        // 3: the owner's own ticket, open or over, in other browsers.
        let mut event = form("POST", "/connect/go", &[("ticket", &open_ticket)]);
        event["cookies"] = json!([format!("__Host-connect={}", numbers.hex(64))]);
        assert_eq!(stage.send(&event).await.status, 400, "{attempt}: a ticket in another browser");

        // 4: signed requests: guessed secrets, bent ones, another app's, and ones from before the connection.
        let path = ["/connect/deauthorize", "/connect/deletion"][numbers.next(2)];
        let user = [OFFICE, OFFICE_SCOPED][numbers.next(2)];
        let now = stage.clock.now_ms();
        let (signed, expected) = match numbers.next(4) {
            0 => (signed_request(&numbers.hex(32), user, now), 400),
            1 => (bent(&signed_request(APP_SECRET, user, now), &mut numbers), 400),
            2 => (signed_request(OTHER_APP_SECRET, user, now), 200),
            _ => (signed_request(APP_SECRET, user, connected_at - 2_000), 200),
        };
        let answer = stage.signed(path, &signed).await;
        assert_eq!(answer.status, expected, "{attempt}: {path}");
    }
    assert_eq!(stage.everything().await, before, "nothing changed");
    assert!(stage.is_token_good(&stage.account(OFFICE).await.unwrap()).await);
    assert_eq!(stage.account(OFFICE).await.unwrap().customer, CUSTOMER);
    assert_eq!(owner.come_back(&open).await.status, 200, "the login under way was not disturbed");
    assert_eq!(stage.send(&request("GET", "/connect/privacy", "")).await.status, 200);
    assert!(!stage.metric_lines().concat().contains(CRM_SECRET));
}
