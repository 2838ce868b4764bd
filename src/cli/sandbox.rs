//! `wutsd sandbox` and `wutsd simulate`: WhatsApp without a phone.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;
use wutsd::app::App;
use wutsd::config::Config;
use wutsd::sandbox::{Addresses, Options, Simulator};
use wutsd::telemetry;

use super::serve::wait_for_signal;
use super::welcome::{self, Welcome};
use super::{CliError, SandboxArguments, SimulateArguments};

const ON_THIS_MACHINE: [&str; 3] = [
    "media.allow_private_addresses",
    "webhooks.allow_http",
    "webhooks.allow_private_addresses",
];

pub fn simulate(arguments: SimulateArguments) -> Result<(), CliError> {
    // Only the log settings are of use here, and they come from the environment.
    let config = Config::load(None, &loopback("ws://127.0.0.1/ws/chat"))?;
    telemetry::start(&config.log);
    actix::System::new().block_on(async move {
        let options = Options {
            listen: arguments.listen,
            data: arguments.data,
        };
        let simulator = Simulator::start(options).await?;
        let addresses = simulator.addresses();
        if arguments.json {
            say(&whatsapp_json(addresses).to_string());
        } else {
            say(&format!(
                "A simulated WhatsApp is ready; Ctrl-C stops it.\n\n  \
                 WebSocket        {}\n  Control API      {}\n  Noise root key   {}",
                addresses.ws, addresses.control, addresses.root_public_key
            ));
        }
        wait_for_signal().await?;
        simulator.stop().await;
        Ok(())
    })
}

pub fn sandbox(arguments: SandboxArguments, file: Option<PathBuf>) -> Result<(), CliError> {
    let folder = Folder::open(arguments.data)?;
    let listen = arguments.api.to_string();
    let data_dir = folder.path().join("wutsd").to_string_lossy().into_owned();
    actix::System::new().block_on(async move {
        let data = Some(folder.path().join("whatsapp"));
        // Validated first, with an address of the right kind: nothing is bound for a wrong configuration.
        let mut overrides = loopback("ws://127.0.0.1/ws/chat").to_vec();
        overrides.extend([("http.listen", listen), ("data_dir", data_dir)]);
        // Whoever tries it has media and webhook receivers on this machine.
        overrides.extend(ON_THIS_MACHINE.map(|key| (key, "true".to_owned())));
        telemetry::start(&Config::load(file.as_deref(), &overrides)?.log);

        let simulator = Simulator::start(Options {
            listen: arguments.whatsapp,
            data,
        })
        .await?;
        overrides[0].1 = simulator.addresses().ws.clone();
        let mut config = Config::load(file.as_deref(), &overrides)?;
        config.console.control = simulator.addresses().control.parse().ok();
        let app = App::start(config).await?;
        let trial = async {
            let whatsapp = simulator.addresses();
            let welcome = welcome::set_up(folder.path(), app.address, whatsapp).await?;
            print(&welcome, whatsapp, arguments.json);
            Err(CliError::Ended(app.failed().await))
        };
        let ended = tokio::select! {
            signal = wait_for_signal() => signal,
            failed = trial => failed,
        };
        app.shutdown().await;
        simulator.stop().await;
        ended
    })
}

fn loopback(url: &str) -> [(&'static str, String); 1] {
    [("whatsapp.url", url.to_owned())]
}

fn print(welcome: &Welcome, whatsapp: &Addresses, as_json: bool) {
    if as_json {
        let mut line = json!(welcome);
        line["whatsapp"] = whatsapp_json(whatsapp);
        say(&line.to_string());
    } else {
        say(&welcome.text(whatsapp));
    }
}

fn whatsapp_json(addresses: &Addresses) -> serde_json::Value {
    json!({
        "ws": addresses.ws,
        "control": addresses.control,
        "root_public_key": addresses.root_public_key,
    })
}

/// Whoever started us may have closed the other end; that is no reason to end.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Where the sandbox keeps its things.
enum Folder {
    Kept(PathBuf),
    /// Removed at the end.
    Temporary(TempDir),
}

impl Folder {
    fn open(data: Option<PathBuf>) -> Result<Self, CliError> {
        let Some(path) = data else {
            return tempfile::tempdir()
                .map(Self::Temporary)
                .map_err(CliError::Folder);
        };
        std::fs::create_dir_all(&path).map_err(CliError::Folder)?;
        Ok(Self::Kept(path))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}
