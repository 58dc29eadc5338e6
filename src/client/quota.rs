//! Who shares which limit: calls are counted for an account, complexity for a token.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use crate::{
    id::AccountId,
    token::{ApiToken, TokenKind},
};
use sha2::{Digest, Sha256};

use super::{
    budget::{Budget, Complexity, Reserved},
    call::Asked,
    deadline::Deadline,
    error::{Details, Error, ErrorKind},
    limits::Limits,
    window::{Place, Window},
};

/// The limits of a client and of all its scopes.
#[derive(Debug)]
pub(super) struct Quotas {
    limits: Limits,
    shared: Mutex<Shared>,
}

/// What is known of tokens and accounts: for as long as a scope uses it, and until what its calls used
/// up is there again.
#[derive(Debug, Default)]
struct Shared {
    tokens: HashMap<[u8; 32], Arc<Quota>>,
    /// So many tokens are looked through for those that nobody uses any more.
    look_at: usize,
    accounts: HashMap<AccountId, Weak<Window>>,
}

/// What one token may use.
#[derive(Debug)]
pub(super) struct Quota {
    /// Reads and writes; a personal token has one budget for both, and so has one that may be one.
    budgets: Option<[Arc<Budget>; 2]>,
    account: Mutex<Counted>,
}

/// The calls of the token's account, or of the token alone until its account is known.
#[derive(Debug)]
struct Counted {
    window: Arc<Window>,
    is_known: bool,
}

/// A call's permission to go out, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    place: Place,
    reserved: Option<Reserved>,
}

/// The fewest tokens that are looked through.
const MIN_LOOK: usize = 64;

impl Quotas {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            shared: Mutex::default(),
        }
    }

    pub(super) fn asks_for_complexity(&self) -> bool {
        self.limits.complexity
    }

    /// What this token may use, the same for each scope with it; `None` without limits.
    pub(super) fn of(&self, token: &ApiToken) -> Option<Arc<Quota>> {
        if self.limits.is_none() {
            return None;
        }
        let key = Sha256::digest(token.expose()).into();
        let mut shared = self.shared();
        let known = shared.tokens.get(&key).map(Arc::clone);
        let quota = known.unwrap_or_else(|| {
            shared.forget_unused();
            let quota = Arc::new(self.new_quota(token.kind()));
            shared.tokens.insert(key, Arc::clone(&quota));
            quota
        });
        if let Some(id) = token.account() {
            self.assign(&mut shared, &quota, id);
        }
        Some(quota)
    }

    fn new_quota(&self, kind: TokenKind) -> Quota {
        let budget = || Arc::new(Budget::new(self.limits.minute));
        let budgets = self.limits.complexity.then(|| {
            let reads = budget();
            let writes = match kind {
                TokenKind::App => budget(),
                _ => Arc::clone(&reads),
            };
            [reads, writes]
        });
        Quota {
            budgets,
            account: Mutex::new(Counted {
                window: Arc::new(Window::new(&self.limits)),
                is_known: false,
            }),
        }
    }

    /// Counts a token's calls for this account from now on.
    fn assign(&self, shared: &mut Shared, quota: &Quota, id: AccountId) {
        let mut counted = lock(&quota.account);
        if counted.is_known {
            return;
        }
        counted.is_known = true;
        match shared.accounts.get(&id).and_then(Weak::upgrade) {
            Some(window) => {
                window.take_over(&counted.window);
                counted.window = window;
            }
            None => {
                let window = Arc::downgrade(&counted.window);
                shared.accounts.insert(id, window);
            }
        }
    }

    /// Takes over what an answer says of the account and of the budget.
    pub(super) fn learn(
        &self,
        quota: &Quota,
        permit: &Permit,
        account: Option<AccountId>,
        complexity: Option<Complexity>,
    ) {
        if let Some(id) = account {
            self.assign(&mut self.shared(), quota, id);
        }
        if let (Some(reserved), Some(complexity)) = (&permit.reserved, complexity) {
            reserved.learn(complexity);
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }
}

impl Shared {
    fn forget_unused(&mut self) {
        if self.tokens.len() < self.look_at.max(MIN_LOOK) {
            return;
        }
        self.tokens
            .retain(|_, quota| Arc::strong_count(quota) > 1 || !quota.is_idle());
        self.accounts.retain(|_, window| window.strong_count() > 0);
        // Twice as many, so that a look costs each token no more than a moment.
        self.look_at = self.tokens.len() * 2;
    }
}

impl Quota {
    /// Whether nothing is known of it that a new one wouldn't know.
    fn is_idle(&self) -> bool {
        let budgets = self.budgets.iter().flatten();
        budgets.into_iter().all(|budget| budget.is_idle()) && lock(&self.account).window.is_idle()
    }

    /// Waits until the call may go out.
    pub(super) async fn permit(
        &self,
        asked: &Asked<'_>,
        deadline: Deadline,
    ) -> Result<Permit, Error> {
        let budget = self.budgets.as_ref().map(
            |[reads, writes]| {
                if asked.is_mutation { writes } else { reads }
            },
        );
        let refused = |message: &str, retry_after| {
            Error::new(Details {
                message: Some(message.to_owned()),
                retryable: true,
                retry_after,
                ..Details::new(ErrorKind::RateLimit, asked.operation)
            })
        };
        // Nothing is gained by waiting for what comes too late.
        let held = lock(&self.account).window.held();
        if let Some(held) = held.filter(|held| *held >= deadline.left()) {
            let message = "monday has asked this account to wait for longer than the call may take";
            return Err(refused(message, Some(held)));
        }
        let permit = tokio::time::timeout_at(deadline.at(), self.all(asked.operation, budget));
        match permit.await {
            // At the last moment there may be a permit, and no time to use it.
            Ok(permit) if !deadline.left().is_zero() => Ok(permit),
            _ => Err(refused(
                "this client's own limits left no room for it in time",
                None,
            )),
        }
    }

    /// The place last: who waits for a budget takes none, and once it is there the call goes out.
    async fn all(&self, operation: &'static str, budget: Option<&Arc<Budget>>) -> Permit {
        let reserved = match budget {
            Some(budget) => Some(budget.reserve(operation).await),
            None => None,
        };
        let window = Arc::clone(&lock(&self.account).window);
        Permit {
            place: window.place().await,
            reserved,
        }
    }
}

impl Permit {
    /// The call goes out now.
    pub(super) fn send(&mut self) {
        self.place.send();
    }

    /// The call never reached monday.
    pub(super) fn take_back(&mut self) {
        self.place.take_back();
    }

    /// Lets everybody wait who shares the limit that monday says is reached.
    pub(super) fn refused(&self, error: &Error) {
        let Some(wait) = error.retry_after() else {
            return;
        };
        match (error.kind(), &self.reserved) {
            (ErrorKind::Complexity, Some(reserved)) => reserved.exhausted(wait),
            (ErrorKind::RateLimit, _) => self.place.hold(wait),
            _ => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change is whole before the lock is given back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::client::redact::Secrets;

    const MINUTE: Duration = Duration::from_secs(60);

    fn same(quota: &Quota, other: &Quota) -> bool {
        Arc::ptr_eq(&lock(&quota.account).window, &lock(&other.account).window)
    }

    fn token(text: &str) -> ApiToken {
        ApiToken::app(text).unwrap()
    }

    #[test]
    fn tokens_share_what_monday_counts_for_their_account_and_nothing_else() {
        let quotas = Quotas::new(Limits::basic().with_complexity());
        let of = |token: &ApiToken| quotas.of(token).unwrap();
        let here = AccountId::new(1);
        let first = of(&token("a").with_account(here));
        let again = of(&token("a"));
        let second = of(&token("b").with_account(here));
        let elsewhere = of(&token("c").with_account(AccountId::new(2)));
        let unknown = of(&token("d"));
        assert!(Arc::ptr_eq(&first, &again));
        assert!(!Arc::ptr_eq(&first, &second) && same(&first, &second));
        assert!(!same(&first, &elsewhere) && !same(&first, &unknown));

        let mut shared = quotas.shared();
        quotas.assign(&mut shared, &unknown, here);
        assert!(same(&first, &unknown));
    }

    #[test]
    fn a_personal_token_has_one_budget_and_an_app_two() {
        let quotas = Quotas::new(Limits::none().with_complexity());
        let is_one = |token: &ApiToken| {
            let quota = quotas.of(token).unwrap();
            let [reads, writes] = quota.budgets.as_ref().unwrap();
            Arc::ptr_eq(reads, writes)
        };
        assert!(is_one(&ApiToken::personal("a").unwrap()));
        assert!(is_one(&ApiToken::new("c").unwrap()));
        assert!(!is_one(&token("b")));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_kept_for_tokens_that_nobody_uses_any_more() {
        let quotas = Quotas::new(Limits::basic());
        for number in 0..1000u64 {
            let token = token(&format!("t{number}")).with_account(AccountId::new(number));
            drop(quotas.of(&token));
        }
        let shared = quotas.shared();
        assert!(shared.tokens.len() <= MIN_LOOK && shared.accounts.len() <= MIN_LOOK);
    }

    async fn permit(quota: &Quota, left: Duration) -> Result<Permit, Error> {
        let asked = Asked {
            operation: "A",
            is_mutation: false,
            api_version: http::HeaderValue::from_static("2026-10"),
            secrets: Secrets::default(),
        };
        quota.permit(&asked, Deadline::after(left)).await
    }

    /// Sends so many calls, which take no time.
    async fn send(quota: &Quota, calls: usize) {
        for _ in 0..calls {
            permit(quota, 2 * MINUTE).await.unwrap().send();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_minute_is_remembered_of_a_token_whose_scopes_are_gone() {
        let quotas = Quotas::new(Limits::none().with_calls_per_minute(2).with_complexity());
        let began = Instant::now();
        for _ in 0..3 {
            send(&quotas.of(&token("a")).unwrap(), 1).await;
            for number in 0..2 * MIN_LOOK {
                drop(quotas.of(&token(&format!("t{number}"))));
            }
        }
        assert_eq!(began.elapsed(), MINUTE);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_wait_when_the_account_gets_known_wait_with_the_account() {
        let quotas = Quotas::new(Limits::none().with_calls_per_minute(2));
        let account = AccountId::new(1);
        let known = quotas.of(&token("a").with_account(account)).unwrap();
        let unknown = quotas.of(&token("b")).unwrap();
        let began = Instant::now();
        let mut first = permit(&unknown, 2 * MINUTE).await.unwrap();
        first.send();
        send(&unknown, 1).await;
        let waiting = tokio::spawn({
            let unknown = Arc::clone(&unknown);
            async move {
                send(&unknown, 1).await;
                began.elapsed()
            }
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        send(&known, 2).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        quotas.learn(&unknown, &first, Some(account), None);
        drop(first);
        // The token by itself has room after 60 seconds, and its account after 65.
        assert_eq!(waiting.await.unwrap(), Duration::from_secs(65));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_that_tells_the_account_holds_the_account_and_who_waits_already() {
        let quotas = Quotas::new(Limits::none().with_concurrent_calls(1));
        let account = AccountId::new(1);
        let known = quotas.of(&token("a").with_account(account)).unwrap();
        let unknown = quotas.of(&token("b")).unwrap();
        let began = Instant::now();
        let first = permit(&unknown, MINUTE).await.unwrap();
        let waiting = tokio::spawn({
            let unknown = Arc::clone(&unknown);
            async move {
                send(&unknown, 1).await;
                began.elapsed()
            }
        });
        tokio::task::yield_now().await;
        quotas.learn(&unknown, &first, Some(account), None);
        first.refused(&Error::new(Details {
            retry_after: Some(Duration::from_secs(30)),
            ..Details::new(ErrorKind::RateLimit, "A")
        }));
        drop(first);
        let refused = permit(&known, Duration::from_secs(10)).await.unwrap_err();
        assert_eq!(refused.retry_after(), Some(Duration::from_secs(30)));
        assert_eq!(waiting.await.unwrap(), Duration::from_secs(30));
        send(&known, 1).await;
        assert_eq!(began.elapsed(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_never_sent_leaves_its_place_to_others() {
        let quotas = Quotas::new(
            Limits::none()
                .with_calls_per_minute(1)
                .with_concurrent_calls(1),
        );
        let quota = quotas.of(&token("a")).unwrap();
        let began = Instant::now();
        let busy = permit(&quota, MINUTE).await.unwrap();
        let late = permit(&quota, Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(late.kind(), ErrorKind::RateLimit);
        drop(busy);
        send(&quota, 1).await;
        assert_eq!(began.elapsed(), Duration::from_secs(5));
    }
}
