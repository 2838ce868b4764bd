//! Arguments, and what each subcommand does.

pub mod allocator;
#[cfg(feature = "sandbox")]
mod sandbox;
mod serve;
mod systemd;
#[cfg(feature = "sandbox")]
mod welcome;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use wutsd::app::AppError;
use wutsd::config::{Config, ConfigError};

/// Keeps paired WhatsApp linked devices alive and lets programs use them over HTTP.
///
/// Without a subcommand it serves. To try everything without a phone: build with `--features sandbox` and run
/// `wutsd sandbox`.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    #[command(flatten)]
    file: ConfigFile,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args, Clone, Default)]
struct ConfigFile {
    /// TOML file with settings; `config/default.toml` documents them all. Environment variables named
    /// WUTSD__SECTION__KEY go before it.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the HTTP API until told to stop (SIGTERM or Ctrl-C).
    Serve,
    /// Say whether the configuration is valid, and start nothing.
    CheckConfig,
    /// Start a simulated WhatsApp and the daemon against it, with a paired device: for trying and for tests.
    Sandbox(SandboxArguments),
    /// Start the simulated WhatsApp alone, for a daemon in its own process or for somebody else's client.
    Simulate(SimulateArguments),
}

#[derive(Args)]
pub struct SandboxArguments {
    /// Address of the HTTP API; port 0 takes any free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    api: std::net::SocketAddr,
    /// Address of the simulated WhatsApp; port 0 takes any free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9090")]
    whatsapp: std::net::SocketAddr,
    /// Keep everything here, for the next start; a temporary folder otherwise.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print one line of JSON instead of words.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct SimulateArguments {
    /// Address to listen on; port 0 takes any free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9090")]
    listen: std::net::SocketAddr,
    /// Keep accounts, devices and keys here, for the next start; only in memory otherwise.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print one line of JSON instead of words.
    #[arg(long)]
    json: bool,
}

/// Why the program ends with another code than 0.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[cfg(not(feature = "sandbox"))]
    #[error("this build has no sandbox: build it with `cargo build --features sandbox`")]
    NoSandbox,
    #[error(transparent)]
    App(#[from] AppError),
    #[cfg(feature = "sandbox")]
    #[error(transparent)]
    Sandbox(#[from] wutsd::sandbox::SandboxError),
    #[cfg(feature = "sandbox")]
    #[error("the sandbox could not be set up")]
    Welcome(#[from] welcome::WelcomeError),
    #[error("{0}: see the log, and start again")]
    Ended(wutsd::app::Fatal),
    #[error("cannot wait for signals")]
    Signals(#[source] std::io::Error),
    #[cfg(feature = "sandbox")]
    #[error("cannot use the folder for the data")]
    Folder(#[source] std::io::Error),
}

impl CliError {
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 2,
            #[cfg(not(feature = "sandbox"))]
            Self::NoSandbox => 2,
            _ => 1,
        }
    }
}

pub fn run(arguments: Arguments) -> Result<(), CliError> {
    let file = arguments.file.config;
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(Config::load(file.as_deref(), &[])?),
        Command::CheckConfig => check_config(file.as_deref()),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(arguments) => sandbox::sandbox(arguments, file),
        #[cfg(feature = "sandbox")]
        Command::Simulate(arguments) => sandbox::simulate(arguments),
        #[cfg(not(feature = "sandbox"))]
        Command::Sandbox(_) | Command::Simulate(_) => Err(CliError::NoSandbox),
    }
}

#[expect(clippy::print_stdout, reason = "the answer that was asked for")]
fn check_config(file: Option<&std::path::Path>) -> Result<(), CliError> {
    Config::load(file, &[])?;
    println!("the configuration is valid");
    Ok(())
}
