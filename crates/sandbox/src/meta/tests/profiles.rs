//! Profiles of people, the account's own features, and what moderation changes.

use super::*;

#[tokio::test]
async fn a_profile_tells_what_meta_knows_and_may_lack_anything() {
    let Scene { meta, .. } = scene().await;
    meta.person_writes(ACCOUNT, KIM, "oi");
    let path = format!(
        "/v24.0/{KIM}?fields=name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,\
         is_verified_user"
    );
    let change = |change: fn(&mut super::super::world::Person)| {
        meta.world(|world| change(world.person_mut(ACCOUNT, KIM).unwrap()));
    };
    change(|kim| {
        kim.profile_pic = Some("https://lookaside.fbsbx.com/kim".to_owned());
        (kim.follower_count, kim.is_user_follow_business) = (120, true);
    });
    let whole = json!({"id": KIM, "name": "Kim", "username": "kim", "profile_pic": "https://lookaside.fbsbx.com/kim",
                       "follower_count": 120, "is_user_follow_business": true, "is_business_follow_user": false,
                       "is_verified_user": false});
    assert_eq!(ask(&meta, Method::GET, &path, None).await, (200, whole));

    change(|kim| {
        kim.name.clear();
        kim.profile_pic = None;
    });
    let (_, profile) = ask(&meta, Method::GET, &path, None).await;
    assert!(profile.get("name").is_none() && profile.get("profile_pic").is_none(), "{profile}");
    let all = "id,username,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user";
    meta.world(|world| {
        world.person_mut(ACCOUNT, KIM).unwrap().hidden_fields = all.split(',').map(str::to_owned).collect();
    });
    assert_eq!(ask(&meta, Method::GET, &path, None).await, (200, json!({})), "as was seen once");
}

#[tokio::test]
async fn ice_breakers_and_the_menu_are_set_read_and_deleted() {
    let Scene { meta, .. } = scene().await;
    let path = "/v24.0/me/messenger_profile";
    let read = format!("{path}?fields=ice_breakers,persistent_menu");
    let question = json!({"question": "Quando abrem?", "payload": "HOURS"});
    let list = |items: Value| json!([{"locale": "default", "call_to_actions": items}]);
    let menu = list(json!([{"type": "postback", "title": "Pessoa", "payload": "HUMAN"},
                           {"type": "web_url", "title": "Site", "url": "https://example.com"}]));
    let breakers = list(json!([question]));
    let done = (200, json!({"result": "success"}));
    assert_eq!(ask(&meta, Method::GET, &read, None).await, (200, json!({"data": []})));
    for (name, value) in [("ice_breakers", &breakers), ("persistent_menu", &menu)] {
        assert_eq!(ask(&meta, Method::POST, path, Some(json!({"platform": "instagram", name: value}))).await, done);
    }
    let both = json!({"data": [{"ice_breakers": breakers, "persistent_menu": menu}]});
    assert_eq!(ask(&meta, Method::GET, &read, None).await.1, both);
    assert_eq!(ask(&meta, Method::DELETE, path, Some(json!({"fields": ["ice_breakers"]}))).await, done);
    assert_eq!(ask(&meta, Method::GET, &read, None).await.1, json!({"data": [{"persistent_menu": menu}]}));

    let refused = [
        ("no platform", json!({"ice_breakers": breakers})),
        ("no feature", json!({"platform": "instagram"})),
        ("an unknown feature", json!({"platform": "instagram", "greeting": []})),
        (
            "no default locale",
            json!({"platform": "instagram", "ice_breakers": [{"locale": "pt_BR", "call_to_actions": [question]}]}),
        ),
        ("five questions", json!({"platform": "instagram", "ice_breakers": list(json!(vec![question.clone(); 5]))})),
        (
            "a question without payload",
            json!({"platform": "instagram", "ice_breakers": list(json!([{"question": "a"}]))}),
        ),
        ("a menu item of no kind", json!({"platform": "instagram", "persistent_menu": list(json!([{"title": "a"}]))})),
    ];
    for (case, body) in refused {
        assert_eq!(codes(&ask(&meta, Method::POST, path, Some(body)).await), (Some(100), None), "{case}");
    }
    assert_eq!(codes(&ask(&meta, Method::DELETE, path, None).await), (Some(100), None), "nothing named to delete");
}

#[tokio::test]
async fn a_comment_is_hidden_shown_read_with_its_replies_and_deleted() {
    let Scene { meta, .. } = scene().await;
    let comment = meta.person_comments(ACCOUNT, POST, KIM, "preço?");
    let node = format!("/v24.0/{comment}");
    let read = format!("{node}?fields=id,text,from,username,media,parent_id,hidden,like_count,replies");
    let (_, reply) = ask(&meta, Method::POST, &format!("{node}/replies?message=Oi"), None).await;
    let reply = reply["id"].as_str().unwrap();
    for hidden in [true, false] {
        assert_eq!(ask(&meta, Method::POST, &format!("{node}?hide={hidden}"), None).await.0, 200);
        let (_, found) = ask(&meta, Method::GET, &read, None).await;
        assert_eq!(found["hidden"], hidden);
        assert_eq!(found["replies"]["data"][0]["id"], reply);
        assert_eq!(found["from"], json!({"id": KIM, "username": "kim"}));
    }
    ask(&meta, Method::POST, &format!("/v24.0/{reply}?hide=true"), None).await;
    assert_eq!(ask(&meta, Method::GET, &format!("/v24.0/{reply}?fields=hidden"), None).await.1["hidden"], false);
    assert_eq!(ask(&meta, Method::DELETE, &node, None).await, (200, json!({"success": true})));
    assert_eq!(codes(&ask(&meta, Method::GET, &read, None).await), (Some(100), Some(33)));
    let long = format!("/v24.0/{reply}/replies?message={}", "a".repeat(2201));
    assert_eq!(codes(&ask(&meta, Method::POST, &long, None).await), (Some(100), None), "2201 characters");
}
