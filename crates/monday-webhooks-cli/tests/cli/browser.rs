//! A real browser, driven by the WebDriver protocol of W3C: JSON over HTTP to `chromedriver`.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::inspected::exchange;

/// Chromium with one window.
pub(crate) struct Browser {
    driver: Child,
    authority: String,
    session: String,
}

/// How often the driver is started: it picks a free port in one address family, and ends where the
/// same one is taken in the other.
const STARTS: usize = 10;

/// The driver with its port, unless it ends before it has one.
fn start_driver(driver: &Path) -> Option<(Child, String)> {
    let mut driver = Command::new(driver)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let started = "started successfully on port ";
    let port = lines
        .map(Result::unwrap)
        .find_map(|line| Some(line.split_once(started)?.1.trim_end_matches('.').to_owned()));
    if port.is_none() {
        driver.wait().unwrap();
    }
    Some((driver, port?))
}

impl Browser {
    /// None where there is no Chromium on this machine. In CI there has to be one.
    pub(crate) fn start() -> Option<Self> {
        let Some(driver) = find("chromedriver") else {
            assert!(
                env::var_os("CI").is_none(),
                "CI needs chromium and chromium-driver"
            );
            eprintln!("not run: there is no chromedriver here");
            return None;
        };
        let started = (0..STARTS).find_map(|_| start_driver(&driver));
        let (driver, port) = started.expect("chromedriver says where it listens");
        let mut browser = Self {
            driver,
            authority: format!("127.0.0.1:{port}"),
            session: String::new(),
        };
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--window-size=1200,800",
        ];
        let session = browser.command(
            "POST",
            "",
            &json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}}),
        );
        browser.session = format!("/{}", session["sessionId"].as_str().unwrap());
        Some(browser)
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        let host = &self.authority;
        let headers = format!("host: {host}\r\ncontent-type: application/json\r\n");
        let path = format!("/session{}{path}", self.session);
        let answer = exchange(&self.authority, method, &path, &headers, &body.to_string());
        let mut value: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(answer.status, 200, "{path}: {value:#}");
        value["value"].take()
    }

    pub(crate) fn open(&self, url: &str) {
        self.command("POST", "/url", &json!({ "url": url }));
    }

    /// What an expression of JavaScript gives.
    pub(crate) fn get(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.command(
            "POST",
            "/execute/sync",
            &json!({"script": script, "args": []}),
        )
    }

    /// The text of an element, in the page's eyes.
    pub(crate) fn text(&self, selector: &str) -> String {
        let text = self.get(&format!("document.querySelector('{selector}').innerText"));
        text.as_str().unwrap().to_owned()
    }

    /// Waits until an expression is true, looking again whenever the page changes.
    pub(crate) fn until(&self, expression: &str) {
        let script = format!(
            "const done = arguments[0];
             const is = () => {{ try {{ return Boolean({expression}); }} catch {{ return false; }} }};
             if (is()) {{ done(true); return; }}
             new MutationObserver((_, observer) => {{
                 if (is()) {{ observer.disconnect(); done(true); }}
             }}).observe(document, {{
                 subtree: true, childList: true, attributes: true, characterData: true
             }});"
        );
        self.command(
            "POST",
            "/execute/async",
            &json!({"script": script, "args": []}),
        );
    }

    /// Presses keys one after the other, wherever the focus is.
    pub(crate) fn press(&self, keys: &str) {
        let mut actions = Vec::new();
        for key in keys.chars() {
            actions.push(json!({"type": "keyDown", "value": key.to_string()}));
            actions.push(json!({"type": "keyUp", "value": key.to_string()}));
        }
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.command("POST", "/actions", &json!({ "actions": [keyboard] }));
    }

    /// Presses the mouse on an element, and releases it at the same place once something was done.
    pub(crate) fn click_while(&self, selector: &str, meanwhile: impl FnOnce()) {
        let place = self.get(&format!(
            "(() => {{ const box = document.querySelector('{selector}').getBoundingClientRect();
               return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        let mouse = |does: &str| {
            let event = json!({
                "type": does, "x": place[0], "y": place[1], "button": "left", "clickCount": 1
            });
            self.devtools("Input.dispatchMouseEvent", &event);
        };
        mouse("mousePressed");
        meanwhile();
        mouse("mouseReleased");
    }

    pub(crate) fn resize(&self, width: u32, height: u32) {
        // The window's frame doesn't count: what counts is what the page sees.
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}),
        );
    }

    /// `light` or `dark`, as the system would prefer it.
    pub(crate) fn prefer(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
    }

    fn devtools(&self, command: &str, parameters: &Value) {
        let body = json!({"cmd": command, "params": parameters});
        self.command("POST", "/goog/cdp/execute", &body);
    }

    /// A picture of the page as a PNG in base 64.
    pub(crate) fn screenshot(&self) -> String {
        let picture = self.command("GET", "/screenshot", &json!({}));
        picture.as_str().unwrap().to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends Chromium; the driver alone would leave it behind. A test that has failed may have
        // left no driver that answers, and a second panic would hide the first one.
        if !self.session.is_empty() {
            let end = || self.command("DELETE", "", &json!({}));
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(end));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn find(program: &str) -> Option<std::path::PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder: std::path::PathBuf| Path::new(&folder).join(program))
        .find(|file| file.is_file())
}
