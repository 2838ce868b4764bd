//! What whoever runs the daemon relies on: logs, metrics, dashboards and alerts, and what systemd is told.

mod dashboards;
mod logs;
mod metrics;
mod systemd;
