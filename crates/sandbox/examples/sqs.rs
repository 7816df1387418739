//! Runs the sandbox's SQS alone: `cargo run -p sandbox --example sqs -- [PORT] [FILE]`.
//!
//! Prints its base URL and runs until it is interrupted. Queues survive in FILE, if one is given.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use sandbox::clock::Clock;
use sandbox::sqs::Sqs;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().map_or(Ok(0), |port| port.parse())?;
    let file = arguments.next().map(PathBuf::from);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let sqs = Sqs::start_at(address, Clock::default(), file.as_deref()).await?;
    #[expect(clippy::print_stdout, reason = "a script reads the address here")]
    {
        println!("{}", sqs.endpoint());
    }
    std::future::pending::<()>().await;
    Ok(())
}
