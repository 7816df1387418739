//! What the doctor says of a stack that is well, and of one that is not.

use crate::program::{Running, ask, told};

const ACCOUNT: &str = "17841400000000001";

#[test]
fn a_stack_that_is_well_is_said_to_be_and_what_is_not_is_named_with_a_remedy() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let stack = Running::start(&folder);
    assert!(ask(&folder, &["send", "events/webhook/test-messages.json"]).status.success());
    stack.line_with(&["test"]);
    for _ in 0..2 {
        let output = ask(&folder, &["doctor", "--all"]);
        let well = told(&output);
        assert!(output.status.success(), "{well}");
        for part in [
            "the secrets of 2 apps can be read",
            "a delivery with a wrong signature is refused",
            "the app politicall: its verify token is known at the callback",
            "the app vereadora-zulmira: a delivery signed with its secret is taken",
            "the events queue can be reached",
            "Account 17841400000000001 (gabinete.helena.sampaio, gabinete-helena)",
            "its token is for gabinete.helena.sampaio (17841400000000001)",
            "it is subscribed to 8 fields",
            "0 wrong,",
        ] {
            assert!(well.contains(part), "without {part:?}: {well}");
        }
        let samples: Vec<&str> = well.lines().filter(|line| line.contains("  politicall  ")).collect();
        assert_eq!(samples.len(), 1, "its own samples are none of the dashboard's: {well}");
        assert!(samples[0].contains("message") && samples[0].contains(" s ago"), "when it came: {well}");
        assert!(well.contains("never, or more than"), "{well}");
    }

    let nowhere = ask(&folder, &["doctor", ACCOUNT, "--callback", "http://127.0.0.1:1/api/webhook/instagram"]);
    let ill = told(&nowhere);
    assert_eq!(nowhere.status.code(), Some(1), "{ill}");
    assert!(ill.contains("WRONG      the callback http://127.0.0.1:1/api/webhook/instagram does not answer"), "{ill}");
    assert!(ill.contains("-> it must be reachable from the internet"), "{ill}");
    stack.interrupt();

    // Without a stack there is nobody to ask, and that is no trouble of the account's.
    let alone = told(&ask(&folder, &["doctor", ACCOUNT]));
    assert!(alone.contains("the callback was not tried") && alone.contains("Meta was not asked"), "{alone}");
}
