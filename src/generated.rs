//! stub
#![allow(missing_docs)]
pub const API_VERSION: &str = "2026-10";
pub const SCHEMA_SHA256: &str = "";
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookEventType {
    ChangeColumnValue,
    ChangeName,
    ChangeSpecificColumnValue,
    ChangeStatusColumnValue,
    ChangeSubitemColumnValue,
    ChangeSubitemName,
    CreateColumn,
    CreateItem,
    CreateSubitem,
    CreateSubitemUpdate,
    CreateUpdate,
    DeleteUpdate,
    EditUpdate,
    ItemArchived,
    ItemDeleted,
    ItemMovedToAnyGroup,
    ItemMovedToSpecificGroup,
    ItemRestored,
    MoveSubitem,
    SubitemArchived,
    SubitemDeleted,
}
impl WebhookEventType {
    pub const ALL: &'static [Self] = &[
        Self::ChangeColumnValue,
        Self::ChangeName,
        Self::ChangeSpecificColumnValue,
        Self::ChangeStatusColumnValue,
        Self::ChangeSubitemColumnValue,
        Self::ChangeSubitemName,
        Self::CreateColumn,
        Self::CreateItem,
        Self::CreateSubitem,
        Self::CreateSubitemUpdate,
        Self::CreateUpdate,
        Self::DeleteUpdate,
        Self::EditUpdate,
        Self::ItemArchived,
        Self::ItemDeleted,
        Self::ItemMovedToAnyGroup,
        Self::ItemMovedToSpecificGroup,
        Self::ItemRestored,
        Self::MoveSubitem,
        Self::SubitemArchived,
        Self::SubitemDeleted,
    ];
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChangeColumnValue => "change_column_value",
            Self::ChangeName => "change_name",
            Self::ChangeSpecificColumnValue => "change_specific_column_value",
            Self::ChangeStatusColumnValue => "change_status_column_value",
            Self::ChangeSubitemColumnValue => "change_subitem_column_value",
            Self::ChangeSubitemName => "change_subitem_name",
            Self::CreateColumn => "create_column",
            Self::CreateItem => "create_item",
            Self::CreateSubitem => "create_subitem",
            Self::CreateSubitemUpdate => "create_subitem_update",
            Self::CreateUpdate => "create_update",
            Self::DeleteUpdate => "delete_update",
            Self::EditUpdate => "edit_update",
            Self::ItemArchived => "item_archived",
            Self::ItemDeleted => "item_deleted",
            Self::ItemMovedToAnyGroup => "item_moved_to_any_group",
            Self::ItemMovedToSpecificGroup => "item_moved_to_specific_group",
            Self::ItemRestored => "item_restored",
            Self::MoveSubitem => "move_subitem",
            Self::SubitemArchived => "subitem_archived",
            Self::SubitemDeleted => "subitem_deleted",
        }
    }
}
