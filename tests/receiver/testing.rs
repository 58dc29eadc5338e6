//! What users test their handlers with.

use std::time::SystemTime;

use monday_webhooks::{
    LifecycleKind, SubscriptionKind,
    auth::{ClientSecret, SigningSecret, Verifier},
    receiver::{Outcome, receive},
    testing::{
        BoardClaims, LifecycleClaims, challenge_request, lifecycle_sample, sample,
        signed_lifecycle_request, signed_request, verified,
    },
};

use super::AUDIENCE;

#[test]
fn the_sample_of_every_subscription_is_there_for_a_handlers_test() {
    for kind in SubscriptionKind::ALL {
        let delivery = verified(&kind).unwrap();
        assert!(
            delivery.message().possible_subscriptions().contains(&kind),
            "{kind}"
        );
        assert_eq!(delivery.message().problems(), [], "{kind}");
        assert_eq!(
            delivery.sender().account_id,
            Some(BoardClaims::SAMPLE_ACCOUNT)
        );
        assert_eq!(delivery.sender().user_id, Some(BoardClaims::SAMPLE_USER));
    }
    assert!(verified(&SubscriptionKind::Other("when_date_arrived".into())).is_none());
}

#[test]
fn a_signed_request_is_taken_by_a_strict_endpoint_and_by_no_other() {
    let secret = SigningSecret::new("one").unwrap();
    let strict = Verifier::new(secret.clone()).audience(AUDIENCE);
    let body = sample(&SubscriptionKind::CreateItem).unwrap().to_string();
    let taken = |url| {
        let request = signed_request(&secret, url, body.clone()).unwrap();
        assert_eq!(request.uri(), url);
        let outcome = receive(&strict, request, SystemTime::now());
        matches!(outcome, Outcome::Message(delivery) if delivery.message().body() == &body)
    };
    assert!(taken(AUDIENCE));
    assert!(!taken("https://example.com/other"));
    assert!(signed_request(&secret, "no url", body.clone()).is_err());
}

#[test]
fn a_signed_lifecycle_request_is_taken_with_its_claims() {
    let secret = ClientSecret::new("one").unwrap();
    let strict = Verifier::new(secret.clone()).audience(AUDIENCE);
    let body = lifecycle_sample(LifecycleKind::Uninstalled).unwrap();
    let request = signed_lifecycle_request(&secret, AUDIENCE, body.to_string()).unwrap();
    let Outcome::Message(event) = receive(&strict, request, SystemTime::now()) else {
        panic!("a good event was refused");
    };
    assert_eq!(event.message().kind(), LifecycleKind::Uninstalled);
    assert_eq!(event.sender().app_id, Some(LifecycleClaims::SAMPLE_APP));
    assert_eq!(event.sender().user_id, Some(BoardClaims::SAMPLE_USER));
    assert_eq!(event.sender().audience, [AUDIENCE]);
}

#[test]
fn a_challenge_request_is_answered_by_any_endpoint() {
    let verifier = Verifier::new(SigningSecret::new("one").unwrap());
    let request = challenge_request(AUDIENCE, "a \"b\" é").unwrap();
    let body = request.body().clone();
    let Outcome::Challenge(answer) = receive(&verifier, request, SystemTime::now()) else {
        panic!("the challenge was not answered");
    };
    assert_eq!(answer.body(), &body);
}

#[test]
fn what_a_service_holds_goes_to_other_threads() {
    use monday_webhooks::{
        Delivery, LifecycleEvent, Receiver,
        receiver::{Refusal, SecretSegment, Unsigned, Unverified, Verified},
    };

    fn goes<T: Send + Sync>() {}
    goes::<Verified<Delivery>>();
    goes::<Verified<LifecycleEvent>>();
    goes::<Unverified<Delivery>>();
    goes::<Verifier>();
    goes::<Verifier<ClientSecret>>();
    goes::<Unsigned>();
    goes::<SecretSegment>();
    goes::<Refusal>();
    goes::<Receiver<Verifier, ()>>();
}
