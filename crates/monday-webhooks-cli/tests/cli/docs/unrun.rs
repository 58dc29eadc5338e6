//! What the documents tell people to run, and this test doesn't.

/// Commands, and why they aren't run here.
pub(super) const NOT_RUN: &[(&str, &str)] = &[
    (
        "git clone https://github.com/monday-webhooks/monday-webhooks",
        CLONED,
    ),
    ("cd monday-webhooks", CLONED),
    ("cargo xtask test", "it runs this test"),
    (
        "cargo xtask schema update --from new.json --api-version 2027-01",
        SCHEMA,
    ),
    ("cargo xtask schema bless", SCHEMA),
    ("cargo xtask schema check", "the gate runs it"),
    ("cargo install --path crates/monday-webhooks-cli", INSTALLED),
    ("cargo install monday-webhooks-cli", INSTALLED),
    ("sudo apt-get install -y musl-tools", SYSTEM),
    ("rustup target add x86_64-unknown-linux-musl", SYSTEM),
    ("deploy/static.sh", "a release build takes too long"),
    (
        "podman build -f deploy/Containerfile -t monday-webhooks .",
        ENGINE,
    ),
    ("podman network create monday", ENGINE),
    (
        "podman run --detach --name monday-webhooks --network monday --restart always \
         --stop-timeout 60 --read-only --cap-drop all --security-opt no-new-privileges --ulimit nofile=8192 \
         --publish 127.0.0.1:8080:8080 --volume monday-inbox:/var/lib/monday-webhooks \
         --env MONDAY_SIGNING_SECRET monday-webhooks listen --quiet --addr 0.0.0.0:8080 \
         --path /monday --signing-secret-env MONDAY_SIGNING_SECRET \
         --audience $MONDAY_WEBHOOK_URL --inbox sqlite:/var/lib/monday-webhooks/inbox.sqlite \
         --forward http://orders:3000/monday --allow-http",
        ENGINE,
    ),
    (
        "sudo monday-webhooks inbox status \
         --inbox sqlite:/var/lib/monday-webhooks/inbox.sqlite",
        SYSTEM,
    ),
    (
        "nats-server --jetstream --addr 127.0.0.1 --port 4222 --store_dir nats &",
        "a server runs beside the test, at another port",
    ),
    ("podman logs --follow monday-webhooks", ENGINE),
    (
        "podman exec monday-webhooks /usr/local/bin/monday-webhooks inbox status \
         --inbox sqlite:/var/lib/monday-webhooks/inbox.sqlite",
        ENGINE,
    ),
    (
        "cargo test --all-features --test integration -- --ignored live",
        "it needs a board of monday's",
    ),
    (
        "cargo run --features axum,server,sqlite --example axum",
        EXAMPLE,
    ),
    (
        "cargo run --features server,sqlite --example durable_worker",
        EXAMPLE,
    ),
    (
        "cargo +nightly fuzz run token fuzz/corpus/token fuzz/seeds/token -- -max_total_time=600",
        "it needs a nightly toolchain, and ten minutes",
    ),
    ("cd ..", CRATE),
    ("cargo new order-desk", CRATE),
    ("cd order-desk", CRATE),
    (
        "cargo add monday-webhooks --path ../monday-webhooks --features server,sqlite",
        CRATE,
    ),
    ("cargo add tokio --features macros,rt-multi-thread", CRATE),
    ("cargo add tracing-subscriber", CRATE),
    (
        "cargo add --build monday-codegen --path ../monday-webhooks/crates/monday-codegen",
        CRATE,
    ),
    (
        "sudo install -m 755 ~/.cargo/bin/monday-webhooks /usr/local/bin/",
        SYSTEM,
    ),
    (
        "sudo install -m 600 monday-webhooks.env /etc/monday-webhooks.env",
        SYSTEM,
    ),
    (
        "sudo install -m 644 deploy/monday-webhooks.service /etc/systemd/system/",
        SYSTEM,
    ),
    ("sudo systemctl daemon-reload", SYSTEM),
    ("sudo systemctl enable --now monday-webhooks", SYSTEM),
    ("journalctl -u monday-webhooks -f", SYSTEM),
];

const CLONED: &str = "this is the clone";
const INSTALLED: &str = "what it installs is what is tested";
const ENGINE: &str = "it needs a container engine; `deploy` starts what the container would";
const EXAMPLE: &str = "the example has tests of its own";
const CRATE: &str = "the program is compiled as a doc test, and has a stand-in here";
const SCHEMA: &str = "it changes the project";
const SYSTEM: &str = "it changes the machine";

/// Commands, and what is run in their place.
pub(super) const STAND_INS: &[(&str, &str)] = &[(
    "cargo run &",
    "monday-webhooks listen --addr 127.0.0.1:8080 --path /monday --audience $MONDAY_WEBHOOK_URL \
     --signing-secret-env MONDAY_SIGNING_SECRET --inbox sqlite:order-desk.sqlite &",
)];
