//! Time as a process sees it that may be stopped for a while.
//!
//! A process that stood still finds, when it goes on, that all clocks have run out at the same moment, and the answers that
//! came meanwhile still unread. So a clock that runs out much later than it should grants a little more.

use std::time::Duration;

use tokio::time::Instant;

/// So late no clock runs out but in a process that stood still, or has far too much to do.
const LATE: Duration = Duration::from_secs(2);
/// In this time whatever has come meanwhile is read.
const GRACE: Duration = Duration::from_secs(5);

/// Waits for as long, and somewhat longer if the process stood still.
pub async fn sleep(duration: Duration) {
    let due = Instant::now().checked_add(duration);
    tokio::time::sleep(duration).await;
    if due.is_some_and(|due| due.elapsed() > LATE) {
        tokio::time::sleep(GRACE.min(duration)).await;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_clock_runs_out_in_time_but_not_at_once_after_the_process_stood_still() {
        let begun = Instant::now();
        sleep(Duration::from_secs(20)).await;
        assert!(begun.elapsed() < Duration::from_secs(21));

        let (begun, clock) = (Instant::now(), sleep(Duration::from_secs(20)));
        tokio::pin!(clock);
        assert!(futures::poll!(&mut clock).is_pending());
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!(futures::poll!(&mut clock).is_pending());
        clock.await;
        assert!(begun.elapsed() >= Duration::from_secs(65));
        sleep(Duration::MAX).now_or_never();
    }
}
