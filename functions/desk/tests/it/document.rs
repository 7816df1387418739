//! The document of this API, held against the routes and against every answer of every test.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use desk::ROUTES;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::stage::Answer;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_yaml_ng::from_str(include_str!("../../openapi.yaml")).unwrap());

/// What an answer's body must be.
struct Promise {
    method: &'static str,
    path: &'static str,
    status: String,
    validator: Validator,
}

static PROMISES: LazyLock<Vec<Promise>> = LazyLock::new(|| {
    let mut promises = Vec::new();
    for route in ROUTES {
        let operation = &DOCUMENT["paths"][route.path][route.method.to_lowercase()];
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = resolved(response);
            let content = response["content"].as_object().unwrap();
            let (_, media) = content.iter().next().unwrap();
            let schema = json!({"components": DOCUMENT["components"], "allOf": [media["schema"]]});
            let validator = jsonschema::validator_for(&schema).unwrap();
            promises.push(Promise { method: route.method, path: route.path, status: status.clone(), validator });
        }
    }
    promises
});

static PROBLEM: LazyLock<Validator> = LazyLock::new(|| {
    let schema = json!({
        "components": DOCUMENT["components"],
        "$ref": "#/components/schemas/Problem",
    });
    jsonschema::validator_for(&schema).unwrap()
});

fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

fn is_of(template: &str, path: &str) -> bool {
    let (parts, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let fits = |(part, text): (&&str, &&str)| if part.starts_with('{') { !text.is_empty() } else { part == text };
    parts.len() == given.len() && parts.iter().zip(&given).all(fits)
}

/// Holds an answer against the document.
pub(crate) fn hold(method: &str, path: &str, answer: &Answer) {
    let (body, status) = (answer.body(), answer.status.to_string());
    let is_problem = answer.headers["content-type"] == "application/problem+json";
    assert_eq!(is_problem, answer.status >= 400, "{answer:?}");
    let of_route = PROMISES.iter().filter(|promise| promise.method == method && is_of(promise.path, path));
    let mut of_route: Vec<&Promise> = of_route.collect();
    // Words before names.
    of_route.sort_by_key(|promise| promise.path.matches('{').count());
    let path_taken = of_route.first().map(|promise| promise.path);
    of_route.retain(|promise| Some(promise.path) == path_taken);
    let by_status = of_route.iter().find(|promise| promise.status == status);
    let promised = by_status.or_else(|| of_route.iter().find(|promise| promise.status == "default" && is_problem));
    let validator = match promised {
        Some(promise) => &promise.validator,
        None => {
            assert!(
                is_problem && matches!(answer.status, 404 | 405 | 400),
                "{method} {path} is not promised: {answer:?}"
            );
            &PROBLEM
        }
    };
    let errors: Vec<String> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{method} {path}: {errors:?} in {body:#}");
}

#[test]
fn every_route_is_in_the_document_and_every_operation_of_the_document_is_a_route() {
    let ours: BTreeSet<(String, String)> =
        ROUTES.iter().map(|route| (route.path.to_owned(), route.method.to_lowercase())).collect();
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let theirs = paths.iter().flat_map(|(path, operations)| {
        let methods = operations.as_object().unwrap().keys().filter(|name| *name != "parameters");
        methods.map(|method| (path.clone(), method.clone()))
    });
    assert_eq!(ours, theirs.collect());
}

#[test]
fn what_a_request_may_hold_is_in_the_document() {
    for route in ROUTES {
        let item = &DOCUMENT["paths"][route.path];
        let operation = &item[route.method.to_lowercase()];
        let lists = [&item["parameters"], &operation["parameters"]].into_iter().filter_map(Value::as_array).flatten();
        let parameters: Vec<&Value> = lists.map(resolved).collect();
        let named = |place: &str| -> BTreeSet<&str> {
            let of_place = parameters.iter().filter(|parameter| parameter["in"] == place);
            of_place.map(|parameter| parameter["name"].as_str().unwrap()).collect()
        };
        assert_eq!(named("query"), route.query.iter().copied().collect(), "{}", route.path);
        let parts = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(named("path"), parts.collect(), "{}", route.path);
        assert_eq!(named("header").contains("Idempotency-Key"), route.body.is_some(), "{}", route.path);
        assert_eq!(named("header").contains("X-Author"), route.wants_author(), "{}", route.path);
        let schema = &resolved(&operation["requestBody"]["content"]["application/json"]["schema"])["properties"];
        let members = schema.as_object().map(|members| members.keys().map(String::as_str).collect::<BTreeSet<_>>());
        assert_eq!(
            members.unwrap_or_default(),
            route.body.unwrap_or_default().iter().copied().collect(),
            "{}",
            route.path
        );
    }
}
