//! Which subscriptions a delivery can come from.

use monday_webhooks::{EventKind as Kind, SubscriptionKind as Sub, testing::sample};

use super::parse;

/// What arrives for each subscription: wire type, kind, subitem or not, and the subscriptions
/// that such a delivery can come from.
fn table() -> [(Sub, &'static str, Kind, bool, &'static [Sub]); 21] {
    const STATUS: &[Sub] = &[
        Sub::ChangeColumnValue,
        Sub::ChangeSpecificColumnValue,
        Sub::ChangeStatusColumnValue,
    ];
    const COLUMN: &[Sub] = &[Sub::ChangeColumnValue, Sub::ChangeSpecificColumnValue];
    const GROUP: &[Sub] = &[Sub::ItemMovedToAnyGroup, Sub::ItemMovedToSpecificGroup];
    [
        (
            Sub::CreateItem,
            "create_pulse",
            Kind::ItemCreated,
            false,
            &[Sub::CreateItem],
        ),
        (
            Sub::CreateSubitem,
            "create_pulse",
            Kind::ItemCreated,
            true,
            &[Sub::CreateSubitem],
        ),
        (
            Sub::ChangeColumnValue,
            "update_column_value",
            Kind::ColumnValueChanged,
            false,
            COLUMN,
        ),
        (
            Sub::ChangeSpecificColumnValue,
            "update_column_value",
            Kind::ColumnValueChanged,
            false,
            COLUMN,
        ),
        (
            Sub::ChangeStatusColumnValue,
            "update_column_value",
            Kind::ColumnValueChanged,
            false,
            STATUS,
        ),
        (
            Sub::ChangeSubitemColumnValue,
            "update_column_value",
            Kind::ColumnValueChanged,
            true,
            &[Sub::ChangeSubitemColumnValue],
        ),
        (
            Sub::ChangeName,
            "update_name",
            Kind::NameChanged,
            false,
            &[Sub::ChangeName],
        ),
        (
            Sub::ChangeSubitemName,
            "update_name",
            Kind::NameChanged,
            true,
            &[Sub::ChangeSubitemName],
        ),
        (
            Sub::ItemArchived,
            "archive_pulse",
            Kind::ItemArchived,
            false,
            &[Sub::ItemArchived],
        ),
        (
            Sub::SubitemArchived,
            "archive_pulse",
            Kind::ItemArchived,
            true,
            &[Sub::SubitemArchived],
        ),
        (
            Sub::ItemDeleted,
            "delete_pulse",
            Kind::ItemDeleted,
            false,
            &[Sub::ItemDeleted],
        ),
        (
            Sub::SubitemDeleted,
            "delete_pulse",
            Kind::ItemDeleted,
            true,
            &[Sub::SubitemDeleted],
        ),
        (
            Sub::ItemRestored,
            "restore_pulse",
            Kind::ItemRestored,
            false,
            &[Sub::ItemRestored],
        ),
        (
            Sub::ItemMovedToAnyGroup,
            "move_pulse_into_group",
            Kind::ItemMovedToGroup,
            false,
            GROUP,
        ),
        (
            Sub::ItemMovedToSpecificGroup,
            "move_pulse_into_group",
            Kind::ItemMovedToGroup,
            false,
            GROUP,
        ),
        (
            Sub::MoveSubitem,
            "move_subitem",
            Kind::SubitemMoved,
            true,
            &[Sub::MoveSubitem],
        ),
        (
            Sub::CreateColumn,
            "create_column",
            Kind::ColumnCreated,
            false,
            &[Sub::CreateColumn],
        ),
        (
            Sub::CreateUpdate,
            "create_update",
            Kind::UpdateCreated,
            false,
            &[Sub::CreateUpdate],
        ),
        (
            Sub::CreateSubitemUpdate,
            "create_update",
            Kind::UpdateCreated,
            true,
            &[Sub::CreateSubitemUpdate],
        ),
        (
            Sub::EditUpdate,
            "edit_update",
            Kind::UpdateEdited,
            false,
            &[Sub::EditUpdate],
        ),
        (
            Sub::DeleteUpdate,
            "delete_update",
            Kind::UpdateDeleted,
            false,
            &[Sub::DeleteUpdate],
        ),
    ]
}

#[test]
fn each_subscription_s_delivery_is_told_apart_by_the_table() {
    for (subscription, wire_type, kind, is_subitem, possible) in table() {
        let delivery = parse(&sample(&subscription).unwrap());
        assert_eq!(delivery.wire_type(), Some(wire_type), "{subscription}");
        assert_eq!(delivery.kind(), kind, "{subscription}");
        assert_eq!(delivery.is_subitem(), is_subitem, "{subscription}");
        assert_eq!(
            delivery.possible_subscriptions(),
            possible,
            "{subscription}"
        );
        assert!(possible.contains(&subscription), "{subscription}");
    }
    for kind in Sub::ALL {
        assert!(table().iter().any(|row| row.0 == kind), "{kind}");
    }
}
