//! The inspector's page in a real browser.

use std::{env, fs, iter, path::Path, process::Command};

use monday_webhooks::{SubscriptionKind, testing::sample};
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    endpoint::Endpoint,
    inspect::{create_item, create_webhook, emulate},
    inspected::Inspected,
    listen::{AUDIENCE, Listener, body, token},
    support::command,
};

const HOSTILE: &str =
    "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>\u{202e}";

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

fn event(name: &str) -> String {
    let mut event = sample(&SubscriptionKind::CreateItem).unwrap();
    event["event"]["pulseName"] = name.into();
    event["event"]["triggerUuid"] = name.into();
    event.to_string()
}

fn opened(inspected: &Inspected) -> Option<Browser> {
    let browser = Browser::start()?;
    browser.open(&inspected.page);
    browser.until("document.querySelector('#live').textContent === 'live'");
    Some(browser)
}

/// Puts a picture where `SCREENSHOTS` says, for a look by eye.
fn picture(browser: &Browser, name: &str) {
    if let Some(folder) = env::var_os("SCREENSHOTS") {
        let file = Path::new(&folder).join(format!("{name}.png.base64"));
        fs::write(file, browser.screenshot()).unwrap();
    }
}

#[test]
fn deliveries_show_up_by_themselves_and_what_strangers_wrote_is_text() {
    let inspected = Inspected::listen(&["--signing-secret-env", "SECRET"]);
    let Some(browser) = opened(&inspected) else {
        return;
    };
    assert_eq!(
        browser.get("document.querySelectorAll('#list li').length"),
        0
    );
    assert_eq!(
        inspected.deliver(Some(&token("one", |_| ())), &event(HOSTILE)),
        200
    );
    assert_eq!(inspected.deliver(Some(&token("two", |_| ())), &body()), 401);
    browser.until("document.querySelectorAll('#list li').length === 2");
    browser.until("document.querySelectorAll('#list .good').length === 1");
    assert_eq!(browser.text("#list li:last-child .about"), HOSTILE);

    browser.press("jj");
    browser.until("document.querySelector('#title').textContent === 'item_created'");
    assert!(
        browser
            .text("#verdict")
            .contains("verified: the token is right")
    );
    let raw = browser.get("document.querySelector('#raw').textContent");
    let shown: Value = serde_json::from_str(raw.as_str().unwrap()).unwrap();
    assert_eq!(shown["event"]["pulseName"], HOSTILE);
    assert!(browser.text("#fields").contains(HOSTILE));
    browser.press("k");
    browser.until("document.querySelector('#title').textContent === 'refused'");
    assert!(browser.text("#verdict").contains("signature"));

    assert_eq!(browser.get("window.pwned"), Value::Null);
    assert_eq!(
        browser.get("document.querySelectorAll('#list img, #fields img, main script').length"),
        0
    );
    // Even a page that made markup of it would be stopped by its policy.
    let blocked = browser.get(
        "(() => { try { document.body.innerHTML = '<b>'; return false; } catch { return true; } })()",
    );
    assert_eq!(blocked, true);
}

#[test]
fn the_list_is_searched_filtered_and_walked_by_keys() {
    let inspected = Inspected::listen(&["--unsigned"]);
    let Some(browser) = opened(&inspected) else {
        return;
    };
    for name in ["Apples", "Pears", "Plums"] {
        assert_eq!(inspected.deliver(None, &event(name)), 200);
    }
    assert_eq!(inspected.deliver(None, r#"{"challenge":"abc"}"#), 200);
    browser.until("document.querySelectorAll('#list li').length === 4");

    browser.press("/pears");
    browser.until("document.querySelectorAll('#list li').length === 1");
    assert_eq!(browser.text("#list .about"), "Pears");
    // What comes meanwhile is searched, too.
    assert_eq!(inspected.deliver(None, &event("More PEARS")), 200);
    browser.until("document.querySelectorAll('#list li').length === 2");
    browser.press(ESCAPE);
    assert_eq!(browser.get("document.activeElement.id"), "list");
    browser.get("document.querySelector('#search').value = ''");
    browser.get("document.querySelector('#search').dispatchEvent(new Event('input'))");
    browser.until("document.querySelectorAll('#list li').length === 5");

    browser.get("document.querySelector('#filter').value = 'challenge'");
    browser.get("document.querySelector('#filter').dispatchEvent(new Event('change'))");
    browser.until("document.querySelectorAll('#list li').length === 1");
    assert_eq!(browser.text("#list .name"), "challenge");

    browser.press("j");
    browser.until("document.querySelector('#title').textContent === 'challenge'");
    browser.press(ENTER);
    assert_eq!(browser.get("document.activeElement.id"), "details");
    browser.press("?");
    assert_eq!(browser.get("document.querySelector('#help').open"), true);
    browser.press(ESCAPE);
    assert_eq!(browser.get("document.querySelector('#help').open"), false);
    browser.press("2");
    assert_eq!(
        browser.get("document.querySelector('#webhooks').hidden"),
        false
    );
    browser.press("1");
    assert_eq!(
        browser.get("document.querySelector('#webhooks').hidden"),
        true
    );
}

#[test]
fn a_delivery_is_replayed_copied_and_requeued_by_keys_and_clicks() {
    let mut statuses = [500; 33];
    statuses[31] = 418;
    statuses[32] = 200;
    let endpoint = Endpoint::start(Box::leak(Box::new(statuses)));
    let options = [
        "--unsigned",
        "--forward",
        &endpoint.url,
        "--retry-every",
        "1ms",
    ];
    let inspected = Inspected::listen(&options);
    let Some(browser) = opened(&inspected) else {
        return;
    };
    assert_eq!(inspected.deliver(None, &event("it's")), 200);
    browser.until("document.querySelector('#list .bad').textContent === 'dead letter'");
    browser.press("j");
    browser.until("document.querySelectorAll('#attempts li').length === 31");
    assert!(browser.text("#attempts li").starts_with("500 attempt 1"));
    assert!(
        browser
            .text("#attempts li pre")
            .contains("<b>as the service says</b>")
    );
    for _ in 0..31 {
        endpoint.next();
    }

    browser.press("r");
    assert_eq!(endpoint.next().body, event("it's"));
    browser.until("document.querySelectorAll('#attempts li').length === 32");
    assert!(
        browser
            .text("#attempts li:last-child")
            .starts_with("418 replay")
    );

    // Without a clipboard the text is shown to be copied by hand.
    browser.get("void Object.defineProperty(navigator, 'clipboard', {value: undefined})");
    browser.press("c");
    browser.until("document.querySelector('#by-hand').open");
    let curl = browser.get("document.querySelector('#by-hand-text').value");
    let curl = curl.as_str().unwrap();
    assert!(
        curl.starts_with(&format!("curl -X POST '{}' \\\n", endpoint.url)),
        "{curl}"
    );
    // The shell is the judge of its quotes.
    let printed = Command::new("sh")
        .args(["-c", &curl.replacen("curl", "printf '%s\\n'", 1)])
        .output()
        .unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed.ends_with(&format!("--data-raw\n{}\n", event("it's"))),
        "{printed}"
    );
    browser.press(ESCAPE);

    browser.press("3");
    browser.until("document.querySelectorAll('#dead-list li').length === 1");
    assert!(
        browser
            .text("#dead-list li")
            .contains("the endpoint answered 500")
    );
    browser.get("document.querySelector('#dead-list button').click()");
    assert_eq!(endpoint.next().body, event("it's"));
    browser.until("document.querySelectorAll('#dead-list li').length === 0");
    browser.press("1");
    browser.until("document.querySelector('#list .good').textContent === 'done'");
}

#[test]
fn a_row_can_be_clicked_while_deliveries_come() {
    let inspected = Inspected::listen(&["--unsigned"]);
    let Some(browser) = opened(&inspected) else {
        return;
    };
    assert_eq!(inspected.deliver(None, &event("wanted")), 200);
    browser.until("document.querySelectorAll('#list li').length === 1");
    // Told when the page itself is.
    browser.get(
        "(() => {
            const source = new EventSource('/api/changes');
            source.onopen = () => { document.body.dataset.told = 0; };
            source.onmessage = () => { document.body.dataset.told++; };
        })()",
    );
    browser.until("document.body.dataset.told === '0'");
    browser.click_while("#list li", || {
        for number in 0..5 {
            let name = format!("other {number}");
            assert_eq!(inspected.deliver(None, &event(&name)), 200);
        }
        browser.until("document.body.dataset.told >= 10");
        // A frame later it would have drawn them.
        browser.get(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))",
        );
    });
    browser.until("document.querySelectorAll('#list li').length === 6");
    browser.until(
        "document.querySelector('#list [aria-selected=true] .about').textContent === 'wanted'",
    );
    browser.until("document.querySelector('#raw').textContent.includes('wanted')");
}

/// What a copied command gives to `curl`, by the shell that it is pasted into.
fn arguments(browser: &Browser, variable: (&str, &str)) -> Vec<String> {
    browser.get("void Object.defineProperty(navigator, 'clipboard', {value: undefined})");
    browser.press("c");
    browser.until("document.querySelector('#by-hand').open");
    let curl = browser.get("document.querySelector('#by-hand-text').value");
    let bin = Path::new(env!("CARGO_BIN_EXE_monday-webhooks"));
    let path = env::var_os("PATH").unwrap();
    let folders = iter::once(bin.parent().unwrap().to_owned()).chain(env::split_paths(&path));
    let printed = Command::new("sh")
        .args([
            "-c",
            &curl.as_str().unwrap().replacen("curl", "printf '%s\\n'", 1),
        ])
        .env("PATH", env::join_paths(folders).unwrap())
        .env(variable.0, variable.1)
        .output()
        .unwrap();
    assert_eq!(printed.stderr, b"", "{curl}");
    let printed = String::from_utf8(printed.stdout).unwrap();
    printed.lines().map(str::to_owned).collect()
}

#[test]
fn the_copied_command_is_signed_for_the_endpoint_that_the_token_was_for() {
    let options = ["--signing-secret-env", "SECRET", "--audience", AUDIENCE];
    let inspected = Inspected::listen(&options);
    let Some(browser) = opened(&inspected) else {
        return;
    };
    assert_eq!(inspected.deliver(Some(&token("one", |_| ())), &body()), 200);
    browser.until("document.querySelectorAll('#list .good').length === 1");
    browser.press("j");
    browser.until("document.querySelector('#title').textContent === 'item_created'");
    let given = arguments(&browser, ("SECRET", "one"));
    assert_eq!(given[2], inspected.first["listening"]);
    let made = given
        .iter()
        .find_map(|line| line.strip_prefix("authorization: "));
    assert_eq!(inspected.deliver(made, given.last().unwrap()), 200);
    browser.until("document.querySelector('#list .state').textContent === 'duplicate'");
}

#[test]
fn the_emulators_command_goes_to_the_webhooks_url() {
    let inspected = emulate();
    let Some(browser) = opened(&inspected) else {
        return;
    };
    let mut listener = Listener::start(&["--signing-secret-env", "SECRET"]);
    create_webhook(&inspected, &listener.url);
    create_item(&inspected, "new");
    browser.get("document.querySelector('#filter').value = 'delivery'");
    browser.get("document.querySelector('#filter').dispatchEvent(new Event('change'))");
    browser.until("document.querySelectorAll('#list li').length === 1");
    browser.press("j");
    browser.until("document.querySelector('#title').textContent === 'item_created'");
    let given = arguments(&browser, ("MONDAY_SIGNING_SECRET", "one"));
    assert_eq!(given[2], listener.url);
    // The emulator signs with a secret of its own, the command with the listener's.
    let made = given
        .iter()
        .find_map(|line| line.strip_prefix("authorization: "));
    assert_eq!(listener.post(made, given.last().unwrap()), 200);
    let printed = listener.process.next_json();
    assert_eq!(printed["delivery"]["event"]["pulseName"], "new");
}

#[test]
fn another_process_behind_the_page_is_another_record() {
    let inspected = Inspected::listen(&["--unsigned"]);
    let Some(browser) = opened(&inspected) else {
        return;
    };
    assert_eq!(inspected.deliver(None, &event("old")), 200);
    browser.until("document.querySelectorAll('#list li').length === 1");
    browser.press("j");
    browser.until("!document.querySelector('#details').hidden");
    let again = inspected.start_again();
    assert_eq!(again.deliver(None, &event("new")), 200);
    browser.until("document.querySelector('#list .about').textContent === 'new'");
    assert_eq!(
        browser.get("document.querySelector('#details').hidden"),
        true
    );
    assert_eq!(
        browser.get("document.querySelectorAll('#list [aria-selected=true]').length"),
        0
    );
}

#[test]
fn it_can_be_read_on_a_phone_by_day_and_by_night() {
    let inspected = Inspected::listen(&["--unsigned"]);
    let Some(browser) = opened(&inspected) else {
        return;
    };
    assert_eq!(
        inspected.deliver(
            None,
            &event("A name that is quite long, as names on boards are, without an end")
        ),
        200
    );
    assert_eq!(inspected.deliver(None, &event(&"W".repeat(300))), 200);
    browser.until("document.querySelectorAll('#list li').length === 2");
    browser.press("jj");
    browser.until("!document.querySelector('#details').hidden");
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        picture(&browser, scheme);
        for name in ["--text", "--soft", "--accent", "--good", "--bad", "--odd"] {
            for back in ["--back", "--panel", "--chosen"] {
                let contrast = contrast(&browser, name, back);
                assert!(contrast >= 4.5, "{scheme}: {name} on {back}: {contrast}");
            }
        }
    }
    browser.resize(360, 640);
    // Nothing that is shown ends beyond the window's edge.
    let fits = "[...document.querySelectorAll('main *, header *, nav *')].every(
        (node) => node.closest('pre') || node.getBoundingClientRect().right <= innerWidth)";
    assert_eq!(browser.get(fits), true);
    let is_shown =
        |id: &str| browser.get(&format!("document.querySelector('{id}').offsetWidth > 0"));
    assert_eq!(
        (is_shown("#side"), is_shown("#details")),
        (json!(true), json!(false))
    );
    picture(&browser, "phone-list");
    browser.get("document.querySelector('#list li').click()");
    browser.until("document.querySelector('#details').offsetWidth > 0");
    assert_eq!(
        (is_shown("#side"), is_shown("#back")),
        (json!(false), json!(true))
    );
    assert_eq!(browser.get(fits), true);
    picture(&browser, "phone-details");
    browser.get("document.querySelector('#back').click()");
    assert_eq!(is_shown("#side"), true);
}

/// The contrast of two of the page's colours by WCAG.
fn contrast(browser: &Browser, one: &str, other: &str) -> f64 {
    let luminance = |name: &str| {
        let color = format!(
            "(() => {{ const node = document.body.appendChild(document.createElement('i'));
               node.style.color = 'var({name})'; const found = getComputedStyle(node).color;
               node.remove(); return found.match(/[0-9]+/g).map(Number); }})()"
        );
        let color: [f64; 3] = serde_json::from_value(browser.get(&color)).unwrap();
        let [red, green, blue] = color.map(|part| {
            let part = part / 255.0;
            if part <= 0.03928 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn a_page_behind_a_token_asks_for_it() {
    const TOKEN: &str = "a-token-nobody-guesses";
    let listen = [
        "listen",
        "--addr",
        "127.0.0.1:0",
        "--unsigned",
        "--inspect-token-env",
        "TOKEN",
    ];
    let inspected = Inspected::start(command(&listen).env("TOKEN", TOKEN));
    let Some(browser) = Browser::start() else {
        return;
    };
    assert_eq!(inspected.deliver(None, &body()), 200);
    browser.open(&inspected.page);
    browser.until("document.querySelector('#login').open");
    browser.press("a wrong guess of somebody");
    browser.press(ENTER);
    browser.until("document.querySelector('#login-says').textContent !== ''");
    browser.get("document.querySelector('#token').value = ''");
    browser.get("document.querySelector('#token').focus()");
    browser.press(TOKEN);
    browser.press(ENTER);
    browser.until("document.querySelectorAll('#list li').length === 1");
    assert_eq!(browser.get("document.cookie"), "");
}

#[test]
fn a_copied_command_steers_no_terminal_and_says_the_same() {
    let endpoint = Endpoint::start(&[200]);
    let inspected = Inspected::listen(&["--unsigned", "--forward", &endpoint.url]);
    let Some(browser) = opened(&inspected) else {
        return;
    };
    let name = "a\u{7f}b\u{9b}31mc\u{85}é";
    assert_eq!(inspected.deliver(None, &event(name)), 200);
    browser.until("document.querySelectorAll('#list .good').length === 1");
    browser.press("j");
    browser.until("document.querySelector('#title').textContent === 'item_created'");
    let given = arguments(&browser, ("SECRET", "one"));
    let body = given.last().unwrap();
    assert!(
        !body.contains(|character: char| character.is_control()),
        "{body:?}"
    );
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["event"]["pulseName"], name);
}
