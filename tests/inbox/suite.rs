//! What every inbox does, one promise a function.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use monday_webhooks::{
    AccountId, Receiver, UserId,
    auth::{SigningSecret, Verifier},
    inbox::{Claimed, Inbox, Settlement},
    receiver::{Taken, dangerous},
    testing::{BoardClaims, sign_board_token},
};
use tower::ServiceExt;

use super::deliveries::{about, body, delivery, number, received};

async fn put<I: Inbox>(inbox: &I, number: u64) {
    assert_eq!(inbox.put(received(number)).await.unwrap(), Taken::New);
}

async fn claim_one<I: Inbox>(inbox: &I) -> Claimed<I::Lease> {
    let mut claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap();
    assert_eq!(claimed.len(), 1);
    claimed.remove(0)
}

async fn claim_all<I: Inbox>(inbox: &I, count: usize) -> Vec<Claimed<I::Lease>> {
    let mut all = Vec::new();
    while let Some(missing) = NonZeroUsize::new(count - all.len()) {
        all.extend(inbox.claim(missing).await.unwrap());
    }
    all
}

fn dead(reason: &str) -> Settlement {
    let reason = reason.to_owned();
    Settlement::Dead { reason }
}

fn retry() -> Settlement {
    let after = Duration::ZERO;
    Settlement::Retry { after }
}

pub(super) async fn a_delivery_is_handed_over_as_it_was_received<I: Inbox>(inbox: Arc<I>) {
    let sent = received(1);
    inbox.put(sent.clone()).await.unwrap();
    let mut bare = received(2);
    (bare.verified, bare.account_id, bare.user_id) = (false, None, None);
    inbox.put(bare.clone()).await.unwrap();

    for (claimed, sent) in claim_all(inbox.as_ref(), 2).await.iter().zip([sent, bare]) {
        assert_eq!(claimed.attempt, 1);
        assert_eq!(claimed.received.delivery.body(), sent.delivery.body());
        assert_eq!(claimed.received.verified, sent.verified);
        assert_eq!(claimed.received.account_id, sent.account_id);
        assert_eq!(claimed.received.user_id, sent.user_id);
        assert_eq!(claimed.received.received_at, sent.received_at);
    }
}

pub(super) async fn a_handled_delivery_is_gone<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 1).await;
    let claimed = claim_one(inbox.as_ref()).await;
    inbox
        .settle(&claimed.lease, Settlement::Done)
        .await
        .unwrap();
    drop(claimed);
    put(inbox.as_ref(), 2).await;
    let next = claim_one(inbox.as_ref()).await;
    assert_eq!(number(&next.received.delivery), 2);
    assert_eq!(inbox.status().await.unwrap().depth(), 1);
}

pub(super) async fn a_duplicate_is_acknowledged_and_not_handed_over_again<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 1).await;
    let again = async || inbox.put(received(1)).await.unwrap();
    assert_eq!(again().await, Taken::Duplicate);
    let claimed = claim_one(inbox.as_ref()).await;
    assert_eq!(again().await, Taken::Duplicate);
    inbox
        .settle(&claimed.lease, Settlement::Done)
        .await
        .unwrap();
    assert_eq!(again().await, Taken::Duplicate);
    let unknown = monday_webhooks::Delivery::parse(r#"{"event":{"type":"new"}}"#).unwrap();
    let unknown = monday_webhooks::inbox::Received::new(unknown, std::time::SystemTime::now());
    assert_eq!(inbox.put(unknown.clone()).await.unwrap(), Taken::New);
    assert_eq!(inbox.put(unknown).await.unwrap(), Taken::Duplicate);
    assert_eq!(inbox.status().await.unwrap().depth(), 1);
}

pub(super) async fn a_failed_delivery_comes_again_with_its_attempts_counted<I: Inbox>(
    inbox: Arc<I>,
) {
    let sent = received(1);
    inbox.put(sent.clone()).await.unwrap();
    for attempt in 1..=4 {
        let claimed = claim_one(inbox.as_ref()).await;
        assert_eq!(claimed.attempt, attempt);
        assert_eq!(claimed.received.received_at, sent.received_at);
        inbox.settle(&claimed.lease, retry()).await.unwrap();
    }
    let claimed = claim_one(inbox.as_ref()).await;
    let after = Duration::from_millis(20);
    inbox
        .settle(&claimed.lease, Settlement::Retry { after })
        .await
        .unwrap();
    assert_eq!(claim_one(inbox.as_ref()).await.attempt, 6);
}

pub(super) async fn a_dropped_lease_hands_the_delivery_over_again<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 1).await;
    drop(claim_one(inbox.as_ref()).await);
    let claimed = claim_one(inbox.as_ref()).await;
    assert_eq!(
        (number(&claimed.received.delivery), claimed.attempt),
        (1, 2)
    );
}

pub(super) async fn the_oldest_delivery_comes_first<I: Inbox>(inbox: Arc<I>) {
    for number in 0..20 {
        put(inbox.as_ref(), number).await;
    }
    let numbers: Vec<u64> = claim_all(inbox.as_ref(), 20)
        .await
        .iter()
        .map(|claimed| number(&claimed.received.delivery))
        .collect();
    assert_eq!(numbers, (0..20).collect::<Vec<_>>());
}

pub(super) async fn a_claim_that_is_given_up_loses_nothing<I: Inbox>(inbox: Arc<I>) {
    for number in 0..50 {
        let claim = inbox.claim(NonZeroUsize::MIN);
        tokio::select! {
            biased;
            _ = claim => panic!("there was nothing to claim yet"),
            () = tokio::task::yield_now() => {}
        }
        put(inbox.as_ref(), number).await;
        let claimed = claim_one(inbox.as_ref()).await;
        assert_eq!(
            super::deliveries::number(&claimed.received.delivery),
            number
        );
        inbox
            .settle(&claimed.lease, Settlement::Done)
            .await
            .unwrap();
    }
}

pub(super) async fn a_claim_waits_for_a_delivery<I: Inbox>(inbox: Arc<I>) {
    let waiting = {
        let inbox = Arc::clone(&inbox);
        tokio::spawn(async move { claim_one(inbox.as_ref()).await.received })
    };
    put(inbox.as_ref(), 1).await;
    assert_eq!(number(&waiting.await.unwrap().delivery), 1);
}

pub(super) async fn a_claim_that_waits_rests<I: Inbox>(inbox: Arc<I>) {
    let polls = Arc::new(AtomicUsize::new(0));
    let (waits, counted) = (Arc::clone(&inbox), Arc::clone(&polls));
    let waiting = tokio::spawn(async move {
        let mut claim = std::pin::pin!(waits.claim(NonZeroUsize::MIN));
        std::future::poll_fn(|context| {
            counted.fetch_add(1, Ordering::Relaxed);
            claim.as_mut().poll(context)
        })
        .await
    });
    // What others ask meanwhile brings no delivery.
    for _ in 0..100 {
        inbox.status().await.unwrap();
    }
    let polls = polls.load(Ordering::Relaxed);
    assert!(polls < 50, "it was at work {polls} times");
    put(inbox.as_ref(), 1).await;
    assert_eq!(waiting.await.unwrap().unwrap().len(), 1);
}

pub(super) async fn several_claims_share_the_deliveries<I: Inbox>(inbox: Arc<I>) {
    const COUNT: u64 = 200;
    let (sender, mut numbers) = tokio::sync::mpsc::unbounded_channel();
    let workers: Vec<_> = (1..=4)
        .map(|most| {
            let (inbox, sender) = (Arc::clone(&inbox), sender.clone());
            tokio::spawn(async move {
                loop {
                    for claimed in inbox.claim(NonZeroUsize::new(most).unwrap()).await.unwrap() {
                        inbox
                            .settle(&claimed.lease, Settlement::Done)
                            .await
                            .unwrap();
                        sender.send(number(&claimed.received.delivery)).unwrap();
                    }
                }
            })
        })
        .collect();
    for number in 0..COUNT {
        put(inbox.as_ref(), number).await;
    }
    let mut handled = Vec::new();
    while handled.len() < COUNT as usize {
        handled.push(numbers.recv().await.unwrap());
    }
    for worker in workers {
        worker.abort();
        assert!(worker.await.unwrap_err().is_cancelled());
    }
    assert!(numbers.try_recv().is_err());
    handled.sort_unstable();
    assert_eq!(handled, (0..COUNT).collect::<Vec<_>>());
    assert_eq!(inbox.status().await.unwrap().depth(), 0);
}

pub(super) async fn a_settlement_counts_once<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 1).await;
    let claimed = claim_one(inbox.as_ref()).await;
    inbox
        .settle(&claimed.lease, Settlement::Done)
        .await
        .unwrap();
    inbox.settle(&claimed.lease, retry()).await.unwrap();
    inbox.settle(&claimed.lease, dead("late")).await.unwrap();
    drop(claimed);
    let status = inbox.status().await.unwrap();
    assert_eq!((status.depth(), status.dead), (0, 0));
}

pub(super) async fn a_wait_without_end_is_not_over_at_once<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 1).await;
    let claimed = claim_one(inbox.as_ref()).await;
    let after = Duration::MAX;
    let retry = Settlement::Retry { after };
    inbox.settle(&claimed.lease, retry).await.unwrap();
    // Had it been due at once, it would have been handed over before the second one.
    put(inbox.as_ref(), 2).await;
    let next = claim_one(inbox.as_ref()).await;
    assert_eq!(number(&next.received.delivery), 2);
}

pub(super) async fn an_attempt_that_is_taken_back_twice_loses_nothing<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 1).await;
    let claimed = claim_one(inbox.as_ref()).await;
    inbox.keep(&claimed.lease, 0).await.unwrap();
    inbox
        .settle(&claimed.lease, Settlement::Release)
        .await
        .unwrap();
    let again = claim_one(inbox.as_ref()).await;
    assert_eq!(number(&again.received.delivery), 1);
    assert!(again.attempt <= 2, "{}", again.attempt);
}

pub(super) async fn a_dead_letter_is_kept_with_its_reason<I: Inbox>(inbox: Arc<I>) {
    let sent = received(1);
    inbox.put(sent.clone()).await.unwrap();
    let claimed = claim_one(inbox.as_ref()).await;
    inbox.settle(&claimed.lease, retry()).await.unwrap();
    let claimed = claim_one(inbox.as_ref()).await;
    let reason = "the order system said no: \"42\"\nand so on – äöü";
    inbox.settle(&claimed.lease, dead(reason)).await.unwrap();

    let letters = inbox.dead_letters(None, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!(letter.reason, reason);
    assert_eq!(letter.attempts, 2);
    assert_eq!(&letter.body, sent.delivery.body());
    assert_eq!(number(&letter.delivery().unwrap()), 1);
    assert_eq!(letter.received_at, sent.received_at);
    assert!(letter.died_at >= letter.received_at);
    assert!(letter.verified);
    assert_eq!(letter.account_id, Some(AccountId::new(17_654_321)));
    assert_eq!(letter.user_id, Some(UserId::new(-4)));
    assert_eq!(
        inbox.put(sent).await.unwrap(),
        Taken::Duplicate,
        "a dead letter is no reason to begin anew"
    );
}

pub(super) async fn a_requeued_letter_is_handed_over_like_a_new_one<I: Inbox>(inbox: Arc<I>) {
    let sent = received(1);
    inbox.put(sent.clone()).await.unwrap();
    let claimed = claim_one(inbox.as_ref()).await;
    inbox.settle(&claimed.lease, dead("no")).await.unwrap();
    drop(claimed);
    let letter = inbox.dead_letters(None, 10).await.unwrap().remove(0).id;

    assert!(inbox.requeue(letter).await.unwrap());
    assert!(!inbox.requeue(letter).await.unwrap());
    assert!(!inbox.discard(letter).await.unwrap());
    assert_eq!(inbox.dead_letters(None, 10).await.unwrap().len(), 0);
    let claimed = claim_one(inbox.as_ref()).await;
    assert_eq!(claimed.attempt, 1);
    assert_eq!(claimed.received.delivery.body(), sent.delivery.body());
    assert_eq!(claimed.received.received_at, sent.received_at);
    inbox.settle(&claimed.lease, dead("again")).await.unwrap();
    let letters = inbox.dead_letters(None, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].reason, "again");
}

pub(super) async fn a_discarded_letter_is_gone<I: Inbox>(inbox: Arc<I>) {
    put(inbox.as_ref(), 1).await;
    let claimed = claim_one(inbox.as_ref()).await;
    inbox.settle(&claimed.lease, dead("no")).await.unwrap();
    let letter = inbox.dead_letters(None, 10).await.unwrap().remove(0).id;

    assert!(inbox.discard(letter).await.unwrap());
    assert!(!inbox.discard(letter).await.unwrap());
    assert!(!inbox.requeue(letter).await.unwrap());
    assert_eq!(inbox.status().await.unwrap(), Default::default());
}

pub(super) async fn dead_letters_are_listed_page_by_page<I: Inbox>(inbox: Arc<I>) {
    for number in 0..5 {
        put(inbox.as_ref(), number).await;
    }
    for claimed in claim_all(inbox.as_ref(), 5).await {
        inbox.settle(&claimed.lease, dead("no")).await.unwrap();
    }
    let mut after = None;
    let mut numbers = Vec::new();
    loop {
        let page = inbox.dead_letters(after, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        numbers.extend(
            page.iter()
                .map(|letter| number(&letter.delivery().unwrap())),
        );
    }
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
}

pub(super) async fn the_status_counts_what_is_there<I: Inbox>(inbox: Arc<I>) {
    assert_eq!(inbox.status().await.unwrap(), Default::default());
    let first = received(0);
    inbox.put(first.clone()).await.unwrap();
    for number in 1..5 {
        put(inbox.as_ref(), number).await;
    }
    let status = inbox.status().await.unwrap();
    assert_eq!((status.waiting, status.in_flight, status.dead), (5, 0, 0));
    assert_eq!(status.oldest, Some(first.received_at));

    let claimed = claim_all(inbox.as_ref(), 3).await;
    inbox
        .settle(&claimed[0].lease, Settlement::Done)
        .await
        .unwrap();
    inbox.settle(&claimed[1].lease, dead("no")).await.unwrap();
    let status = inbox.status().await.unwrap();
    assert_eq!((status.waiting, status.in_flight, status.dead), (2, 1, 1));
    assert_eq!(status.oldest, Some(claimed[2].received.received_at));
}

pub(super) async fn the_receiver_answers_for_the_inbox<I: Inbox>(inbox: Arc<I>) {
    let secret = SigningSecret::new("one").unwrap();
    let audience = "https://example.com/monday";
    let token = sign_board_token(&secret, &BoardClaims::new(audience));
    let signed = Receiver::new(Verifier::new(secret).audience(audience), Arc::clone(&inbox));
    let unsigned = Receiver::new(dangerous::unsigned(), Arc::clone(&inbox));
    let request = |number: u64| {
        Request::post("/")
            .header("content-type", "application/json")
            .header("authorization", &token)
            .body(Full::new(Bytes::from(body(number, number))))
            .unwrap()
    };
    for _ in 0..2 {
        let answer = signed.clone().oneshot(request(1)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let answer = unsigned.oneshot(request(2)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);

    let claimed = claim_all(inbox.as_ref(), 2).await;
    let (signed, unsigned) = (&claimed[0].received, &claimed[1].received);
    assert!(signed.verified);
    assert_eq!(signed.account_id, Some(BoardClaims::SAMPLE_ACCOUNT));
    assert_eq!(signed.user_id, Some(BoardClaims::SAMPLE_USER));
    assert_eq!(signed.delivery.body(), delivery(1, 1).body());
    assert!(!unsigned.verified);
    assert_eq!(unsigned.account_id, None);
    assert_eq!(unsigned.delivery.body(), about(2, 2).delivery.body());
    assert_eq!(inbox.status().await.unwrap().depth(), 2);
}
