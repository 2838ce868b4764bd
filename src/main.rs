//! The command line: serve (default), check-config, sandbox, simulate; and the exit codes.
//!
//! 0: ended as asked. 1: could not start or had to give up. 2: wrong usage or configuration.

mod cli;

use std::process::ExitCode;

use clap::Parser;
use wutsd::telemetry::Chain;

fn main() -> ExitCode {
    cli::allocator::tune();
    let arguments = cli::Arguments::parse();
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        #[expect(
            clippy::print_stderr,
            reason = "one line that says what is wrong and where"
        )]
        Err(error) => {
            eprintln!("wutsd: {}", Chain(&error));
            ExitCode::from(error.exit_code())
        }
    }
}
