//! From a field of the schema to its value.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

use apollo_compiler::resolvers::{AsyncObjectValue, AsyncResolvedValue, FieldError, ResolveInfo};
use serde_json::Value;

use super::args::Args;
use super::defaults::Default;
use super::node::Node;
use super::refusal::Refusal;
use super::{mutation, query};
use crate::clock::{Timestamp, iso8601_millis};
use crate::core::Core;
use crate::limits::Budget;
use crate::sync::lock;
use crate::tokens::Token;
use crate::versions::Version;
use crate::world::{Act, Change, World};

/// One call to the API: who asks what, and what has come of it so far.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) core: Arc<Core>,
    pub(crate) token: Token,
    pub(crate) version: Version,
    pub(crate) budget: Budget,
    refusals: Mutex<Vec<Refusal>>,
    defaults: Mutex<BTreeSet<String>>,
    ignored: Mutex<BTreeSet<String>>,
}

impl Call {
    pub(crate) fn new(
        core: Arc<Core>,
        token: Token,
        version: Version,
        budget: Budget,
    ) -> Arc<Self> {
        Arc::new(Self {
            core,
            token,
            version,
            budget,
            refusals: Mutex::default(),
            defaults: Mutex::default(),
            ignored: Mutex::default(),
        })
    }

    /// Checks that the caller's token has `scope`.
    pub(crate) fn require(&self, scope: &str) -> Result<(), Refusal> {
        if self.token.scopes().allow(scope) {
            Ok(())
        } else {
            Err(Refusal::missing_scope(scope))
        }
    }

    /// The coordinates of the fields that were answered with a default.
    pub(crate) fn defaults(&self) -> Vec<String> {
        lock(&self.defaults).iter().cloned().collect()
    }

    /// The coordinates of the arguments that changed nothing.
    pub(crate) fn ignored(&self) -> Vec<String> {
        lock(&self.ignored).iter().cloned().collect()
    }

    /// The caller, now, as the one who acts.
    pub(crate) fn act(&self, args: &Args<'_>) -> Act {
        Act {
            user: self.token.user_id(),
            now: self.core.clock.now(),
            create_labels: args.flag("create_labels_if_missing").unwrap_or(false),
        }
    }

    /// Tells the webhooks that it concerns about a change. The world stays locked meanwhile, so that
    /// deliveries are queued in the order of the changes.
    pub(crate) fn tell(&self, world: &MutexGuard<'_, World>, changes: &[Change]) {
        self.core.tell(world, changes, self.token.user_id());
    }

    /// Keeps a refusal; the executor's errors carry text alone, so its number stands for it there.
    fn refuse(&self, refusal: Refusal) -> FieldError {
        let mut refusals = lock(&self.refusals);
        refusals.push(refusal);
        FieldError {
            message: format!("{REFUSAL_MARK}{}", refusals.len() - 1),
        }
    }

    /// The refusal that an error of the executor stands for.
    pub(crate) fn refusal_behind(&self, message: &str) -> Option<Refusal> {
        let number: usize = message.split_once(REFUSAL_MARK)?.1.parse().ok()?;
        lock(&self.refusals).get(number).cloned()
    }
}

const REFUSAL_MARK: &str = "refusal #";

/// The value of a field.
#[derive(Debug)]
pub(crate) enum Field {
    Leaf(Value),
    Node(Node),
    Nodes(Vec<Node>),
    /// Nothing is known about it: a default of its type, marked as such in the response.
    Default,
}

impl Field {
    pub(crate) const NULL: Self = Self::Leaf(Value::Null);

    /// A scalar or an enum value.
    pub(crate) fn leaf(value: impl Into<Value>) -> Self {
        Self::Leaf(value.into())
    }

    /// An object, or null.
    pub(crate) fn optional(node: Option<Node>) -> Self {
        node.map_or(Self::NULL, Self::Node)
    }

    /// A point in time.
    pub(crate) fn time(time: Timestamp) -> Self {
        Self::leaf(iso8601_millis(time))
    }

    /// An id, which the API shows as a string.
    pub(crate) fn id(id: u64) -> Self {
        Self::Leaf(id.to_string().into())
    }
}

/// An object of the response.
#[derive(Debug)]
pub(crate) struct Resolver {
    call: Arc<Call>,
    node: Node,
}

impl Resolver {
    pub(crate) fn new(call: Arc<Call>, node: Node) -> Self {
        Self { call, node }
    }

    fn finish<'a>(&self, field: Field, info: &ResolveInfo<'_>) -> AsyncResolvedValue<'a> {
        match field {
            Field::Leaf(value) => AsyncResolvedValue::leaf(value),
            Field::Node(node) => AsyncResolvedValue::object(self.child(node)),
            Field::Nodes(nodes) => {
                let objects: Vec<_> = nodes
                    .into_iter()
                    .map(|node| AsyncResolvedValue::object(self.child(node)))
                    .collect();
                AsyncResolvedValue::list(objects)
            }
            Field::Default => {
                let coordinate = format!("{}.{}", self.type_name(), info.field_name());
                lock(&self.call.defaults).insert(coordinate);
                let field_type = &info.field_definition().ty;
                match Default::of(field_type, info.schema(), info.implementers_map()) {
                    Default::Leaf(value) => AsyncResolvedValue::leaf(value),
                    Default::EmptyList => AsyncResolvedValue::list([]),
                    Default::Object(name) => {
                        AsyncResolvedValue::object(self.child(Node::Unmodelled(name)))
                    }
                }
            }
        }
    }

    /// Marks the arguments that were passed and that nothing was done with.
    fn mark_ignored(&self, args: &Args<'_>, info: &ResolveInfo<'_>) {
        let passed = info.field_selections().iter().flat_map(|f| &f.arguments);
        let mut ignored = lock(&self.call.ignored);
        for argument in passed {
            if !args.was_read(&argument.name) && !argument.value.is_null() {
                let (type_name, field) = (self.type_name(), info.field_name());
                ignored.insert(format!("{type_name}.{field}({}:)", argument.name));
            }
        }
    }

    fn child(&self, node: Node) -> Self {
        Self::new(self.call.clone(), node)
    }
}

impl AsyncObjectValue for Resolver {
    fn type_name(&self) -> &str {
        self.node.type_name()
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<AsyncResolvedValue<'a>, FieldError>> + Send + 'a>> {
        Box::pin(async move {
            let (name, args) = (info.field_name(), Args::new(info.arguments()));
            let field = match &self.node {
                Node::Query => query::resolve(&self.call, name, &args),
                Node::Mutation => mutation::resolve(&self.call, name, &args).await,
                node => node.field(&self.call, name, &args),
            };
            match field {
                Ok(field) => {
                    if !matches!(field, Field::Default) {
                        self.mark_ignored(&args, info);
                    }
                    Ok(self.finish(field, info))
                }
                Err(refusal) => Err(self.call.refuse(refusal)),
            }
        })
    }
}
