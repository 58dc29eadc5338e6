//! The inbox: one suite that every implementation passes, and what is particular to each.

mod deliveries;
#[cfg(target_os = "linux")]
mod faults;
mod log;
mod memory;
mod nats;
mod nats_access;
mod nats_server;
mod nats_setup;
mod sqlite;
mod stored;
mod suite;
mod worker_suite;

/// The whole suite for one implementation. The expression makes an empty inbox, along with
/// whatever has to outlive it.
macro_rules! conformance {
    ($open:expr => $($suite:ident { $($scenario:ident,)* })*) => {$($(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $scenario() {
            let (inbox, _outlives) = $open;
            crate::inbox::$suite::$scenario(std::sync::Arc::new(inbox)).await;
        }
    )*)*};
    ($open:expr) => {
        conformance! { $open =>
            suite {
                a_delivery_is_handed_over_as_it_was_received,
                a_handled_delivery_is_gone,
                a_duplicate_is_acknowledged_and_not_handed_over_again,
                a_failed_delivery_comes_again_with_its_attempts_counted,
                a_dropped_lease_hands_the_delivery_over_again,
                the_oldest_delivery_comes_first,
                a_claim_that_is_given_up_loses_nothing,
                a_claim_waits_for_a_delivery,
                a_claim_that_waits_rests,
                several_claims_share_the_deliveries,
                a_settlement_counts_once,
                a_wait_without_end_is_not_over_at_once,
                an_attempt_that_is_taken_back_twice_loses_nothing,
                a_dead_letter_is_kept_with_its_reason,
                a_requeued_letter_is_handed_over_like_a_new_one,
                a_discarded_letter_is_gone,
                dead_letters_are_listed_page_by_page,
                the_status_counts_what_is_there,
                the_receiver_answers_for_the_inbox,
            }
            worker_suite {
                every_delivery_is_handled,
                a_failing_handler_is_called_until_it_succeeds,
                a_panic_is_contained,
                a_handler_that_takes_too_long_has_failed,
                after_the_last_attempt_a_delivery_is_a_dead_letter,
                a_failure_may_say_when_to_come_again,
                a_hopeless_failure_is_not_tried_again,
                a_delivery_that_ends_the_process_each_time_is_given_up,
                handlers_run_side_by_side_up_to_the_limit,
                a_shutdown_finishes_what_is_at_work,
                a_worker_that_is_dropped_loses_nothing,
                the_deliveries_of_an_item_keep_their_order_over_failures,
                what_is_held_back_at_a_shutdown_keeps_its_order,
            }
        }
    };
}
use conformance;
