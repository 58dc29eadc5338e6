//! Who shares which limit: calls are counted for an account, complexity for a token.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    id::AccountId,
    token::{ApiToken, TokenKind},
};

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

/// What is alive: nothing is kept for a token or an account that no scope uses any more.
#[derive(Debug, Default)]
struct Shared {
    tokens: HashMap<[u8; 32], Weak<Quota>>,
    accounts: HashMap<AccountId, Weak<Account>>,
}

/// What one token may use.
#[derive(Debug)]
pub(super) struct Quota {
    /// Reads and writes; a personal token has one budget for both.
    budgets: Option<[Arc<Budget>; 2]>,
    account: Mutex<Counted>,
}

#[derive(Debug, Clone)]
struct Counted {
    account: Arc<Account>,
    is_known: bool,
}

/// What one account may use.
#[derive(Debug)]
struct Account {
    window: Arc<Window>,
    concurrent: Option<Arc<Semaphore>>,
}

/// A call's permission to go out, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    account: Arc<Account>,
    reserved: Option<Reserved>,
    _place: Place,
    _concurrent: Option<OwnedSemaphorePermit>,
}

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
        let alive = shared.tokens.get(&key).and_then(Weak::upgrade);
        let quota = alive.unwrap_or_else(|| {
            let quota = Arc::new(self.new_quota(token.kind()));
            shared.tokens.retain(|_, quota| quota.strong_count() > 0);
            shared.tokens.insert(key, Arc::downgrade(&quota));
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
                TokenKind::Personal => Arc::clone(&reads),
                _ => budget(),
            };
            [reads, writes]
        });
        Quota {
            budgets,
            account: Mutex::new(Counted {
                account: Arc::new(self.new_account()),
                is_known: false,
            }),
        }
    }

    fn new_account(&self) -> Account {
        let Limits {
            calls_per_minute,
            concurrent_calls,
            minute,
            ..
        } = self.limits;
        Account {
            window: Arc::new(Window::new(calls_per_minute, minute)),
            concurrent: concurrent_calls.map(|calls| Arc::new(Semaphore::new(calls as usize))),
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
            Some(account) => {
                account.window.take_over(&counted.account.window);
                counted.account = account;
            }
            None => {
                shared
                    .accounts
                    .retain(|_, account| account.strong_count() > 0);
                shared.accounts.insert(id, Arc::downgrade(&counted.account));
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

impl Quota {
    /// Waits until the call may go out.
    pub(super) async fn permit(
        &self,
        asked: &Asked<'_>,
        deadline: Deadline,
    ) -> Result<Permit, Error> {
        let budget = self
            .budgets
            .as_ref()
            .map(|budgets| &budgets[usize::from(asked.is_mutation)]);
        let refused = |message: &str, retry_after| {
            Error::new(Details {
                message: Some(message.to_owned()),
                retryable: true,
                retry_after,
                ..Details::new(ErrorKind::RateLimit, asked.operation)
            })
        };
        // Nothing is gained by waiting for what comes too late.
        let held = lock(&self.account).account.window.held();
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

    /// The scarcest last: who waits for a budget doesn't keep others from their turn.
    async fn all(&self, operation: &'static str, budget: Option<&Arc<Budget>>) -> Permit {
        let reserved = match budget {
            Some(budget) => Some(budget.reserve(operation).await),
            None => None,
        };
        let account = lock(&self.account).account.clone();
        let place = account.window.place().await;
        let concurrent = match &account.concurrent {
            // It is never closed.
            Some(concurrent) => Arc::clone(concurrent).acquire_owned().await.ok(),
            None => None,
        };
        Permit {
            account,
            reserved,
            _place: place,
            _concurrent: concurrent,
        }
    }
}

impl Permit {
    /// Lets everybody wait who shares the limit that monday says is reached.
    pub(super) fn refused(&self, error: &Error) {
        let Some(wait) = error.retry_after() else {
            return;
        };
        match (error.kind(), &self.reserved) {
            (ErrorKind::Complexity, Some(reserved)) => reserved.exhausted(wait),
            (ErrorKind::RateLimit, _) => self.account.window.hold(wait),
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
    use super::*;

    fn same(quota: &Quota, other: &Quota) -> bool {
        Arc::ptr_eq(&lock(&quota.account).account, &lock(&other.account).account)
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
        assert!(!is_one(&token("b")));
    }

    #[test]
    fn nothing_is_kept_for_tokens_that_nobody_uses_any_more() {
        let quotas = Quotas::new(Limits::basic());
        for number in 0..1000u64 {
            let token = token(&format!("t{number}")).with_account(AccountId::new(number));
            drop(quotas.of(&token));
        }
        let shared = quotas.shared();
        assert!(shared.tokens.len() <= 1 && shared.accounts.len() <= 1);
    }
}
