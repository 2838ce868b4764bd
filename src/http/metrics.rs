//! What is measured of requests and commands.

use actix_web::http::StatusCode;

use crate::metrics::{InProgress, SECONDS, metrics};

metrics! {
    /// Its clones count together.
    pub struct Metrics {
        /// HTTP requests answered, by route and status.
        http_requests_total: IntCounterVec["route", "status"],
        /// Time from a request's head to the head of its answer, by class of status.
        http_request_duration_seconds: HistogramVec["class"] in SECONDS,
        /// HTTP requests under way.
        http_requests_in_progress: IntGauge,
        /// Commands answered, by operation and outcome.
        commands_total: IntCounterVec["operation", "outcome"],
        /// Time from the acceptance of a command to its outcome, by operation.
        command_duration_seconds: HistogramVec["operation"] in SECONDS,
        /// Commands under way.
        commands_in_progress: IntGauge,
    }
}

impl Default for Metrics {
    /// All classes are there from the start, so that `increase()` sees the first of each.
    fn default() -> Self {
        let metrics = Self::declare();
        for class in CLASSES {
            let duration = &metrics.http_request_duration_seconds;
            duration.with_label_values(&[class]);
        }
        metrics
    }
}

impl Metrics {
    /// A request is under way until what this returns is dropped.
    pub fn request_begun(&self) -> InProgress {
        InProgress::begin(&self.http_requests_in_progress)
    }

    /// A request is answered. `route` is the pattern of a path: paths hold ids.
    pub fn request_answered(&self, request: &InProgress, route: &str, status: StatusCode) {
        let labels = [route, status.as_str()];
        self.http_requests_total.with_label_values(&labels).inc();
        self.http_request_duration_seconds
            .with_label_values(&[class(status)])
            .observe(request.lasted());
    }

    /// A command is under way until what this returns is dropped.
    pub fn command_begun(&self) -> InProgress {
        InProgress::begin(&self.commands_in_progress)
    }

    /// A command has its outcome: `ok`, or the code of a failure.
    pub fn command_answered(&self, command: &InProgress, operation: &str, outcome: &str) {
        let labels = [operation, outcome];
        self.commands_total.with_label_values(&labels).inc();
        self.command_duration_seconds
            .with_label_values(&[operation])
            .observe(command.lasted());
    }
}

/// What [`class`] answers.
const CLASSES: [&str; 3] = ["2xx", "4xx", "5xx"];

/// By route there would be more series than anybody looks at; how long commands take is measured by operation.
fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..400 => "2xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
