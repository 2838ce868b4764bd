//! The program in a process of its own, and what it says.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// Nothing that a test waits for takes this long; it only keeps a broken test from hanging.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Process {
    child: Child,
    output: watch::Receiver<Vec<String>>,
    errors: watch::Receiver<Vec<String>>,
}

impl Process {
    pub fn start(arguments: &[&str], environment: &[(String, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wutsd"))
            .args(arguments)
            .envs(environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let output = collect(child.stdout.take().expect("piped"));
        let errors = collect(child.stderr.take().expect("piped"));
        Self {
            child,
            output,
            errors,
        }
    }

    pub async fn first_line_of_output(&self) -> String {
        self.line(&self.output, |line| Some(line.to_owned())).await
    }

    /// Waits for a line of output with this text.
    pub async fn wait_for_output(&self, text: &str) {
        self.line(&self.output, |line| line.contains(text).then_some(()))
            .await
    }

    /// All lines that were written to standard output by the end of the process.
    pub fn output(&self) -> Vec<String> {
        self.output.borrow().clone()
    }

    pub fn errors(&self) -> Vec<String> {
        self.errors.borrow().clone()
    }

    /// The first log record with this message, as JSON.
    pub async fn log_line(&self, message: &str) -> Value {
        self.line(&self.errors, |line| {
            let record: Value = serde_json::from_str(line).ok()?;
            (record["message"] == message).then_some(record)
        })
        .await
    }

    /// Waits for a line on standard error with this text.
    pub async fn error_line(&self, text: &str) {
        self.line(&self.errors, |line| line.contains(text).then_some(()))
            .await
    }

    /// The first log record with this message; `None`: the process ends without.
    pub async fn log_line_if_any(&self, message: &str) -> Option<Value> {
        let mut lines = self.errors.clone();
        let wanted = |line: &String| {
            let record: Value = serde_json::from_str(line).ok()?;
            (record["message"] == message).then_some(record)
        };
        let mut found = None;
        let search = lines.wait_for(|lines| {
            found = lines.iter().find_map(wanted);
            found.is_some()
        });
        let searched = tokio::time::timeout(PATIENCE, search).await;
        searched.expect("it says so, or ends").ok()?;
        found
    }

    async fn line<T>(
        &self,
        lines: &watch::Receiver<Vec<String>>,
        mut wanted: impl FnMut(&str) -> Option<T>,
    ) -> T {
        let mut lines = lines.clone();
        let mut found = None;
        let search = lines.wait_for(|lines| {
            found = lines.iter().find_map(|line| wanted(line));
            found.is_some()
        });
        let searched = tokio::time::timeout(PATIENCE, search)
            .await
            .is_ok_and(|r| r.is_ok());
        match found {
            Some(found) if searched => found,
            _ => panic!("it never said so; errors:\n{}", self.errors().join("\n")),
        }
    }

    /// Sends a signal and waits for the end.
    pub async fn stop(&mut self, signal: &str) -> ExitStatus {
        self.signal(signal).await;
        self.ended().await
    }

    pub async fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill")
            .args(["-s", signal, &pid])
            .status()
            .await;
        assert!(sent.expect("kill").success());
    }

    /// By which the system knows it.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// What it has for itself in memory, in bytes.
    pub fn memory(&self) -> u64 {
        let pid = self.pid();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"));
        let status = status.expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kilobytes
            .expect("a figure")
            .parse::<u64>()
            .expect("a number")
            * 1024
    }

    /// Lets no file of the process grow beyond so many bytes; `unlimited` takes that back.
    pub async fn limit_files(&self, bytes: &str) {
        let pid = self.pid().to_string();
        let limit = format!("--fsize={bytes}:unlimited");
        let set = Command::new("prlimit")
            .args(["--pid", &pid, &limit])
            .status()
            .await;
        assert!(set.expect("prlimit").success());
    }

    /// Waits for the end, and for all that was said before it.
    pub async fn ended(&mut self) -> ExitStatus {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = status.expect("it ends").expect("its status");
        for lines in [&mut self.output, &mut self.errors] {
            // The sender is dropped at the end of the stream.
            while lines.changed().await.is_ok() {}
        }
        status
    }
}

impl Drop for Process {
    /// What a process said is worth reading when its test has failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the process said:\n{}", self.errors().join("\n"));
        }
    }
}

fn collect(stream: impl AsyncRead + Unpin + Send + 'static) -> watch::Receiver<Vec<String>> {
    let (lines, receiver) = watch::channel(Vec::new());
    tokio::spawn(async move {
        let (mut stream, mut line) = (BufReader::new(stream), Vec::new());
        while stream
            .read_until(b'\n', &mut line)
            .await
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            lines.send_modify(|lines| lines.push(text));
            line.clear();
        }
    });
    receiver
}
