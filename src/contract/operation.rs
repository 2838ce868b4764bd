//! What an endpoint is called, and in which of the contract's families of answers it speaks.

/// Which of the contract's JSON shapes an endpoint speaks (`wuts-api`, section 0.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// `{"success":true,…}` and `{"success":false,"error":{"code","message"}}`: the status endpoints.
    Object,
    /// `{"success":true,…}` and `{"success":false,"error","error_code","timestamp"}`.
    Flat,
    /// `{"success":true,"data":{…}}` and `{"success":false,"error","error_code","timestamp"}`.
    Data,
    /// `{"success":true,"data":{…}}` and `{"success":false,"error"}`: pairing and lifecycle.
    Session,
    /// `{"success":true,…}` and `{"success":false,"error"}`: what only the master token may do.
    Admin,
    /// `{"success":true,…}` and `{"error"}`: the older send endpoints and payments.
    Bare,
    /// `{"success":true,"message",…}` and `{"success":false,"error":{"message"}}`: the RyzeAPI, with statuses of its own.
    Ryze,
    /// No envelope: what machines read that watch the daemon.
    Open,
}

/// What an endpoint does, as its error codes call it: `status` gives `status_failed`, `status_timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// In metrics, and at the beginning of codes.
    pub name: &'static str,
    /// The family of its answers.
    pub envelope: Envelope,
    /// Text of `<operation>_failed`.
    pub failed: &'static str,
    /// Text of `<operation>_timeout`.
    pub timed_out: &'static str,
    /// Text of 401.
    pub unauthorized: &'static str,
    /// Text of 500 for a caller without a device.
    pub no_device: &'static str,
    /// What an endpoint that says `to` answers where nobody is named.
    pub to_nobody: &'static str,
}

impl Operation {
    /// With the texts that most endpoints of this family have.
    pub const fn new(name: &'static str, envelope: Envelope) -> Self {
        let unauthorized = match envelope {
            Envelope::Object
            | Envelope::Flat
            | Envelope::Data
            | Envelope::Ryze
            | Envelope::Open => "Invalid token",
            Envelope::Session | Envelope::Bare => "unauthorized",
            Envelope::Admin => "invalid master token",
        };
        Self {
            name,
            envelope,
            failed: "the request failed",
            timed_out: "context deadline exceeded",
            unauthorized,
            no_device: "failed to resolve user device",
            to_nobody: "Invalid recipient JID: empty input",
        }
    }

    /// Another text of `<operation>_failed`.
    pub const fn failing_with(mut self, text: &'static str) -> Self {
        self.failed = text;
        self
    }

    /// Another text where nobody is named.
    pub const fn to_nobody(mut self, text: &'static str) -> Self {
        self.to_nobody = text;
        self
    }

    /// Another text of `<operation>_timeout`.
    pub const fn timing_out_with(mut self, text: &'static str) -> Self {
        self.timed_out = text;
        self
    }
}
