//! Changes of what directives say about a definition, and of directives themselves.

use apollo_compiler::ast::{DirectiveDefinition, DirectiveList};

use super::compare::Comparison;
use super::pairs::Pair;
use super::{ChangeKind, Grade};

impl Comparison {
    pub(super) fn deprecation(
        &mut self,
        path: &str,
        old: Option<&DirectiveList>,
        new: &DirectiveList,
    ) {
        let reason = |directives: &DirectiveList| string(directives, "deprecated", "reason");
        let (change, message) = match (old.and_then(reason), reason(new)) {
            (None, Some(reason)) => (
                ChangeKind::DeprecationAdded,
                format!("{path} is deprecated: {reason}"),
            ),
            (Some(_), None) => (
                ChangeKind::DeprecationRemoved,
                format!("{path} is no longer deprecated"),
            ),
            (Some(old), Some(new)) if old != new => (
                ChangeKind::DeprecationReasonChanged,
                format!("{path} is deprecated for another reason: {new}"),
            ),
            _ => return,
        };
        self.push(path, Grade::Safe, change, message);
    }

    pub(super) fn specification(&mut self, name: &str, old: &DirectiveList, new: &DirectiveList) {
        let url = |directives: &DirectiveList| string(directives, "specifiedBy", "url");
        let (old, new) = (url(old), url(new));
        if old != new {
            let message = match new {
                Some(url) => format!("{name} is specified by {url} now"),
                None => format!("{name} no longer names its specification"),
            };
            self.push(
                name,
                Grade::Dangerous,
                ChangeKind::SpecificationChanged,
                message,
            );
        }
    }

    pub(super) fn one_of(&mut self, name: &str, old: &DirectiveList, new: &DirectiveList) {
        let (grade, message) = match (old.has("oneOf"), new.has("oneOf")) {
            (false, true) => (
                Grade::Breaking,
                format!("{name} takes exactly one of its fields now"),
            ),
            (true, false) => (Grade::Safe, format!("{name} takes any of its fields now")),
            _ => return,
        };
        self.push(name, grade, ChangeKind::OneOfChanged, message);
    }

    pub(super) fn directive(&mut self, name: &str, pair: Pair<'_, DirectiveDefinition>) {
        let path = format!("@{name}");
        let (old, new) = match pair {
            Pair::Added(_) => {
                let message = format!("Directive {path} was added");
                return self.push(path, Grade::Safe, ChangeKind::DirectiveAdded, message);
            }
            Pair::Removed => {
                let message = format!("Directive {path} was removed");
                return self.push(path, Grade::Breaking, ChangeKind::DirectiveRemoved, message);
            }
            Pair::Both(old, new) => (old, new),
        };
        for location in new
            .locations
            .iter()
            .filter(|at| !old.locations.contains(at))
        {
            let message = format!("{path} can stand on {location} now");
            self.push(
                &path,
                Grade::Safe,
                ChangeKind::DirectiveLocationAdded,
                message,
            );
        }
        for location in old
            .locations
            .iter()
            .filter(|at| !new.locations.contains(at))
        {
            let message = format!("{path} can no longer stand on {location}");
            self.push(
                &path,
                Grade::Breaking,
                ChangeKind::DirectiveLocationRemoved,
                message,
            );
        }
        if !old.repeatable && new.repeatable {
            let message = format!("{path} can be repeated now");
            self.push(
                &path,
                Grade::Safe,
                ChangeKind::DirectiveRepeatableAdded,
                message,
            );
        }
        if old.repeatable && !new.repeatable {
            let message = format!("{path} can no longer be repeated");
            self.push(
                &path,
                Grade::Dangerous,
                ChangeKind::DirectiveRepeatableRemoved,
                message,
            );
        }
        self.arguments(&path, Some(&old.arguments), &new.arguments);
    }
}

fn string(directives: &DirectiveList, directive: &str, argument: &str) -> Option<String> {
    let directive = directives.get(directive)?;
    directive
        .specified_argument_by_name(argument)?
        .as_str()
        .map(str::to_owned)
}
