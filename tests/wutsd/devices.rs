//! Devices, and how they are paired with an account.

mod codes;
mod connect;
mod create;
mod disconnect;
mod history;
mod list;
mod logout;
mod mine;
mod offline;
mod paircode;
mod passkey;
mod qr;
mod qr_status;
mod rename;
mod status;
mod statuses;
