//! The README: its lines, pasted into a shell in front of the sandbox.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

use super::support::contract;
use crate::support::{Process, World};

/// For a whole table, on a machine under load.
const LONGEST: Duration = Duration::from_secs(300);

const README: &str = include_str!("../../README.md");

/// The code in the first column of each table that begins with `Try`.
fn tables() -> Vec<Vec<String>> {
    let mut tables = Vec::new();
    let mut inside = false;
    for line in README.lines() {
        if line.starts_with("| Try ") {
            tables.push(Vec::new());
            inside = true;
        }
        inside &= line.starts_with('|');
        let table = tables.last_mut().filter(|_| inside);
        let cells = line.replace("\\|", "\u{0}");
        let first = cells.split('|').nth(1).unwrap_or_default();
        let code = first.split('`').skip(1).step_by(2);
        table.into_iter().for_each(|table: &mut Vec<String>| {
            table.extend(code.clone().map(|code| code.replace('\u{0}', "|")));
        });
    }
    tables
}

/// Runs them one after the other in one shell; a line of output each: method, address and status of its request.
async fn paste(settings: &str, lines: &[String]) -> String {
    let report = r#"-o /dev/null -w '%{method} %{url} %{http_code}\n'"#;
    let functions = README.lines().filter(|line| line.contains("() { curl"));
    let functions: Vec<&str> = functions.collect();
    let mut script = format!("set -u\n{settings}\n{}\n", functions.join("\n"));
    for line in lines {
        // What a line assigns it needs to read; of all others the status is enough.
        let quiet = |line: &str| line.replacen("curl -s", &format!("curl -s {report}"), 1);
        let line = match line.contains("=$(") {
            true => line.clone(),
            false if line.starts_with("curl") => quiet(line),
            false => format!("{line} {report}"),
        };
        script.push_str(&line);
        script.push('\n');
    }
    let shell = tokio::process::Command::new("bash")
        .arg("-c")
        .arg(script)
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash");
    let _group = Group::led_by(&shell);
    // A line that waits for something may wait for ever.
    let output = tokio::time::timeout(LONGEST, shell.wait_with_output()).await;
    let output = output.expect("all lines end").expect("bash");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A shell and whatever it has begun: a loop in a substitution outlives the shell alone. Killed when it is dropped.
struct Group(Pid);

impl Group {
    fn led_by(leader: &Child) -> Self {
        let id = leader.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw).expect("it runs"))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // All of them may have ended.
        let _ = kill_process_group(self.0, Signal::KILL);
    }
}

#[tokio::test]
async fn every_kind_that_phones_send_has_a_line() {
    let world = World::start().await;
    let ada = world.control.account("Ada").await;
    let kinds = world.control.kinds(&ada).await;
    assert!(kinds.len() > 20, "{kinds:?}");
    let lines = tables().last().expect("a table").join("\n");
    for kind in kinds {
        let named = format!(r#""content":{{"type":"{kind}""#);
        assert!(lines.contains(&named), "no line for {kind}");
    }
}

#[tokio::test]
async fn every_line_of_the_tables_works_in_the_sandbox_and_every_endpoint_has_one() {
    let mut done = String::new();
    for table in tables() {
        let anywhere = ["--api", "127.0.0.1:0", "--whatsapp", "127.0.0.1:0"];
        let sandbox = Process::start(&[&["sandbox"][..], &anywhere].concat(), &[]);
        sandbox.wait_for_output("MASTER=").await;
        let said = sandbox.output().join("\n");
        let mut said = said.lines().map(str::trim);
        let settings = said.find(|line| line.starts_with("API="));
        done.push_str(&paste(settings.expect("the settings"), &table).await);
    }
    let mut reached = BTreeSet::new();
    for request in done.lines() {
        let parts: Vec<&str> = request.split(' ').collect();
        let [method, url, status] = parts[..] else {
            panic!("{request}");
        };
        assert!(status.starts_with('2'), "{request}");
        let path = url.trim_start_matches("http://");
        let path = path.find('/').map_or("/", |begin| &path[begin..]);
        reached.extend(contract::operation(method, path));
    }
    let all = contract::operations().into_iter();
    let all: BTreeSet<String> = all.map(|operation| operation.name).collect();
    let missing: Vec<&String> = all.difference(&reached).collect();
    assert!(missing.is_empty(), "no line for {missing:?}");
}

#[test]
fn every_endpoint_of_wuts_is_listed_and_is_there() {
    let table = README.split("### Every endpoint of WUTS").nth(1);
    let table = table.and_then(|rest| rest.split("\n### ").next());
    let rows = table.expect("the table").lines();
    let listed: BTreeSet<&str> = rows
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(listed.len(), 106, "WUTS has 106 endpoints");
    let all = contract::operations().into_iter();
    let all: BTreeSet<String> = all
        .map(|operation| format!("{} {}", operation.method, operation.path))
        .collect();
    let missing: Vec<&&str> = listed.iter().filter(|name| !all.contains(**name)).collect();
    assert!(missing.is_empty(), "not there: {missing:?}");
}
