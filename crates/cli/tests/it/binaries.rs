//! The built `ingest` and `worker` with the real SDK: from Meta's POST to the answer, in processes of their own.

use std::path::Path;
use std::time::Duration;

use instagram::{AccountId, AppId, PersonId};
use sandbox::clock::Clock;
use sandbox::dynamo::Dynamo;
use sandbox::fault::{Faults, Script};
use sandbox::gateway::Gateway;
use sandbox::mapping::Mapping;
use sandbox::meta::fault::Fate;
use sandbox::meta::{Door, Meta};
use sandbox::runtime::{Function, built};
use sandbox::sqs::Sqs;
use secrecy::SecretString;
use serde_json::{Value, json};
use store::{Account, Item, Mode, ReplyState, Store, TABLE_DEFINITION};
use vault::{LocalKey, Vault};

const ACCOUNT: &str = "17841400000000001";
const APP: &str = "867555782500454";
const PERSON: &str = "900000000000001";
const POST: &str = "18000000000000010";
const TOKEN: &str = "IGAA-canary-token";
const SECRET: &str = "canary-app-secret";
const LIMIT: Duration = Duration::from_secs(30);

/// Words that may be in no log line.
const CANARIES: [&str; 5] = [TOKEN, SECRET, "canário-pergunta", "canário-resposta", "canario.username"];

pub(crate) const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "agenda", "on": ["message"], "when": [{"words": {"any": ["agenda"]}}], "do": [{"text": "canário-resposta: quinta às 19h"}]},
    {"id": "quero", "on": ["comment"], "when": [{"words": {"any": ["quero"]}}],
     "do": [{"private_reply": "canário-resposta: aqui está"}, {"public_reply": "canário-resposta: mandei no direct"}]}
]}"#;

pub(crate) struct Scene {
    pub(crate) meta: Meta,
    door: Door,
    sqs: Sqs,
    pub(crate) store: Store,
    ingest: Function,
    worker: Function,
    _gateway: Gateway,
    mapping: Mapping,
    dynamo: Dynamo,
    _files: tempfile::TempDir,
}

/// Everything between Meta and the table, the functions being the binaries; the worker's Graph calls meet `faults`.
pub(crate) async fn scene(faults: impl Faults<Fate>) -> Scene {
    let clock = Clock::default();
    let files = tempfile::tempdir().unwrap();
    let world = json!({
        "apps": [{"name": "politicall", "app_id": APP, "app_secrets": [SECRET], "verify_tokens": ["v"]}],
        "accounts": [{"account": ACCOUNT, "app_scoped_id": "27000000000000001", "username": "gabinete", "name": "Gabinete",
                      "app_id": APP, "token": TOKEN}],
        "people": [{"account": ACCOUNT, "id": PERSON, "username": "canario.username", "name": "Ana"}],
        "media": [{"account": ACCOUNT, "id": POST, "product": "FEED"}],
    });
    std::fs::write(files.path().join("apps.json"), json!({"apps": world["apps"]}).to_string()).unwrap();
    let key = LocalKey::generate().unwrap();
    std::fs::write(files.path().join("token.key"), &key).unwrap();

    let dynamo = Dynamo::memory(clock.clone()).await.unwrap();
    dynamo.create_table(&serde_json::from_str(TABLE_DEFINITION).unwrap()).unwrap();
    let sqs = Sqs::start(clock.clone(), None).await.unwrap();
    sqs.create_queue("events.fifo", &[("VisibilityTimeout", "180"), ("FifoQueue", "true")]).await.unwrap();
    sqs.create_queue("quarantine", &[]).await.unwrap();
    let meta = Meta::start(clock, world).await.unwrap();
    let door = meta.door("worker", faults).await.unwrap();

    let store = store(&dynamo).await;
    let vault = Vault::local(LocalKey::parse(&key).unwrap());
    seed(&store, &vault).await;

    let (ingest, worker) = functions(&sqs, &dynamo, &door, files.path());
    let gateway = Gateway::builder().route("ANY /api/webhook/instagram", ingest.clone()).start().await.unwrap();
    meta.set_callback(format!("{}/api/webhook/instagram", gateway.endpoint()).parse().unwrap());
    let mapping = Mapping::of(&sqs.queue_url("events.fifo"), worker.clone()).start().await.unwrap();
    Scene { meta, door, sqs, store, ingest, worker, _gateway: gateway, mapping, dynamo, _files: files }
}

async fn store(dynamo: &Dynamo) -> Store {
    let config = boot::aws_config_at(dynamo.endpoint(), &boot::Clock::system(), boot::CallLimits::default()).await;
    Store::new(aws_sdk_dynamodb::Client::new(&config), "politicall-ig")
}

async fn seed(store: &Store, vault: &Vault) {
    let account = Account {
        mode: Mode::Answer,
        sealed_token: Some(vault.seal(ACCOUNT, &SecretString::from(TOKEN)).await.unwrap()),
        ..Account::new(AccountId::parse(ACCOUNT).unwrap(), AppId::parse(APP).unwrap(), "gabinete", "gabinete")
    };
    store.put_account(&account).await.unwrap();
    store.put_rules(&account.id, RULES, 0).await.unwrap();
}

fn functions(sqs: &Sqs, dynamo: &Dynamo, door: &Door, files: &Path) -> (Function, Function) {
    let queues = [
        ("AWS_ENDPOINT_URL_SQS", sqs.endpoint()),
        ("EVENTS_QUEUE_URL", sqs.queue_url("events.fifo")),
        ("QUARANTINE_QUEUE_URL", sqs.queue_url("quarantine")),
        ("LOG_LEVEL", "debug".to_owned()),
    ];
    let ingest = Function::of(built("ingest"))
        .environment(queues.clone())
        .environment([("META_APPS_SECRET", format!("file:{}", files.join("apps.json").display()))])
        .timeout(Duration::from_secs(5))
        .build();
    let worker = Function::of(built("worker"))
        .environment(queues)
        .environment([
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamo.endpoint().to_owned()),
            ("TABLE_NAME", "politicall-ig".to_owned()),
            ("TOKEN_KEY", format!("file:{}", files.join("token.key").display())),
            ("GRAPH_BASE_URL", door.endpoint().to_owned()),
        ])
        .timeout(LIMIT)
        .build();
    (ingest, worker)
}

impl Scene {
    /// Delivers what Meta has to tell until nothing is left to do.
    pub(crate) async fn settle(&self) {
        while self.meta.deliver_due().await > 0 {
            self.mapping.drain(LIMIT).await.unwrap();
        }
    }

    /// Where the table is.
    pub(crate) fn table(&self) -> &str {
        self.dynamo.endpoint()
    }

    async fn items(&self) -> Vec<(String, Item)> {
        let peer = instagram::Peer::from(&PersonId::parse(PERSON).unwrap());
        self.store.items(&AccountId::parse(ACCOUNT).unwrap(), &peer, boot::Clock::system().now_ms()).await.unwrap()
    }

    async fn item(&self, prefix: &str, why: &str) -> Item {
        let items = self.items().await;
        let wanted = |item: &Item| item.decision.as_ref().is_some_and(|decided| decided.why == why);
        items.into_iter().find(|(sk, item)| sk.starts_with(prefix) && wanted(item)).unwrap().1
    }

    /// Stops the functions; what they wrote must hold no word that anybody wrote and no secret.
    pub(crate) async fn stop(self) {
        self.mapping.stop().await;
        let (ingest, worker) = (self.ingest.stop().await, self.worker.stop().await);
        assert!(ingest.is_empty(), "good deliveries are not logged: {} lines", ingest.len());
        assert!(!worker.is_empty(), "each event has its line");
        for line in worker {
            assert!(CANARIES.iter().all(|canary| !line.text.contains(canary)), "a canary in {}", line.text);
        }
        self.door.close().await;
    }
}

#[tokio::test]
async fn a_message_is_answered_once_and_its_echo_is_known() {
    let scene = scene(Script::new("SendMessage", [])).await;
    scene.meta.person_writes(ACCOUNT, PERSON, "canário-pergunta: qual é a AGENDA? 👋");
    scene.settle().await;
    assert_eq!(scene.meta.sent_to(ACCOUNT, PERSON).len(), 1);
    let item = scene.item("M#", "answered").await;
    assert_eq!(item.decision.unwrap().replies[0].state, ReplyState::Sent);
    scene.item("M#", "own_message").await;

    // The same person again: the echo of our own answer paused nothing.
    scene.meta.person_writes(ACCOUNT, PERSON, "canário-pergunta: e a agenda de amanhã?");
    scene.settle().await;
    assert_eq!(scene.meta.sent_to(ACCOUNT, PERSON).len(), 2);
    scene.stop().await;
}

#[tokio::test]
async fn case_50_a_delivery_that_comes_five_times_is_answered_once() {
    let scene = scene(Script::new("SendMessage", [])).await;
    scene.meta.person_writes(ACCOUNT, PERSON, "agenda");
    scene.settle().await;
    for _ in 0..4 {
        assert!(scene.meta.post(1).await.unwrap().is_accepted());
        scene.mapping.drain(LIMIT).await.unwrap();
    }
    assert_eq!(scene.meta.sent_to(ACCOUNT, PERSON).len(), 1);
    scene.stop().await;
}

#[tokio::test]
async fn a_comment_gets_its_private_and_its_public_reply() {
    let scene = scene(Script::new("PrivateReply", [])).await;
    let comment = scene.meta.person_comments(ACCOUNT, POST, PERSON, "eu quero!");
    scene.settle().await;
    assert_eq!(scene.meta.private_replies(&comment).len(), 1);
    assert_eq!(scene.meta.public_replies(&comment).len(), 1);
    scene.stop().await;
}

#[tokio::test]
async fn case_58_a_send_whose_answer_is_lost_is_unknown_and_never_repeated() {
    let scene = scene(Script::new("SendMessage", [Fate::LoseAnswer])).await;
    scene.meta.set_echo(sandbox::meta::Echo::Drop);
    scene.meta.person_writes(ACCOUNT, PERSON, "agenda");
    scene.settle().await;
    assert!(scene.meta.post(1).await.unwrap().is_accepted());
    scene.mapping.drain(LIMIT).await.unwrap();
    assert_eq!(scene.meta.sent_to(ACCOUNT, PERSON).len(), 1, "Meta has it, once");
    let item = scene.item("M#", "answered").await;
    let reply = &item.decision.as_ref().unwrap().replies[0];
    assert_eq!((reply.state, reply.reason.as_deref()), (ReplyState::Unknown, Some("no_answer")));
    assert!(item.due_at.is_some(), "somebody will look at it");
    scene.stop().await;
}

#[tokio::test]
async fn a_delivery_that_nobody_signed_leaves_nothing_anywhere() {
    let scene = scene(Script::new("SendMessage", [])).await;
    let forged: Value = json!({"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1, "messaging": []}]});
    scene.meta.world(|world| world.apps[0].app_secrets = vec!["another secret".to_owned()]);
    let answer = scene.meta.sign_and_post(forged.to_string()).await.unwrap();
    assert_eq!(answer.status, Some(401));
    assert_eq!(scene.sqs.counts("events.fifo").unwrap().waiting, 0);
    assert_eq!(scene.sqs.counts("quarantine").unwrap().waiting, 0);
    assert!(scene.items().await.is_empty());
}
