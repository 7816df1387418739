//! Accounts as an operator handles them, beside a running stack: imported, shown, changed, let go.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::program::{Running, ask, program, told};

const HELENA: &str = "17841400000000001";
const ANA: &str = "17841400000000002";

/// The samples' tokens begin so: none may ever be printed.
const TOKEN: &str = "IGAA";

/// Asks, and holds the answer against what must be in it.
fn expect(folder: &Path, words: &[&str], success: bool, present: &[&str]) -> String {
    let output = ask(folder, words);
    let answer = told(&output);
    assert_eq!(output.status.success(), success, "{words:?}: {answer}");
    for part in present {
        assert!(answer.contains(part), "{words:?} without {part:?}: {answer}");
    }
    assert!(!answer.contains(TOKEN), "{words:?}: {answer}");
    answer
}

fn connect(folder: &Path, customer: &str, token: &str) -> (bool, String) {
    let mut command = program(folder);
    command.args(["accounts", "connect", "--customer", customer]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{token}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), told(&output))
}

#[test]
fn accounts_are_taken_over_shown_changed_and_let_go() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let stack = Running::start(&folder);
    let list = expect(&folder, &["accounts"], true, &["gabinete.helena.sampaio", "anaribeiro.campanha"]);
    assert_eq!(list.lines().count(), 7, "a head and six accounts: {list}");

    // Rows of another system: one that is right, one that names another customer's account, one whose token is no good.
    let rows = data.path().join("rows.csv");
    let head = "customer,token,app_id,app_secret,verify_token,username\n";
    let right =
        "gabinete-helena,IGAA-sample-token-of-gabinete-helena,867555782500454,older-secret-canary,,@helena.antiga\n";
    let others = "outra-campanha,IGAA-sample-token-of-campanha-ana-ribeiro,,,,\n";
    let dead = "gabinete-novo,IGAA-nobodys,,,,\n";
    std::fs::write(&rows, [head, right, others, dead].concat()).unwrap();
    let import = ["accounts", "import", rows.to_str().unwrap()];
    let imported = expect(
        &folder,
        &import,
        false,
        &[
            "gabinete-helena: 17841400000000001 (gabinete.helena.sampaio) is connected; its token ends in 5",
            "It is subscribed to 8 fields.",
            "gabinete-helena: it was known as @helena.antiga.",
            "outra-campanha: not imported: the account 17841400000000002 is another customer's",
            "gabinete-novo: not imported: Meta does not say whom the token is for",
            "2 were not imported",
        ],
    );
    assert!(!imported.contains("canary"), "{imported}");
    let apps = std::fs::read_to_string(folder.join("apps.json")).unwrap();
    assert!(apps.contains("older-secret-canary"), "an old secret is believed, behind the one in use");
    std::fs::write(&rows, [head, right].concat()).unwrap();
    expect(&folder, &import, true, &["is connected"]);
    std::fs::write(&rows, "customer,chave\na,b\n").unwrap();
    expect(&folder, &import, false, &["nothing was imported from", "no column \"token\""]);

    expect(
        &folder,
        &["accounts", "show", HELENA],
        true,
        &["id scoped to the app  27000000000000001", "mode                  answer", "sends                 yes"],
    );
    expect(&folder, &["accounts", "show", ANA], true, &["customer              campanha-ana-ribeiro"]);
    expect(&folder, &["accounts", "mode", HELENA, "observe"], true, &["nothing is sent. That holds within 5 seconds"]);
    expect(&folder, &["accounts", "show", HELENA], true, &["no: the account only observes"]);

    let (connected, answer) = connect(&folder, "gabinete-helena", "IGAA-sample-token-of-gabinete-helena");
    assert!(connected && answer.contains("is connected") && !answer.contains(TOKEN), "{answer}");
    let (connected, answer) = connect(&folder, "gabinete-helena", "IGAA-nobodys");
    assert!(!connected && answer.contains("Meta does not say") && !answer.contains(TOKEN), "{answer}");

    let invite = ["accounts", "invite", "--customer", "gabinete-novo", "--office", "Gabinete Novo"];
    expect(&folder, &invite, true, &["/connect/start?ticket=", "within ten minutes, once"]);
    expect(
        &folder,
        &["accounts", "prove", HELENA],
        false,
        &["ok      instagram_business_basic", "no message came yet"],
    );
    expect(&folder, &["accounts", "disconnect", HELENA], true, &["Meta delivers nothing", "is disconnected"]);
    expect(&folder, &["accounts", "disconnect", HELENA], false, &["no longer connected"]);
    expect(&folder, &["accounts"], true, &["disconnected"]);
    expect(&folder, &["doctor", HELENA], true, &["it left"]);
    stack.interrupt();
}

#[test]
fn one_call_for_each_permission_is_made_and_shown() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let stack = Running::start(&folder);
    for sample in ["events/webhook/message-text.json", "events/webhook/comment-no-rule.json"] {
        assert!(ask(&folder, &["send", sample]).status.success());
    }
    stack.line_with(&["comment"]);
    let proved = [
        "ok      instagram_business_basic: GET /me",
        "ok      instagram_business_manage_messages: GET /me/conversations",
    ];
    expect(&folder, &["accounts", "prove", HELENA], true, &proved);
    stack.interrupt();
}
