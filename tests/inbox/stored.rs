//! What is stored is what comes back, whatever it is.

use std::{num::NonZeroUsize, time::SystemTime};

use monday_webhooks::{
    AccountId, Delivery, UserId,
    inbox::{Inbox, Ledger, Received, Settlement, SqliteInbox, SqliteOptions},
};
use proptest::{
    option,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::json;

use super::deliveries::at;

/// Bodies with odd types, texts, numbers and white space.
fn bodies() -> impl Strategy<Value = String> {
    let numbers = "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?";
    (option::of(".*"), ".*", numbers, "[ \t\r\n]{0,3}").prop_map(|(kind, text, number, space)| {
        let kind = json!(kind);
        let text = json!(text);
        format!("{space}{{{space}\"event\":{space}{{\"type\":{kind},\"n\":{number},\"text\":{text}}}{space}}}")
    })
}

fn anything() -> impl Strategy<Value = Received> {
    let ids = (option::of(any::<u64>()), option::of(any::<i64>()));
    let time = 0u64..4_000_000_000_000;
    (bodies(), any::<bool>(), ids, time).prop_map(|(body, verified, (account, user), millis)| {
        let delivery = Delivery::parse(body).unwrap();
        let mut received = Received::new(delivery, at(millis));
        received.verified = verified;
        received.account_id = account.map(AccountId::new);
        received.user_id = user.map(UserId::new);
        received
    })
}

type Facts = (bool, Option<AccountId>, Option<UserId>, SystemTime);

fn facts(received: &Received) -> Facts {
    (
        received.verified,
        received.account_id,
        received.user_id,
        received.received_at,
    )
}

#[test]
fn what_the_sqlite_inbox_stores_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.sqlite");
    let inbox = SqliteInbox::open(path, SqliteOptions::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // Bodies that come twice are duplicates: each has a number of its own behind it.
    let number = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config::with_cases(200));
    let stored = runner.run(&(anything(), "(.|\n)*"), |(mut sent, reason)| {
        number.set(number.get() + 1);
        let body = String::from_utf8(sent.delivery.body().to_vec()).unwrap();
        let body = format!("{body}{}", " ".repeat(number.get()));
        sent.delivery = Delivery::parse(body).unwrap();
        runtime
            .block_on(async {
                inbox.put(sent.clone()).await.unwrap();
                let claimed = inbox.claim(NonZeroUsize::MIN).await.unwrap().remove(0);
                prop_assert_eq!(claimed.received.delivery.body(), sent.delivery.body());
                prop_assert_eq!(facts(&claimed.received), facts(&sent));
                let reason = reason.clone();
                let dead = Settlement::Dead { reason };
                inbox.settle(&claimed.lease, dead).await.unwrap();
                let letter = inbox.dead_letters(None, 1).await.unwrap().remove(0);
                prop_assert_eq!(&letter.body, sent.delivery.body());
                let of_letter = (
                    letter.verified,
                    letter.account_id,
                    letter.user_id,
                    letter.received_at,
                );
                prop_assert_eq!(of_letter, facts(&sent));
                prop_assert!(inbox.discard(letter.id).await.unwrap());
                Ok(letter.reason)
            })
            .and_then(|stored| {
                prop_assert_eq!(stored, reason);
                Ok(())
            })
    });
    stored.unwrap();
}
