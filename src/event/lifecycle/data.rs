//! The typed view of a lifecycle event's `data`.

use std::{fmt, time::SystemTime};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    event::{FieldProblem, fields::ProblemKind, object::Entries, time::Time},
    id::{AccountId, AppId, UserId},
};

/// Who did what with which app. monday may leave out every field, and has added some over the
/// years; whatever is beyond these is in [`LifecycleEvent::raw_data`](super::LifecycleEvent::raw_data).
///
/// `Debug` shows the ids only: the rest are personal data, or confidential by monday's developer
/// terms.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LifecycleData {
    /// The app.
    pub app_id: Option<AppId>,
    /// The app's name.
    pub app_name: Option<String>,
    /// The user that acted.
    pub user_id: Option<UserId>,
    /// The user's address.
    pub user_email: Option<String>,
    /// The user's full name.
    pub user_name: Option<String>,
    /// What the user works on, in monday's words, such as `HR`.
    pub user_cluster: Option<String>,
    /// The user's country, as a code of two letters.
    pub user_country: Option<String>,
    /// The account.
    pub account_id: Option<AccountId>,
    /// The account's name.
    pub account_name: Option<String>,
    /// The account's part of its address: `<slug>.monday.com`.
    pub account_slug: Option<String>,
    /// The account's plan at monday, such as `pro`; none for an account on trial.
    pub account_tier: Option<String>,
    /// How many users the account may have, 0 or none for an account on trial.
    pub account_max_users: Option<u64>,
    /// The version of the app, monday's `version_data`.
    pub version: Option<AppVersion>,
    /// When it happened.
    pub timestamp: Option<SystemTime>,
    /// What the account pays for, monday's `subscription`.
    pub plan: Option<AppPlan>,
    /// Why a subscription was cancelled, where monday says so.
    pub reason: Option<String>,
}

impl fmt::Debug for LifecycleData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LifecycleData")
            .field("app_id", &self.app_id)
            .field("account_id", &self.account_id)
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// A version of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppVersion {
    /// The first number.
    pub major: Option<u64>,
    /// The second number.
    pub minor: Option<u64>,
    /// The third number.
    pub patch: Option<u64>,
    /// Which of the three was raised last, monday's `type`, such as `minor`.
    pub kind: Option<String>,
    /// The version's number in monday's developer center.
    pub number: Option<u64>,
}

/// An account's subscription to an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppPlan {
    /// The plan, by the id that the developer gave it.
    pub plan_id: Option<String>,
    /// When it is renewed, or ends.
    pub renewal_date: Option<SystemTime>,
    /// Whether it is a trial.
    pub is_trial: Option<bool>,
    /// How often it is paid for, such as `monthly`.
    pub billing_period: Option<String>,
    /// Days until the renewal date. It may be over.
    pub days_left: Option<i64>,
    /// The version of the prices.
    pub pricing_version: Option<u64>,
    /// How many units, most often seats, the plan is for.
    pub max_units: Option<u64>,
}

impl LifecycleData {
    /// Reads what it can, and reports what has another type than known.
    pub(super) fn read(data: Option<&RawValue>, problems: &mut Vec<FieldProblem>) -> Self {
        let mut data = match data.map(RawValue::get) {
            None | Some("null") => return Self::default(),
            Some(data) => Reader::new(data, "data", problems),
        };
        Self {
            app_id: data.read("app_id"),
            app_name: data.read("app_name"),
            user_id: data.read("user_id"),
            user_email: data.read("user_email"),
            user_name: data.read("user_name"),
            user_cluster: data.read("user_cluster"),
            user_country: data.read("user_country"),
            account_id: data.read("account_id"),
            account_name: data.read("account_name"),
            account_slug: data.read("account_slug"),
            account_tier: data.read("account_tier"),
            account_max_users: data.read("account_max_users"),
            version: data.object("version_data").map(|mut version| AppVersion {
                major: version.read("version_data.major"),
                minor: version.read("version_data.minor"),
                patch: version.read("version_data.patch"),
                kind: version.read("version_data.type"),
                number: version.read("version_data.number"),
            }),
            timestamp: data.read("timestamp").map(|Time(time)| time),
            plan: data.object("subscription").map(|mut plan| AppPlan {
                plan_id: plan.read("subscription.plan_id"),
                renewal_date: plan
                    .read("subscription.renewal_date")
                    .map(|Time(time)| time),
                is_trial: plan.read("subscription.is_trial"),
                billing_period: plan.read("subscription.billing_period"),
                days_left: plan.read("subscription.days_left"),
                pricing_version: plan.read("subscription.pricing_version"),
                max_units: plan.read("subscription.max_units"),
            }),
            reason: data.read("reason"),
        }
    }
}

/// The fields of one object. They are asked for by their path, whose last part is the name.
struct Reader<'a, 'p> {
    fields: Entries<'a>,
    problems: &'p mut Vec<FieldProblem>,
}

impl<'a, 'p> Reader<'a, 'p> {
    fn new(json: &'a str, path: &'static str, problems: &'p mut Vec<FieldProblem>) -> Self {
        let fields = serde_json::from_str(json).unwrap_or_else(|_| {
            report(problems, path);
            Entries(Vec::new())
        });
        Self { fields, problems }
    }

    fn raw(&self, path: &'static str) -> Option<&'a str> {
        let name = path.rsplit('.').next()?;
        let raw = self.fields.last(name)?.get();
        (raw != "null").then_some(raw)
    }

    fn read<T: Deserialize<'a>>(&mut self, path: &'static str) -> Option<T> {
        let raw = self.raw(path)?;
        let value = serde_json::from_str(raw).ok();
        if value.is_none() {
            report(self.problems, path);
        }
        value
    }

    fn object(&mut self, path: &'static str) -> Option<Reader<'a, '_>> {
        let raw = self.raw(path)?;
        if raw.starts_with('{') {
            return Some(Reader::new(raw, path, self.problems));
        }
        report(self.problems, path);
        None
    }
}

fn report(problems: &mut Vec<FieldProblem>, field: &'static str) {
    problems.push(FieldProblem {
        field,
        kind: ProblemKind::WrongType,
    });
}
