//! A real browser, by WebDriver. Where none is installed its tests say that they were not run.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::{User, World, until_ok};

const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en",
];

pub struct Browser {
    client: Client,
    _driver: Child,
    /// The browser itself, until it is closed.
    running: Option<Pid>,
    /// Where the driver listens.
    address: String,
    /// Where the console is, without a slash at its end.
    base: String,
    _profile: TempDir,
}

/// Where a program is that anybody could start.
fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = folders
        .iter()
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    candidates.into_iter().find(|file| file.is_file())
}

impl Browser {
    /// At this world's daemon. `None`: there is no browser, which is said.
    pub async fn at(world: &World) -> Option<Self> {
        Self::open(world.api.base()).await
    }

    pub async fn open(base: &str) -> Option<Self> {
        let chromium = find(&["chromium", "chromium-browser", "google-chrome"]);
        let (Some(browser), Some(driver)) = (chromium, find(&["chromedriver"])) else {
            eprintln!(
                "NOT RUN, since chromium or chromedriver is not installed: a test of the console in a browser"
            );
            return None;
        };
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the driver starts");
        let mut lines = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = loop {
            let line = lines.next_line().await.expect("words");
            let line = line.expect("the driver says where it listens");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // It goes on talking, and must not block.
        tokio::spawn(
            async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} },
        );
        let profile = TempDir::new().expect("a folder");
        let address = format!("http://127.0.0.1:{port}");
        let client = connect(&address, &browser, &profile).await;
        let running = client.capabilities().and_then(|capabilities| {
            let id = capabilities.get("goog:processID")?.as_i64()?;
            Pid::from_raw(i32::try_from(id).ok()?)
        });
        let browser = Self {
            client,
            _driver: driver,
            running,
            address,
            base: base.to_owned(),
            _profile: profile,
        };
        browser.size(1280, 900).await;
        Some(browser)
    }

    pub async fn size(&self, width: u32, height: u32) {
        let sized = self.client.set_window_size(width, height).await;
        sized.expect("a size");
    }

    /// Opens an address below the daemon's.
    pub async fn go(&self, path: &str) {
        let gone = self.client.goto(&format!("{}{path}", self.base)).await;
        gone.expect("a page");
    }

    /// Shows a token, and waits for what there is behind it.
    pub async fn log_in(&self, token: &str) {
        self.go("/console").await;
        self.fill("input[name=token]", token).await;
        self.click("#login button[type=submit]").await;
        self.see("#pulse", "Live").await;
    }

    /// The console as this user sees it.
    pub async fn logged_in(world: &World, user: &User) -> Option<Self> {
        let browser = Self::at(world).await?;
        browser.log_in(&user.token).await;
        Some(browser)
    }

    /// The element, once there is one that can be seen.
    pub async fn find(&self, css: &str) -> Element {
        until_ok(css, async || {
            let found = self.client.find(Locator::Css(css)).await;
            let found = found.map_err(|error| error.to_string())?;
            match found.is_displayed().await {
                Ok(true) => Ok(found),
                Ok(false) => Err("it is hidden".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await
    }

    /// Waits until the element shows this text.
    pub async fn see(&self, css: &str, text: &str) {
        until_ok(&format!("{css} says {text:?}"), async || {
            let shown = self.text(css).await;
            if shown.contains(text) {
                Ok(())
            } else {
                Err(shown)
            }
        })
        .await;
    }

    /// Waits until there is no such element to be seen.
    pub async fn miss(&self, css: &str) {
        until_ok(&format!("no {css}"), async || {
            let found = self.client.find(Locator::Css(css)).await;
            match found {
                Err(_) => Ok(()),
                Ok(found) => match found.is_displayed().await {
                    Ok(true) => Err("it is there"),
                    _ => Ok(()),
                },
            }
        })
        .await;
    }

    /// What the element shows now; nothing where there is none.
    pub async fn text(&self, css: &str) -> String {
        match self.client.find(Locator::Css(css)).await {
            Ok(found) => found.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// An attribute of the element, once that can be seen.
    pub async fn attribute(&self, css: &str, name: &str) -> String {
        let found = self.find(css).await.attr(name).await;
        found.expect("an element").unwrap_or_default()
    }

    /// Clicks it, once it can be clicked.
    pub async fn click(&self, css: &str) {
        until_ok(css, async || {
            let found = self.client.find(Locator::Css(css)).await;
            let clicked = match found {
                Ok(found) => found.click().await,
                Err(error) => Err(error),
            };
            clicked.map_err(|error| error.to_string())
        })
        .await;
    }

    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("a field");
        field.send_keys(text).await.expect("a field");
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("a focus");
        focused.send_keys(keys).await.expect("keys");
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect(script)
    }

    /// What the browser has complained of since it was asked last, but for refusals of this status.
    pub async fn complaints(&self, expected: &str) -> Vec<String> {
        let session = self.client.session_id().await.expect("a session");
        let address = format!("{}/session/{}/se/log", self.address, session.expect("one"));
        let asked = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let asked = asked
            .post(address)
            .body(json!({ "type": "browser" }).to_string());
        let answer = asked.send().await.expect("an answer").text().await;
        let answer: Value = serde_json::from_str(&answer.expect("text")).expect("JSON");
        let entries = answer["value"].as_array().expect("entries").iter();
        let entries = entries.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned());
        entries
            .filter(|text| expected.is_empty() || !text.contains(expected))
            .collect()
    }

    /// Keeps what is to be seen, where the environment names a folder for it.
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("WUTSD_PICTURES") else {
            return;
        };
        tokio::time::sleep(Duration::from_millis(300)).await;
        let picture = self.client.screenshot().await.expect("a picture");
        let file = PathBuf::from(folder).join(format!("{name}.png"));
        std::fs::write(file, picture).expect("a file");
    }

    /// Makes the browser prefer dark pages, or light ones.
    pub async fn prefer(&self, scheme: &str) {
        let session = self.client.session_id().await.expect("a session");
        let address = format!(
            "{}/session/{}/goog/cdp/execute",
            self.address,
            session.expect("one")
        );
        let body = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features":
            [{ "name": "prefers-color-scheme", "value": scheme }] } });
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let answer = http.post(address).body(body.to_string()).send().await;
        assert!(answer.expect("an answer").status().is_success());
    }

    pub async fn close(self) {
        let complaints = self.complaints("").await;
        assert!(complaints.is_empty(), "{complaints:#?}");
        self.leave().await;
    }

    /// The same for a test in which the browser had something to complain of.
    pub async fn leave(mut self) {
        let client = self.client.clone();
        client.close().await.expect("the browser closes");
        self.running = None;
    }
}

async fn connect(address: &str, browser: &PathBuf, profile: &TempDir) -> Client {
    let mut flags: Vec<String> = FLAGS.map(str::to_owned).into();
    flags.push(format!("--user-data-dir={}", profile.path().display()));
    let mut capabilities = Map::new();
    let options = json!({ "binary": browser, "args": flags });
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    builder.connect(address).await.expect("a browser")
}

impl Drop for Browser {
    /// Where its test has failed before it was closed. Its driver would leave it behind.
    fn drop(&mut self) {
        if let Some(browser) = self.running {
            // It may have ended.
            let _ = kill_process(browser, Signal::TERM);
        }
    }
}
