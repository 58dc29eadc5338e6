//! Plots as SVG that can be read on a light page and on a dark one.

use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 90.0;
const BOTTOM: f64 = 50.0;
const TOP: f64 = 40.0;
const RIGHT: f64 = 20.0;

/// Colours that keep a contrast of 3 : 1 on white and on black.
const COLORS: [&str; 5] = ["#2f7ed8", "#c8590a", "#2e8b57", "#a349a4", "#8a6d00"];

/// A line: its name and its points.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Lines over an axis of numbers, from zero up. With `log`, the horizontal axis is logarithmic.
pub(crate) fn lines(title: &str, x: &str, y: &str, log: bool, lines: &[Line]) -> String {
    let place = |value: f64| if log { value.max(1.0).log2() } else { value };
    let points = || lines.iter().flat_map(|line| &line.points);
    let least = points()
        .map(|(x, _)| place(*x))
        .fold(f64::INFINITY, f64::min);
    let most = points()
        .map(|(x, _)| place(*x))
        .fold(f64::NEG_INFINITY, f64::max);
    let highest = points().map(|(_, y)| *y).fold(0.0, f64::max) * 1.1;
    let across = |value: f64| {
        LEFT + (place(value) - least) / (most - least).max(f64::EPSILON) * (WIDTH - LEFT - RIGHT)
    };
    let up =
        |value: f64| HEIGHT - BOTTOM - value / highest.max(f64::EPSILON) * (HEIGHT - TOP - BOTTOM);
    let mut body = String::new();
    for step in 0..=4 {
        let value = highest * f64::from(step) / 4.0;
        let at = up(value);
        let _ = write!(
            body,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0,
            number(value)
        );
    }
    let mut marks: Vec<f64> = points().map(|(x, _)| *x).collect();
    marks.sort_by(f64::total_cmp);
    marks.dedup();
    for mark in marks {
        let _ = write!(
            body,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            across(mark),
            HEIGHT - BOTTOM + 18.0,
            number(mark)
        );
    }
    for (index, line) in lines.iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        let path: Vec<_> = line
            .points
            .iter()
            .map(|(x, y)| format!("{:.1},{:.1}", across(*x), up(*y)))
            .collect();
        let _ = write!(
            body,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        for (x, y) in &line.points {
            let _ = write!(
                body,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{color}\"/>",
                across(*x),
                up(*y)
            );
        }
        let _ = write!(
            body,
            "<text x=\"{}\" y=\"{}\" fill=\"{color}\">{}</text>",
            LEFT + 10.0 + 160.0 * index as f64,
            TOP - 4.0,
            line.name
        );
    }
    let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
    let _ = write!(
        body,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{x}</text><text x=\"14\" y=\"{}\" transform=\"rotate(-90 14 {0})\" text-anchor=\"middle\">{y}</text>",
        HEIGHT - 10.0,
        HEIGHT / 2.0,
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title><style>text {{ font: 12px system-ui, sans-serif; }} text:not([fill]) {{ fill: #333; }} .grid {{ stroke: #8884; }} @media (prefers-color-scheme: dark) {{ text:not([fill]) {{ fill: #ddd; }} }}</style><text x=\"{LEFT}\" y=\"16\" font-weight=\"bold\">{title}</text>{body}</svg>\n"
    )
}

/// A number as people read it.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{:.1} M", value / 1e6),
        size if size >= 1e4 => format!("{:.0} k", value / 1e3),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.1}"),
        0.0 => "0".to_owned(),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 0.123_4, 1.5, 123.4, 12_345.0, 2_500_000.0].map(number);
        assert_eq!(shown, ["0", "0.123", "1.5", "123", "12 k", "2.5 M"]);
    }

    #[test]
    fn every_point_is_within_the_picture() {
        let line = Line {
            name: "one".into(),
            points: vec![(1.0, 0.0), (1000.0, 5.0)],
        };
        let svg = lines("title", "x", "y", true, &[line]);
        for part in svg.split("cx=\"").skip(1) {
            let x: f64 = part
                .split('"')
                .next()
                .unwrap_or_default()
                .parse()
                .unwrap_or(-1.0);
            assert!((0.0..=WIDTH).contains(&x), "{svg}");
        }
        assert_eq!(svg.matches("<circle").count(), 2);
    }
}
