//! A program that stands where ffmpeg would, so that tests decide what it does.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

/// A shell script in a folder of its own.
pub struct StandIn {
    folder: TempDir,
    program: String,
}

impl StandIn {
    /// It notes its arguments in `told`, its process in `pid` and its folder in `cwd`, and then does this. `$HERE` is where
    /// those are, `$VOICE` a short sound.
    pub fn new(script: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let here = folder.path().display();
        let voice = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/media/voice.ogg");
        let script = format!(
            "#!/bin/sh\nHERE='{here}'\nVOICE='{voice}'\necho \"$*\" >> $HERE/told\npwd > $HERE/cwd\necho $$ > $HERE/pid\n{script}\n"
        );
        let program = folder.path().join("ffmpeg");
        fs::write(&program, script).expect("a script");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("a program");
        let program = program.display().to_string();
        Self { folder, program }
    }

    /// For the daemon's configuration.
    pub fn setting(&self) -> (&'static str, &str) {
        ("MEDIA__FFMPEG", &self.program)
    }

    /// With what it was called.
    pub fn told(&self) -> String {
        fs::read_to_string(self.file("told")).unwrap_or_default()
    }

    /// A file beside it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where it was run last; none: it was not.
    pub fn cwd(&self) -> Option<PathBuf> {
        let text = fs::read_to_string(self.file("cwd")).ok()?;
        text.ends_with('\n').then(|| text.trim().into())
    }

    /// Whether the process that it was last is still at work.
    pub fn runs(&self) -> bool {
        let pid = fs::read_to_string(self.file("pid")).unwrap_or_default();
        if !pid.ends_with('\n') {
            return false;
        }
        let status = fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        // What has ended and was not waited for yet is a zombie.
        status.is_ok_and(|status| !status.contains(") Z "))
    }
}
