//! The shape of an introspection result. Keys that older servers lack are optional.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Schema {
    #[serde(default)]
    pub(super) description: Option<String>,
    pub(super) query_type: Option<NameOnly>,
    #[serde(default)]
    pub(super) mutation_type: Option<NameOnly>,
    #[serde(default)]
    pub(super) subscription_type: Option<NameOnly>,
    pub(super) types: Vec<Type>,
    #[serde(default)]
    pub(super) directives: Vec<Directive>,
}

#[derive(Deserialize)]
pub(super) struct NameOnly {
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Type {
    pub(super) kind: Kind,
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default, alias = "specifiedByUrl", rename = "specifiedByURL")]
    pub(super) specified_by_url: Option<String>,
    #[serde(default)]
    pub(super) is_one_of: Option<bool>,
    #[serde(default)]
    pub(super) fields: Option<Vec<Field>>,
    #[serde(default)]
    pub(super) input_fields: Option<Vec<Input>>,
    #[serde(default)]
    pub(super) interfaces: Option<Vec<NameOnly>>,
    #[serde(default)]
    pub(super) enum_values: Option<Vec<EnumValue>>,
    #[serde(default)]
    pub(super) possible_types: Option<Vec<NameOnly>>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    InputObject,
    List,
    NonNull,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) args: Vec<Input>,
    #[serde(rename = "type")]
    pub(super) ty: TypeRef,
    #[serde(default)]
    pub(super) is_deprecated: Option<bool>,
    #[serde(default)]
    pub(super) deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(rename = "type")]
    pub(super) ty: TypeRef,
    #[serde(default)]
    pub(super) default_value: Option<String>,
    #[serde(default)]
    pub(super) is_deprecated: Option<bool>,
    #[serde(default)]
    pub(super) deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EnumValue {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) is_deprecated: Option<bool>,
    #[serde(default)]
    pub(super) deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TypeRef {
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) of_type: Option<Box<TypeRef>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Directive {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    pub(super) locations: Vec<String>,
    #[serde(default)]
    pub(super) args: Vec<Input>,
    #[serde(default)]
    pub(super) is_repeatable: Option<bool>,
}
